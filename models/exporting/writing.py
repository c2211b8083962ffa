"""What the converting process does: loads a trained model and writes it in one format after another."""

from __future__ import annotations

import importlib
import logging
import os
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from data.files import write_json, write_text
from data.messages import kind_and_reason, reason_of
from models.exporting.alone.packing import write_beside
from models.exporting.exportable import ExportRefused, ExportTask
from models.monitoring.reference import REFERENCE, measure_validation
from models.quiet import quiet_stderr
from models.run_folder import RunFolder, RunFolderError
from models.serving.engines import CLASSIFIER, TOKENIZER
from models.serving.formats import FORMATS

WRITTEN, TRACEBACK = "written.json", "traceback.txt"


def write_formats(path: Path, model: str, seed: int, formats: Sequence[str], aside: Path) -> None:
    """Writes `formats`, and what stands beside them, to the folder `aside`.

    `written.json` is there once the model is loaded, and says of each format that was tried why it is `refused` (`None`
    where it is not), how many `megabytes` it has and the `seconds_to_write` it. `traceback.txt` is there where a
    converter failed.

    Args:
        path: the run folder.
        model, seed: which trial of it.
        formats: names of the formats, each behind what it is made from.
        aside: may hold formats that an earlier process wrote.
    """
    from models.exporting import loading

    tempfile.tempdir = os.fspath(aside)  # where TensorFlow leaves what it generates, which no child process removes
    for name in (None, "tf2onnx"):  # what they warn of is what the proof is about
        logging.getLogger(name).setLevel(logging.ERROR)
    run = RunFolder(path)
    written: dict[str, dict] = {}
    try:
        with quiet_stderr():
            exportable, card = loading.load(run, model, seed), loading.describe(run, model, seed)
        write_text(aside / TOKENIZER, exportable.tokenizer())
        write_json(aside / CLASSIFIER, asdict(card))
        measure_validation(run, model, seed).save(aside / REFERENCE)
        write_beside(run, card, aside)
    except (ExportRefused, RunFolderError, OSError, ValueError) as error:
        write_json(aside / WRITTEN, {name: {"refused": reason_of(error)} for name in formats})
        return
    write_json(aside / WRITTEN, written)
    for name in formats:
        started, entry = time.perf_counter(), FORMATS[name]
        written[name] = {"refused": _write(ExportTask(exportable, card, entry, aside))}
        written[name]["seconds_to_write"] = time.perf_counter() - started
        written[name]["megabytes"] = sum(_size(aside / file) for file in entry.files) / 1e6
        write_json(aside / WRITTEN, written)


def _write(task: ExportTask) -> str | None:
    """Writes one format; why that cannot be done, `None` where it was."""
    with quiet_stderr():  # converters report sessions and devices, each version differently
        try:
            importlib.import_module(task.entry.writer).write(task)
        except ExportRefused as error:
            return reason_of(error)
        except Exception as error:  # a converter's own defect must not take the other formats down
            write_text(task.folder / TRACEBACK, traceback.format_exc())
            return f"{kind_and_reason(error)}; {TRACEBACK} beside it has the rest"
    return None


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    return sum(entry.stat().st_size for entry in ([path] if path.is_file() else path.rglob("*")) if entry.is_file())
