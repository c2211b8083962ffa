"""What the models of a run answered when they were trained with fewer labels: the folders inside the run's own."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from models.predictions import AllAnswers, read_predictions
from models.run_folder import RunFolder
from reports.reading.comparison import Comparison
from reports.reading.files import read_mapping
from reports.reading.trials import read_failure


@dataclass(frozen=True)
class Untrained:
    """A model that some number of labels was not enough for, or whose training failed otherwise.

    Attributes:
        model: its name.
        labels: how many it had.
        seed: of the trial.
        reason: in words.
    """

    model: str
    labels: int
    seed: int
    reason: str


@dataclass(frozen=True)
class LabelCurve:
    """A run with several numbers of labels.

    Attributes:
        wanted: those that were asked for, beside all that the run has; empty where no curve was.
        answers: by number of labels, the largest last; that is the run itself, and has the models that are finished.
        untrained: what was tried and has no answers.
    """

    wanted: tuple[int, ...] = ()
    answers: tuple[tuple[int, AllAnswers], ...] = ()
    untrained: tuple[Untrained, ...] = ()

    @property
    def lacking(self) -> list[int]:
        """The numbers of labels that were asked for and have no answers."""
        return [labels for labels in self.wanted if labels not in dict(self.answers)]


def read_label_curve(comparison: Comparison, answers: AllAnswers) -> LabelCurve:
    """Reads what is finished; what a time limit cut short would not compare.

    Args:
        comparison: the run.
        answers: its own.

    Raises:
        RunFolderError: a file is damaged.
    """
    run = RunFolder(comparison.run.path)
    wanted = tuple(comparison.run.settings.get("label_curve") or ())
    if not wanted or not comparison.rows:
        return LabelCurve(wanted)
    found: list[tuple[int, AllAnswers]] = []
    untrained = []
    for labels in wanted:
        fewer = run.with_fewer_labels(labels)
        of_size: AllAnswers = {}
        for row in comparison.rows:
            for seed in comparison.run.seeds:
                if _is_finished(fewer, row.model, seed):
                    of_seed = read_predictions(fewer.predictions(row.model, seed), comparison.data.class_names)
                    of_size.setdefault(row.model, {})[seed] = of_seed
                elif failure := read_failure(fewer, row.model, seed):
                    untrained.append(Untrained(row.model, labels, seed, failure.reason))
        if of_size:
            found.append((labels, of_size))
    own = {
        model: finished
        for model, by_seed in answers.items()
        if (finished := {seed: parts for seed, parts in by_seed.items() if _is_finished(run, model, seed)})
    }
    every = round(statistics.fmean(split.samples.after["train"] for split in comparison.data.splits))
    return LabelCurve(wanted, (*found, (every, own)), tuple(untrained))


def _is_finished(run: RunFolder, model: str, seed: int) -> bool:
    metrics = read_mapping(run.metrics(model, seed))
    return metrics is not None and not metrics.get("stopped_by") and run.predictions(model, seed).exists()
