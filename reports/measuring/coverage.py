"""Answering only when sure: how many texts are answered, and how many of these answers are right.

The threshold of confidence comes from validation; what it gives is measured on test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.predictions import Answers
from reports.measuring.proportions import accuracy_interval

WANTED = (0.9, 0.75, 0.5)  # shares of the texts


@dataclass(frozen=True)
class Coverage:
    """What a model does on test if it answers only from a confidence on.

    Attributes:
        wanted: the share of validation texts, at the least, that are answered.
        threshold: the confidence.
        n: test texts that are answered.
        share: of all test texts.
        accuracy: of these answers; `None` where there is none.
        interval: of the accuracy, 95 %.
    """

    wanted: float
    threshold: float
    n: int
    share: float
    accuracy: float | None
    interval: list[float] | None


def cover(validation: Answers, test: Answers, wanted: float) -> Coverage:
    """Chooses the threshold on validation for a share that is to be answered, and applies it to test."""
    threshold = float(np.quantile(validation.probabilities.max(axis=1), 1 - wanted, method="lower"))
    right = test.right[test.probabilities.max(axis=1) >= threshold]
    known = len(right) > 0
    return Coverage(
        wanted=wanted,
        threshold=threshold,
        n=len(right),
        share=len(right) / len(test.labels),
        accuracy=float(right.mean()) if known else None,
        interval=accuracy_interval(right[None].astype(float)) if known else None,
    )
