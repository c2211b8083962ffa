"""Temperature: one number that makes a trained model's probabilities as sure as it is right.

Source: Guo et al. 2017, On Calibration of Modern Neural Networks, https://arxiv.org/abs/1706.04599.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

COLDEST, HOTTEST = 0.02, 50.0  # the temperatures that are tried lie between


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The temperature T for which `softmax(scores / T)` has the least log loss.

    One more text counts, whose class nobody knows: where every answer is right, no temperature would be too low without
    it (Platt 1999 has the same for two classes).

    Args:
        scores: logits, or the logarithms of probabilities, of shape `(n, classes)`.
        labels: true classes, integer array of shape `(n,)`.

    Returns:
        T, and the mean log loss there, the text of unknown class included.

    >>> scores = np.log([[0.99, 0.01], [0.99, 0.01], [0.99, 0.01], [0.99, 0.01]])  # right three times in four
    >>> round(fit_temperature(scores, np.array([0, 0, 0, 1]))[0], 1)
    5.4
    """

    def loss(log_temperature: float) -> float:
        logs = log_softmax(scores / np.exp(log_temperature), axis=1)
        known = logs[np.arange(len(labels)), labels].sum()
        return -(known + logs.mean(axis=1).mean()) / (len(labels) + 1)

    found = minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(found.x)), float(found.fun)
