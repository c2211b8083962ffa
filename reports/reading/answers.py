"""Every answer of a run's trials."""

from __future__ import annotations

from pathlib import Path

from models.predictions import AllAnswers, read_predictions
from models.run_folder import RunFolder


def read_answers(run: Path, comparison: dict) -> AllAnswers:
    """The answers of every finished trial of a comparison; a trial without its file is left out.

    Raises:
        RunFolderError: a file is damaged.
    """
    names = comparison["data"]["class_names"]
    found: AllAnswers = {}
    for row in comparison["rows"]:
        for trial in row["by_seed"]:
            path = RunFolder(run).predictions(row["model"], trial["seed"])
            if path.exists():
                found.setdefault(row["model"], {})[trial["seed"]] = read_predictions(path, names)
    return found
