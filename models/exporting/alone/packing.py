"""What lets somebody use an export who has never seen this project: a script, what it needs, and a page about it."""

from __future__ import annotations

import zipfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data.files import read_json, whole, write_text
from models.exporting.exportable import ExportCard
from models.pages.rendering import templates
from models.run_folder import RunFolder, RunFolderError
from models.serving.engines import CLASSIFIER, TOKENIZER, ExportUnusable
from models.serving.formats import FORMATS

ALONE = Path(__file__).parent
SCRIPT, PAGE, REQUIREMENTS = "classify.py", "README.md", "requirements.txt"
FILES = (SCRIPT, PAGE, REQUIREMENTS)
NEEDS = ("onnxruntime", "tokenizers", "numpy")
FORMAT = FORMATS["onnx"]  # what the script loads
(MODEL,) = FORMAT.files


def write_beside(run: RunFolder, card: ExportCard, folder: Path) -> None:
    """Writes the three files.

    Args:
        run: the run folder.
        card: of the export.
        folder: where the export is made.

    Raises:
        RunFolderError: the trial's metrics are damaged.
    """
    data: dict[str, Any] = {"meaning": None} | asdict(card)["data_card"]
    language = (data.get("cleaning") or {}).get("language", "")
    path = run.metrics(card.model, card.seed)
    try:
        found = read_json(path)["test"]
        test = {name: found[name] for name in ("accuracy", "macro_f1", "n")}
    except (KeyError, TypeError) as error:
        raise RunFolderError(f"{path} is damaged: train the model again.") from error
    page = (
        templates(ALONE)
        .get_template(PAGE)
        .render(card=card, data=data, test=test, language=language if len(language) == 2 else None)
    )
    write_text(folder / PAGE, page + "\n")
    write_text(folder / SCRIPT, (ALONE / SCRIPT).read_text(encoding="utf-8"))
    lowest = (f"{name}>={'.'.join(version(name).split('.')[:2])}" for name in NEEDS)
    write_text(folder / REQUIREMENTS, "\n".join(lowest) + "\n")


def pack(export: Path, archive: Path) -> None:
    """Puts an export and what it takes to use it into a zip file, whole or not at all.

    Raises:
        ExportUnusable: the export holds no ONNX file.
    """
    missing = [name for name in (MODEL, TOKENIZER, CLASSIFIER, *FILES) if not (export / name).exists()]
    if missing:
        raise ExportUnusable(f"{export / missing[0]} is not there: export the model as onnx first.")
    with whole(archive) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as file:
        for name in (MODEL, TOKENIZER, CLASSIFIER, *FILES):
            file.write(export / name, f"{archive.stem}/{name}")
