"""Every metric, once: what it is called, how it is written, where it is shown, and how it is computed.

To add a metric, write its function and give it an entry in `METRICS`. Evaluation, bootstrap intervals, tables, page,
cards, TensorBoard and `comparison.json` ask this catalog. A function computes the metric of thousands of bootstrap
samples at once, and of the answers as they are as of one sample in which each text counts once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from models.predictions import Answers

BINS = 15  # of confidence
SMALLEST = 5e-7  # a probability that the six decimals of predictions.csv show as 0


class Table(StrEnum):
    """Where metrics are shown."""

    SUMMARY = "summary"  # on the terminal and in report.md
    RECORD = "record"  # in reports/results and the README
    PAGE = "page"
    CARD = "card"  # model_card.md
    TENSORBOARD = "tensorboard"


@dataclass(frozen=True)
class Sample:
    """Answers to n texts, of which each counts as often as a weight says.

    Attributes:
        weights: of shape `(samples, n)`, from 0.
        answers: to the n texts.
    """

    weights: np.ndarray
    answers: Answers

    @classmethod
    def of(cls, answers: Answers) -> Sample:
        """The answers as they are: one sample, each text once."""
        return cls(np.ones((1, len(answers.labels))), answers)

    @property
    def classes(self) -> int:
        """How many there are."""
        return self.answers.probabilities.shape[1]

    @cached_property
    def texts(self) -> np.ndarray:
        """Texts, `(samples,)`."""
        return self.weights.sum(axis=1)

    @cached_property
    def true(self) -> np.ndarray:
        """Texts of each class, `(samples, classes)`."""
        return self.weights @ self._one_hot(self.answers.labels)

    @cached_property
    def said(self) -> np.ndarray:
        """Answers of each class, `(samples, classes)`."""
        return self.weights @ self._one_hot(self.answers.predicted)

    @cached_property
    def hits(self) -> np.ndarray:
        """Right answers of each class, `(samples, classes)`."""
        return self.weights @ (self._one_hot(self.answers.labels) * self.answers.right[:, None])

    def mean(self, values: np.ndarray) -> np.ndarray:
        """The mean of a value for each text, `(n,)` to `(samples,)`; NaN where a sample holds no text."""
        return _divide(self.weights @ values.astype(self.weights.dtype), self.texts)

    def macro(self, scores: np.ndarray) -> np.ndarray:
        """The mean over the classes, `(samples, classes)` to `(samples,)`.

        A class that a sample happens to lack does not count; one that all n texts lack counts with its score, 0.
        """
        counted = (self.true > 0) | (np.bincount(self.answers.labels, minlength=self.classes) == 0)
        return np.where(self.texts > 0, _divide((scores * counted).sum(axis=1), counted.sum(axis=1)), np.nan)

    def weighted(self, scores: np.ndarray) -> np.ndarray:
        """The mean over the classes by their texts, `(samples, classes)` to `(samples,)`."""
        return _divide((scores * self.true).sum(axis=1), self.texts)

    def _one_hot(self, classes: np.ndarray) -> np.ndarray:
        return np.eye(self.classes, dtype=self.weights.dtype)[classes]


@dataclass(frozen=True)
class Metric:
    """One entry of the catalog.

    Attributes:
        name: as `metrics.json` and `comparison.json` have it.
        title: heading of a column.
        measure: computes it, `(samples,)`; NaN where a sample does not have it.
        meaning: for a reader who does not know it.
        unit: `%` for a share that is written in percent, else behind the title.
        digits: behind the point, as it is written.
        tables: where it is shown.
        most_classes: up to which its interval is computed; beyond, it would take too long.
        bounds: the least and the most that it can be.
        balanced: whether each class counts the same, so that it is as uncertain as the smallest class makes it.
    """

    name: str
    title: str
    measure: Callable[[Sample], np.ndarray]
    meaning: str = ""
    unit: str = ""
    digits: int = 3
    tables: frozenset[Table] = frozenset()
    most_classes: int | None = None
    bounds: tuple[float, float] = (0.0, 1.0)
    balanced: bool = False

    def value(self, answers: Answers) -> float | None:
        """Of the answers as they are, `None` where they do not have it."""
        value = float(self.measure(Sample.of(answers))[0])
        return None if np.isnan(value) else value

    def has_interval(self, classes: int) -> bool:
        """Whether it is computed of bootstrap samples too."""
        return self.most_classes is None or classes <= self.most_classes

    def write(self, value: float | None) -> str:
        """The number without its unit, a dash where there is none.

        >>> BY_NAME["accuracy"].write(0.8028), BY_NAME["log_loss"].write(None)
        ('80.3', '–')
        """
        return "–" if value is None else f"{100 * value if self.unit == '%' else value:.{self.digits}f}"


def confidence_bins(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The confidence of each answer and which of 15 equal bins it is in, `(n, classes)` to twice `(n,)`."""
    confidence = probabilities.max(axis=1)
    return confidence, np.minimum((confidence * BINS).astype(int), BINS - 1)


