"""One model after another, one format after another: written aside, proven, and only then put into its place."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from multiprocessing import forkserver
from pathlib import Path

from data.files import read_json, write_json, write_text
from models.exporting.exportable import ExportRefused, ExportTask
from models.exporting.parity import check, refusal
from models.run_folder import RunFolder
from models.serving.engines import CLASSIFIER, TOKENIZER
from models.serving.formats import FORMATS, with_needs

GIGABYTE = 10**9


def export_all(run: RunFolder, models: Sequence[str], formats: Sequence[str], memory_limit: float) -> bool:
    """Exports each model's best seed and says how faithful each export is.

    Args:
        run: the run folder.
        models: architectures with at least one finished trial.
        formats: names of formats.
        memory_limit: of the converting process, in gigabytes.

    Returns:
        Whether every export was written and proven.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(["models.framework"])
    forkserver.ensure_running()
    formats = [entry.name for entry in with_needs(formats)]
    whole = True
    for model in models:
        whole &= _export(run, model, formats, memory_limit)
    return whole


def best_seed(run: RunFolder, model: str) -> int:
    """The seed of the finished trial with the least validation log loss."""
    losses = {
        int(path.parent.name): read_json(path)["validation"]["log_loss"]
        for path in run.path.glob(f"{model}/*/metrics.json")
    }
    return min(losses, key=losses.get)


def _export(run: RunFolder, model: str, formats: list[str], memory_limit: float) -> bool:
    """Exports one model; `parity.json` in its export folder says what came out."""
    seed, folder = best_seed(run, model), run.export(model)
    parity = folder / "parity.json"
    known = read_json(parity) if parity.exists() else {}
    if known.get("seed") != seed:  # what stands there would answer differently
        shutil.rmtree(folder, ignore_errors=True)
        known = {"formats": {}}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as name:
        aside = Path(name)
        ended = _in_child("forkserver", write_formats, run.path, model, seed, formats, memory_limit, aside)
        written = read_json(aside / "written.json") if (aside / "written.json").exists() else {}
        for name in formats:
            crashed = {"refused": f"its process ended with {ended} (--memory-limit is {memory_limit:g} GB)"}
            found = written.get(name, crashed)
            if not found["refused"]:
                found |= _prove(run, model, seed, aside, name)
            for file in FORMATS[name].files:
                _remove(folder / file)
                if not found["refused"]:
                    os.replace(aside / file, folder / file)
            known["formats"][name] = found
            print(f"{model:<12} {name:<12} {_outcome(found)}", flush=True)
        if any(not found["refused"] for found in known["formats"].values()):
            for file in (TOKENIZER, CLASSIFIER):
                os.replace(aside / file, folder / file)
    write_json(parity, {"model": model, "seed": seed, "formats": known["formats"]})
    return not any(known["formats"][name]["refused"] for name in formats)


def write_formats(path: Path, model: str, seed: int, formats: list[str], memory_limit: float, aside: Path) -> None:
    """What the converting process does: writes the formats to the folder `aside`, and `written.json` about them."""
    from models.exporting import loading

    tempfile.tempdir = os.fspath(aside)  # where TensorFlow leaves what it generates, which no child process removes
    for name in (None, "tf2onnx"):  # what they warn of is what the proof is about
        logging.getLogger(name).setLevel(logging.ERROR)
    limit = int(memory_limit * GIGABYTE)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    run, written = RunFolder(path), {}
    try:
        exportable, card = loading.load(run, model, seed), loading.describe(run, model, seed)
        exportable.tokenizer().save(os.fspath(aside / TOKENIZER), pretty=False)
        write_json(aside / CLASSIFIER, asdict(card))
        for name in formats:
            started = time.perf_counter()
            written[name] = {"refused": _reason(ExportTask(exportable, card, FORMATS[name], aside), run.export(model))}
            written[name]["seconds_to_write"] = time.perf_counter() - started
            written[name]["megabytes"] = sum(_size(aside / file) for file in FORMATS[name].files) / 1e6
            write_json(aside / "written.json", written)
    except ExportRefused as error:
        write_json(aside / "written.json", {name: {"refused": str(error)} for name in formats})


def _reason(task: ExportTask, folder: Path) -> str | None:
    """Writes one format; why that cannot be done, `None` where it was."""
    try:
        importlib.import_module(task.entry.writer).write(task)
    except ExportRefused as error:
        return str(error)
    except Exception as error:  # a converter's own defect must not take the other formats down
        write_text(folder / "traceback.txt", traceback.format_exc())
        return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}; traceback.txt beside it has the rest"
    return None


def _prove(run: RunFolder, model: str, seed: int, aside: Path, name: str) -> dict:
    """Asks the export in a fresh process, one without TensorFlow where it must do without."""
    result = aside / f"{name}.json"
    ended = _in_child(
        "forkserver" if FORMATS[name].needs_tensorflow else "spawn", check, run.path, model, seed, aside, name, result
    )
    if not result.exists():
        return {"refused": f"loading and asking it ended with {ended}"}
    found = read_json(result)
    return found | {"refused": refusal(FORMATS[name], found)} if "refused" not in found else found


def _outcome(found: dict) -> str:
    if found["refused"]:
        return f"refused: {found['refused']}"
    return (
        f"{found['megabytes']:7.1f} MB  largest difference {found['largest_difference']:.0e}, same label for "
        f"{found['label_agreement']:.2%} of {found['texts']:,} texts  one text in {found['latency_ms']['1']:.1f} ms"
    )


def _in_child(method: str, target: Callable[..., None], *arguments) -> str:
    """Runs `target` in a child process and says how it ended."""
    child = multiprocessing.get_context(method).Process(target=target, args=arguments)
    child.start()
    try:
        child.join()
    except KeyboardInterrupt:
        child.terminate()
        child.join()
        raise
    return signal.Signals(-child.exitcode).name if child.exitcode < 0 else f"exit code {child.exitcode}"


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    return sum(entry.stat().st_size for entry in ([path] if path.is_file() else path.rglob("*")) if entry.is_file())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
