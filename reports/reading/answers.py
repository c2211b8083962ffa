"""Every answer of a run's trials."""

from __future__ import annotations

from models.predictions import AllAnswers, read_predictions
from models.run_folder import RunFolder
from reports.reading.comparison import Comparison


def read_answers(comparison: Comparison) -> AllAnswers:
    """The answers of every finished trial of a comparison; a trial without its file is left out.

    Raises:
        RunFolderError: a file is damaged.
    """
    folder = RunFolder(comparison.run.path)
    found: AllAnswers = {}
    for row in comparison.rows:
        for trial in row.by_seed:
            path = folder.predictions(row.model, trial.seed)
            if path.exists():
                found.setdefault(row.model, {})[trial.seed] = read_predictions(path, comparison.data.class_names)
    return found
