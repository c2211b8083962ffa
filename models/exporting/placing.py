"""What passed is put into an export folder, in one step, together with what of it still belongs to the same model."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from data.files import read_json, replace_folder, write_json, write_text
from models.exporting.alone.packing import FILES, FORMAT
from models.exporting.writing import TRACEBACK
from models.monitoring.reference import REFERENCE
from models.run_folder import RunFolder
from models.serving.engines import CLASSIFIER, TOKENIZER
from models.serving.formats import FORMATS
from models.serving.speeds import SPEEDS, ranked

PARITY = "parity.json"


def reference_of(predictions: Path, aside: Path) -> str | None:
    """Identity of the trained model that exports come from: of its answers, `predictions.csv`, which they are held
    against, and of the `tokenizer.json` that they share. `None` where there is no tokenizer.

    Another seed has another one, and so has the same seed trained again.
    """
    if not (aside / TOKENIZER).exists():
        return None
    parts = [predictions.read_bytes(), (aside / TOKENIZER).read_bytes()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def proven_file(run: RunFolder, model: str, seed: int, name: str) -> Path | None:
    """The first file of a format of this very trial that was proven before, `None` where there is none.

    Args:
        run: the run folder.
        model, seed: which trial of it.
        name: of the format.
    """
    folder = run.export(model)
    before = _standing(folder)
    entry = before["formats"].get(name)
    if entry is None or entry["refused"] or before["reference"] is None:
        return None
    same = before["reference"] == reference_of(run.predictions(model, seed), folder)
    return folder / FORMATS[name].files[0] if same else None


def put_into_place(folder: Path, aside: Path, new: dict) -> None:
    """Replaces an export folder: the formats that passed, those of the same trained model that are there already, and
    `parity.json` about them; all in one step. Where nothing passed and another model's exports are there, they stay.

    Args:
        folder: need not be there.
        aside: holds the files that were written. On the same file system.
        new: what `parity.json` is to say of them: `model`, `seed`, `reference` and `formats`.
    """
    before = _standing(folder)
    passed = {name for name, entry in new["formats"].items() if not entry["refused"]}
    same = before["reference"] is not None and before["reference"] == new["reference"]
    usable = {name for name, entry in before["formats"].items() if not entry.get("refused")}
    if usable and not passed and not same:  # of another model, and all that there is
        if (aside / TRACEBACK).exists():
            write_text(folder / TRACEBACK, (aside / TRACEBACK).read_text(encoding="utf-8"))
        return
    kept = usable - passed if same else set()
    formats = (before["formats"] if same else {}) | new["formats"] | {name: before["formats"][name] for name in kept}
    final = aside / folder.name
    final.mkdir()
    for name in kept:
        for file in FORMATS[name].files:
            _link(folder / file, final / file)
    files = [file for name in passed for file in FORMATS[name].files] + [TRACEBACK]
    beside = [TOKENIZER, CLASSIFIER, REFERENCE, *(FILES if FORMAT.name in passed | kept else ())]
    for file in [*files, *(beside if passed | kept else ())]:
        if (aside / file).exists():
            (aside / file).rename(final / file)
    if (speeds := ranked(formats)) and (final / CLASSIFIER).exists():
        write_json(final / CLASSIFIER, read_json(final / CLASSIFIER) | {SPEEDS: speeds})
    write_json(final / PARITY, new | {"formats": formats})
    replace_folder(final, folder)


def _standing(folder: Path) -> dict:
    """What `parity.json` says of the exports that are there, of which the files are missing or not known left out."""
    try:
        found = read_json(folder / PARITY)
        formats = {
            name: entry
            for name, entry in found["formats"].items()
            if name in FORMATS and (entry["refused"] or all((folder / file).exists() for file in FORMATS[name].files))
        }
        return {"reference": found.get("reference"), "formats": formats}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {"reference": None, "formats": {}}


def _link(source: Path, target: Path) -> None:
    """The same file or folder under a second name, without taking up room where the file system can do that."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)

    if source.is_dir():
        shutil.copytree(source, target, copy_function=link)
    else:
        link(os.fspath(source), os.fspath(target))
