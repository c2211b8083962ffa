"""Accuracy as a power law of the number of labels: a − b · n^−c.

Source: Figueroa et al. 2012, https://doi.org/10.1186/1472-6947-12-8, also for the weights: larger numbers of labels,
which say more of what comes behind them, count more. For a given c the best a and b are those of a straight line, so
that c alone is searched (variable projection, Golub and Pereyra 1973, https://doi.org/10.1137/0710036); no start is to
be chosen, and many curves are fitted at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EXPONENTS = np.linspace(0.05, 2.0, 79)
PARAMETERS = 3


@dataclass(frozen=True)
class PowerLaw:
    """Some fitted curves, each of its own shape.

    Attributes:
        ceiling: a, at most 1, shape `(...)`.
        lost: what the largest number of labels that was fitted still lacks to the ceiling, 0 or above, likewise.
        exponent: c, likewise.
        largest: that number of labels.
    """

    ceiling: np.ndarray
    lost: np.ndarray
    exponent: np.ndarray
    largest: float

    def at(self, labels: np.ndarray | float) -> np.ndarray:
        """Accuracy with so many labels, of shape `(..., *labels.shape)`."""
        times = np.asarray(labels, float) / self.largest
        ceiling, lost, exponent = (
            np.reshape(found, (*np.shape(found), *(1,) * times.ndim))
            for found in (self.ceiling, self.lost, self.exponent)
        )
        return ceiling - lost * times**-exponent


def fit_power_law(labels: np.ndarray, accuracy: np.ndarray, levels_off: bool = True) -> PowerLaw:
    """The curves nearest to some accuracies; none of them falls, and none goes above 1.

    Args:
        labels: k different numbers, rising, shape `(k,)`.
        accuracy: with these, shape `(..., k)`.
        levels_off: whether the ceiling is fitted too; else it is 1.
    """
    weights = np.arange(1, len(labels) + 1) / len(labels)
    weights = weights / weights.sum()
    x = (labels / labels[-1]) ** -EXPONENTS[:, None]  # (exponents, k)
    y = accuracy[..., None, :]  # (..., 1, k)
    x_mean, y_mean = x @ weights, y @ weights  # (exponents,), (..., 1)
    off = x - x_mean[:, None]
    lost = np.maximum(-((y - y_mean[..., None]) * off) @ weights / (off**2 @ weights), 0)  # (..., exponents)
    ceiling = y_mean + lost * x_mean
    at_most = np.maximum(((1 - y) * x) @ weights / (x**2 @ weights), 0)
    beyond = (ceiling > 1) | (not levels_off)
    lost, ceiling = np.where(beyond, at_most, lost), np.where(beyond, 1, ceiling)
    errors = (y - (ceiling[..., None] - lost[..., None] * x)) ** 2 @ weights
    best = errors.argmin(axis=-1)[..., None]
    return PowerLaw(
        np.take_along_axis(ceiling, best, -1)[..., 0],
        np.take_along_axis(lost, best, -1)[..., 0],
        EXPONENTS[best[..., 0]],
        float(labels[-1]),
    )
