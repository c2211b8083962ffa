"""How much of a difference is chance: bootstrap samples, corrected tests, and the spread over seeds.

Functions on arrays; `reports.measuring.significance` applies them to a run.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.metrics import METRICS, Sample, calibration_error, confidence_bins
from models.predictions import Answers

MOST_RESAMPLES, FEWEST_RESAMPLES = 1000, 200
LEVEL, POWER = 0.05, 0.80
_BLOCK = 4_000_000  # numbers held at once
Interval = list[float]  # its two ends


@dataclass(frozen=True)
class Spread:
    """A number over several seeds.

    Attributes:
        seeds: how many.
        mean, deviation: over them, the deviation with one degree of freedom less.
        interval: 95 % t interval of the mean, `None` for two seeds.
    """

    seeds: int
    mean: float
    deviation: float
    interval: Interval | None


def resamples(texts: int) -> int:
    """How many bootstrap samples: fewer where there are many texts and intervals are narrow, so that it takes seconds.

    >>> resamples(500), resamples(7500), resamples(50_000)
    (1000, 533, 200)
    """
    return max(FEWEST_RESAMPLES, min(MOST_RESAMPLES, _BLOCK // max(texts, 1)))


def resample(texts: int, seed: int = 0) -> Iterator[np.ndarray]:
    """Bootstrap samples as weights: how often each text was drawn, in blocks of shape `(some, texts)`.

    One sample weighs the answers of every model and seed, so that differences are paired and a text that several
    seeds tested is drawn or left out with all its answers (a cluster bootstrap).

    Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 16.
    """
    generator = np.random.default_rng(seed)
    block = max(1, _BLOCK // max(texts, 1))
    total = resamples(texts)
    for start in range(0, total, block):
        rows = min(block, total - start)
        drawn = generator.integers(texts, size=(rows, texts)) + np.arange(rows)[:, None] * texts
        yield np.bincount(drawn.ravel(), minlength=rows * texts).reshape(rows, texts).astype(np.float32)


def scores(weights: np.ndarray, answers: Answers, names: Collection[str]) -> dict[str, np.ndarray]:
    """Metrics of weighted answers.

    Args:
        weights: of shape `(samples, n)`.
        answers: to n texts.
        names: which metrics of `models.metrics`; those that take too long for as many classes are left out.

    Returns:
        By name, arrays of shape `(samples,)`; NaN where a sample does not have the metric.
    """
    sample = Sample(weights, answers)
    return {
        metric.name: metric.measure(sample)
        for metric in METRICS
        if metric.name in names and metric.has_interval(sample.classes)
    }


def interval(samples: np.ndarray) -> Interval | None:
    """The middle 95 % of bootstrap samples (percentile interval), `None` where there are none."""
    known = samples[~np.isnan(samples)]
    if not len(known):
        return None
    return [float(end) for end in np.quantile(known, [LEVEL / 2, 1 - LEVEL / 2])]


def across_seeds(differences: Sequence[float]) -> Spread | None:
    """Mean, standard deviation and 95 % t interval of paired differences; `None` for one seed, no interval for two.

    Splits that share training texts make the interval somewhat too narrow (Nadeau & Bengio 2003,
    https://doi.org/10.1023/A:1024068626366).
    """
    n = len(differences)
    if n < 2:
        return None
    mean, deviation = float(np.mean(differences)), float(np.std(differences, ddof=1))
    half = stats.t.ppf(1 - LEVEL / 2, n - 1) * deviation / math.sqrt(n)
    return Spread(n, mean, deviation, [mean - float(half), mean + float(half)] if n > 2 else None)


def calibration_by_chance(answers: Answers, seed: int = 0) -> float:
    """The calibration error that a perfectly calibrated model of the same confidence stays under 95 times in 100.

    Source: consistency resampling, Bröcker & Smith 2007, https://doi.org/10.1175/WAF993.1.
    """
    confidence, bins = confidence_bins(answers.probabilities)
    n = len(confidence)
    each_once = np.ones((1, n), dtype=np.float32)
    generator = np.random.default_rng(seed)
    errors, block, total = [], max(1, _BLOCK // n), resamples(n)
    for start in range(0, total, block):
        right = generator.random((min(block, total - start), n), dtype=np.float32) < confidence
        errors.append(calibration_error(right, confidence, bins, each_once))
    return float(np.quantile(np.concatenate(errors), 1 - LEVEL))