def calibration_error(right: np.ndarray, confidence: np.ndarray, bins: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How far confidence and the share of right answers lie apart, weighted over the bins of confidence.

    Args:
        right: whether each answer is right, of shape `(n,)`, or `(samples, n)` where samples differ in it.
        confidence, bins: of `confidence_bins`, each of shape `(n,)`.
        weights: how often a text counts, of shape `(samples, n)` or `(1, n)`.

    Returns:
        Shape `(samples,)`, 0 to 1.

    Source: Guo et al. 2017, https://arxiv.org/abs/1706.04599.
    """
    gaps = weights * (right - confidence).astype(weights.dtype)  # (samples, n)
    of_bin = gaps @ np.eye(BINS, dtype=weights.dtype)[bins]  # (samples, bins)
    return _divide(np.abs(of_bin).sum(axis=1), weights.sum(axis=1))


def _divide(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """NaN where `below` is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


def _precision(sample: Sample) -> np.ndarray:
    return sample.hits / np.maximum(sample.said, 1e-9)


def _recall(sample: Sample) -> np.ndarray:
    return sample.hits / np.maximum(sample.true, 1e-9)


def _f1(sample: Sample) -> np.ndarray:
    return 2 * sample.hits / np.maximum(sample.true + sample.said, 1e-9)


def _accuracy(sample: Sample) -> np.ndarray:
    return sample.mean(sample.answers.right)


def _log_loss(sample: Sample) -> np.ndarray:
    labels, probabilities = sample.answers.labels, sample.answers.probabilities
    return sample.mean(-np.log(np.clip(probabilities[np.arange(len(labels)), labels], SMALLEST, 1)))


def _expected_calibration_error(sample: Sample) -> np.ndarray:
    confidence, bins = confidence_bins(sample.answers.probabilities)
    return calibration_error(sample.answers.right, confidence, bins, sample.weights)


def _roc_auc(sample: Sample) -> np.ndarray:
    """Of two classes that of the second, of more the mean of each class's against the rest; NaN where one lacks."""
    positive = [1] if sample.classes == 2 else range(sample.classes)
    areas = [_area(sample.weights, sample.answers.labels == at, sample.answers.probabilities[:, at]) for at in positive]
    return np.mean(areas, axis=0)


def _area(weights: np.ndarray, positive: np.ndarray, score: np.ndarray) -> np.ndarray:
    """The share of pairs of a positive and a negative text in which the positive has the higher score; ties half."""
    above, below = np.flatnonzero(positive), np.flatnonzero(~positive)
    order = below[np.argsort(score[below], kind="stable")]
    cumulated = np.pad(np.cumsum(weights[:, order], axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    lower, upper = (np.searchsorted(score[order], score[above], side=side) for side in ("left", "right"))
    won = (cumulated[:, lower] + cumulated[:, upper]) / 2
    drawn = weights[:, above]
    return _divide((drawn * won).sum(axis=1), drawn.sum(axis=1) * cumulated[:, -1])


METRICS = (
    Metric(
        "accuracy",
        "accuracy",
        _accuracy,
        "share of test texts given their right class.",
        unit="%",
        digits=1,
        tables=frozenset(Table),
    ),
    Metric("macro_precision", "macro precision", lambda sample: sample.macro(_precision(sample)), balanced=True),
    Metric("macro_recall", "macro recall", lambda sample: sample.macro(_recall(sample)), balanced=True),
    Metric(
        "macro_f1",
        "macro F1",
        lambda sample: sample.macro(_f1(sample)),
        "mean over the classes of F1, which combines precision (how many of the texts given a class belong to it) and "
        "recall (how many texts of a class were found). Low where a class is neglected; 1 is best.",
        tables=frozenset(Table),
        balanced=True,
    ),
    Metric("weighted_precision", "weighted precision", lambda sample: sample.weighted(_precision(sample))),
    Metric("weighted_recall", "weighted recall", lambda sample: sample.weighted(_recall(sample))),
    Metric(
        "weighted_f1",
        "weighted F1",
        lambda sample: sample.weighted(_f1(sample)),
        tables=frozenset({Table.SUMMARY}),
    ),
    Metric(
        "roc_auc",
        "ROC AUC",
        _roc_auc,
        tables=frozenset({Table.SUMMARY, Table.TENSORBOARD}),
        most_classes=2,
        balanced=True,
    ),
    Metric(
        "log_loss",
        "log loss",
        _log_loss,
        "what wrong confidence costs: minus the natural logarithm of the probability given to the true class, on "
        "average. 0 is best; giving two classes the same probability costs 0.69, giving it to ten costs 2.30.",
        unit="nats",
        tables=frozenset(Table),
        bounds=(0.0, math.inf),
    ),
    Metric(
        "expected_calibration_error",
        "ECE",
        _expected_calibration_error,
        "expected calibration error: how far confidence and the share of right answers lie apart, on average over 15 "
        "bins of confidence. 0 is best.",
        tables=frozenset(Table),
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}


def shown_in(table: Table) -> list[Metric]:
    """The metrics that a table has, in the order of its columns."""
    return [metric for metric in METRICS if table in metric.tables]
