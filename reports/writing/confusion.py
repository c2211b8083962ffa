"""Which classes are confused: as a matrix up to some number of classes, beyond it as the most frequent confusions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reports.reading.trials import Scores

MOST_CLASSES = 25  # shown as a matrix
MOST_CONFUSIONS = 15


class Confusion(NamedTuple):
    """How many test texts of a true class were taken for another, and what share of the class that is."""

    true: str
    said: str
    n: int
    share: float


def most_confused(scores: Scores, names: Sequence[str]) -> list[Confusion]:
    """The most frequent confusions, most frequent first."""
    cells = [
        Confusion(names[true], names[said], n, n / scores.per_class[names[true]].n)
        for true, counts in enumerate(scores.confusion_matrix)
        for said, n in enumerate(counts)
        if n and true != said
    ]
    return sorted(cells, key=lambda cell: -cell.n)[:MOST_CONFUSIONS]
