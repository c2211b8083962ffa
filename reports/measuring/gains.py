"""What a change gains in accuracy: paired on the same texts, with its interval."""

from __future__ import annotations

import numpy as np

from reports.measuring.proportions import DIFFERENCE, resampled_interval
from reports.measuring.statistics import resample


def paired_gain(before: np.ndarray, after: np.ndarray) -> tuple[float, list[float]]:
    """The difference of two accuracies on the same n texts, and its 95 % interval for other texts.

    Args:
        before, after: which texts are right, boolean arrays of shape `(n,)`, n at least 1.

    >>> gain, ends = paired_gain(np.array([True] * 60 + [False] * 40), np.array([True] * 70 + [False] * 30))
    >>> round(gain, 3), ends[0] > 0
    (0.1, True)
    """
    differences = after.astype(float) - before
    samples = np.concatenate([weights @ differences for weights in resample(len(differences))]) / len(differences)
    gain = float(differences.mean())
    return gain, resampled_interval(samples, gain, len(differences), DIFFERENCE) or [gain, gain]
