"""Temperature: one number that makes a trained model's probabilities as sure as it is right.

Source: Guo et al. 2017, On Calibration of Modern Neural Networks, https://arxiv.org/abs/1706.04599.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.metrics import BY_NAME, SMALLEST
from models.predictions import Answers

COLDEST, HOTTEST = 0.02, 50.0  # the temperatures that are tried lie between


def fit_temperature(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> tuple[float, float]:
    """The temperature T for which `softmax(scores / T)` has the least log loss.

    One more text counts, whose class nobody knows: where every answer is right, no temperature would be too low without
    it (Platt 1999 has the same for two classes).

    Args:
        scores: logits, or the logarithms of probabilities, of shape `(n, classes)`.
        labels: true classes, integer array of shape `(n,)`.
        weights: of the texts, array of shape `(n,)`; `None` for 1 each.

    Returns:
        T, and the mean log loss there, the text of unknown class included.

    >>> scores = np.log([[0.99, 0.01], [0.99, 0.01], [0.99, 0.01], [0.99, 0.01]])  # right three times in four
    >>> round(fit_temperature(scores, np.array([0, 0, 0, 1]))[0], 1)
    5.4
    """
    # Here, since most of what imports this module fits nothing, and it takes half a second.
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    weights = np.ones(len(labels)) if weights is None else weights

    def loss(log_temperature: float) -> float:
        logs = log_softmax(scores / np.exp(log_temperature), axis=1)
        known = (weights * logs[np.arange(len(labels)), labels]).sum()
        return -(known + logs.mean(axis=1).mean()) / (weights.sum() + 1)

    found = minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(found.x)), float(found.fun)


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """What probabilities become, array of the same shape `(n, classes)` and type: `softmax(log p / T)`.

    >>> at_temperature(np.array([[0.9, 0.1]]), 0.5).round(3)  # 81 to 1
    array([[0.988, 0.012]])
    """
    from scipy.special import softmax

    scores = np.log(np.maximum(probabilities, SMALLEST, dtype=np.float64))
    return softmax(scores / temperature, axis=1).astype(probabilities.dtype)


@dataclass(frozen=True)
class Calibration:
    """What a temperature would do for a model; its answers are as they were without one.

    Attributes:
        temperature: fitted to all validation answers; above 1 where the model is too sure.
        validation_error: expected calibration error of the validation answers as they are.
        validation_error_scaled: the same with temperatures, each half's fitted to the other half.
    """

    temperature: float
    validation_error: float
    validation_error_scaled: float


def measure_calibration(answers: Answers) -> Calibration | None:
    """Fits a temperature to validation answers; `None` where there are too few to fit to some and measure on others."""
    if len(answers.labels) < 2:
        return None
    scores = np.log(np.maximum(answers.probabilities, SMALLEST))  # (n, classes)
    order = np.random.default_rng(0).permutation(len(scores))
    middle = len(order) // 2
    scaled = np.empty_like(scores)
    for fitted, measured in ((order[:middle], order[middle:]), (order[middle:], order[:middle])):
        temperature, _ = fit_temperature(scores[fitted], answers.labels[fitted])
        scaled[measured] = at_temperature(answers.probabilities[measured], temperature)
    error = BY_NAME["expected_calibration_error"].value
    return Calibration(
        temperature=fit_temperature(scores, answers.labels)[0],
        validation_error=error(answers) or 0.0,
        validation_error_scaled=error(replace(answers, probabilities=scaled)) or 0.0,
    )
