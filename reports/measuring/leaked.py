"""What leakage would have been worth: accuracy with the texts that were taken out of the test split."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from reports.reading.comparison import Comparison, Row


@dataclass(frozen=True)
class Leaked:
    """One model; means over the seeds that had such texts.

    Attributes:
        title: of its row.
        n: how many texts, of all seeds.
        without: accuracy on the test texts.
        alone: accuracy on the texts that were taken out.
        together: accuracy on both.
    """

    title: str
    n: int
    without: float
    alone: float
    together: float


def leaked_scores(comparison: Comparison) -> list[Leaked]:
    """A line for each model that was asked."""
    return [found for row in comparison.rows if (found := _of(row))]


def _of(row: Row) -> Leaked | None:
    trials = [(trial.test, trial.leaked) for trial in row.by_seed if trial.leaked]
    if not trials:
        return None
    return Leaked(
        row.title,
        sum(leaked.n for _, leaked in trials),
        statistics.fmean(test.accuracy for test, _ in trials),
        statistics.fmean(leaked.accuracy for _, leaked in trials),
        statistics.fmean(
            (test.accuracy * test.n + leaked.accuracy * leaked.n) / (test.n + leaked.n) for test, leaked in trials
        ),
    )
