"""Would more labels help? Accuracy over the number of labels, and what twice as many would bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from reports.measuring.correctness import Correctness, mean_over_seeds, tabulate
from reports.measuring.power_law import PARAMETERS, PowerLaw, fit_power_law
from reports.measuring.proportions import DIFFERENCE, accuracy_interval, resampled_interval
from reports.measuring.statistics import LEVEL, interval, resample
from reports.reading.label_curve import LabelCurve

FEWEST_SIZES = PARAMETERS + 1  # one more than a curve can go through
WIDEST = 0.10  # of an interval of a gain: a wider one answers nothing


@dataclass(frozen=True)
class Score:
    """A share of right answers, a mean over seeds, with its 95 % interval."""

    accuracy: float
    interval: list[float]


@dataclass(frozen=True)
class Point:
    """A model with some number of labels.

    Attributes:
        labels: how many.
        seeds: that it was trained with.
        validation, test: how well it did.
    """

    labels: int
    seeds: list[int]
    validation: Score
    test: Score


@dataclass(frozen=True)
class Extrapolation:
    """What more labels would bring on validation texts if the curve went on as it is.

    Attributes:
        labels: twice as many as there are, where no other number was asked for.
        gain: of accuracy over what the curve has with all labels there are.
        interval: of the gain, 95 %: other texts, other trainings, and both shapes of the curve.
        curve: accuracy by number of labels, from the fewest to `labels`.
    """

    labels: int
    gain: float
    interval: list[float]
    curve: list[tuple[float, float]]


@dataclass(frozen=True)
class ModelCurve:
    """The curve of one model.

    Attributes:
        model: its name.
        points: by rising number of labels, two or more; over the seeds that have all of these where there are any.
        last_step: what validation accuracy gained from the last but one to the last.
        last_interval: of that, 95 %, for other texts.
        extrapolation: `None` where there is nothing to go by.
        undetermined: why there is none.
    """

    model: str
    points: list[Point]
    last_step: float
    last_interval: list[float] | None
    extrapolation: Extrapolation | None = None
    undetermined: str | None = None


def measure_label_curve(found: LabelCurve, more: int | None = None) -> list[ModelCurve]:
    """The curve of each model that has at least two points.

    Args:
        found: the answers with each number of labels.
        more: how many more labels to extrapolate to; `None` for twice as many.
    """
    models = list(dict.fromkeys(model for _, answers in found.answers for model in answers))
    return [curve for model in models if (curve := _measure(found, model, more))]


def _measure(found: LabelCurve, model: str, more: int | None) -> ModelCurve | None:
    by_size = {labels: answers[model] for labels, answers in found.answers if model in answers}
    if len(by_size) < 2:
        return None
    tables = {
        part: _tabulate({labels: {seed: parts[part] for seed, parts in of.items()} for labels, of in by_size.items()})
        for part in ("validation", "test")
    }
    points = [
        Point(labels, _seeds(tables["validation"], at), *(_score(table, at) for table in tables.values()))
        for at, labels in enumerate(by_size)
    ]
    right = tables["validation"].right
    step = points[-1].validation.accuracy - points[-2].validation.accuracy
    sampled = _by_other_texts(right[-2:])
    of_step = resampled_interval(sampled[:, 1] - sampled[:, 0], step, right.shape[-1], DIFFERENCE)
    if len(points) < FEWEST_SIZES:
        outcome: Extrapolation | str = f"{len(points)} numbers of labels are too few, it takes {FEWEST_SIZES}"
    else:
        outcome = extrapolate(np.array(list(by_size), float), right, more)
    known = outcome if isinstance(outcome, Extrapolation) else None
    return ModelCurve(model, points, step, of_step, known, None if known else str(outcome))


def _tabulate(by_size: dict) -> Correctness:
    """What was right with each number of labels, in the place of models, on the seeds that all of them have."""
    sizes = {str(labels): by_seed for labels, by_seed in by_size.items()}
    return tabulate(sizes).compared(list(sizes))


def _seeds(table: Correctness, at: int) -> list[int]:
    answered = ~np.isnan(table.right[at])
    return [seed for seed, any_answer in zip(table.seeds, answered.any(axis=1), strict=True) if any_answer]


def _score(table: Correctness, at: int) -> Score:
    right = table.right[at]
    return Score(float(mean_over_seeds(right)), accuracy_interval(right))


def extrapolate(labels: np.ndarray, right: np.ndarray, more: int | None = None) -> Extrapolation | str:
    """What more labels would bring, from power laws fitted to the accuracies.

    Two of them: one that levels off where the accuracies say, and one that goes on to 100 %. The answer is their mean,
    and the interval spans both, since few numbers of labels cannot tell them apart. (The first alone says too little:
    for the linear model on 20newsgroups +0.8, +0.7 and +0.6 points behind 750, 1,500 and 3,000 labels, their mean +1.5,
    +1.2 and +1.0; measured were +2.2, +1.2 and +1.7.)

    The interval is a bootstrap's: each sample draws other texts, the same for all numbers of labels, and turns around
    at random what the curve misses each accuracy by (a wild bootstrap, Wu 1986, https://doi.org/10.1214/aos/1176350142,
    with residuals as large as so few of them may be). In simulations with 500 texts and 4 or 6 numbers of labels it
    held the true gain in 98 or more of 100 cases.

    Args:
        labels: k different numbers, rising, shape `(k,)`; k is at least `FEWEST_SIZES`.
        right: 1 or 0, NaN where there is no answer, shape `(k, seeds, texts)`.
        more: how many more labels than the most; `None` for twice as many. No simulation went further than that.

    Returns:
        What it would be, or why nothing can be said, as the end of a sentence.
    """
    wanted = float(labels[-1] * 2 if more is None else labels[-1] + more)
    accuracy = mean_over_seeds(right)
    by_texts = _by_other_texts(right) - accuracy
    laws, sampled = [], []
    for levels_off in (True, False):
        law = fit_power_law(labels, accuracy, levels_off)
        fitted = law.at(labels)
        free = len(labels) - PARAMETERS + (not levels_off)
        by_trainings = _by_other_trainings(accuracy - fitted, free, len(by_texts))
        laws.append(law)
        sampled.append(fit_power_law(labels, fitted + by_texts + by_trainings, levels_off))
    grown = interval(np.concatenate([law.at(labels[-1]) - law.at(labels[0]) for law in sampled]))
    gain, gains = (
        float(np.mean([_gain(law, wanted) for law in laws])),
        interval(np.concatenate([_gain(law, wanted) for law in sampled])),
    )
    if grown is None or gains is None or grown[0] <= 0 or gain <= 0:
        return "accuracy does not measurably grow with the labels so far"
    ends = [min(gains[0], gain), max(gains[1], gain)]
    if ends[1] - ends[0] > WIDEST:
        return f"the accuracies lie too far from any curve (+{100 * ends[0]:.0f} to +{100 * ends[1]:.0f} points)"
    along = np.geomspace(labels[0], wanted, 40)
    curve = np.mean([law.at(along) for law in laws], axis=0)
    return Extrapolation(round(wanted), gain, ends, list(zip(along.tolist(), curve.tolist(), strict=True)))


def _gain(law: PowerLaw, labels: float) -> np.ndarray:
    """By so many labels instead of the most that were fitted."""
    return law.at(labels) - law.at(law.largest)


def _by_other_texts(right: np.ndarray) -> np.ndarray:
    """Accuracies on resampled texts, `(samples, k)`."""
    sizes, seeds, texts = right.shape
    hits = np.nan_to_num(right).reshape(sizes * seeds, texts).T  # (texts, sizes * seeds)
    answered = (~np.isnan(right)).reshape(sizes * seeds, texts).T.astype(np.float32)
    found = []
    for weights in resample(texts):
        n = (weights @ answered).reshape(-1, sizes, seeds)
        of_seed = (weights @ hits).reshape(-1, sizes, seeds) / np.maximum(n, 1)
        found.append(of_seed.sum(axis=2) / np.maximum((n > 0).sum(axis=2), 1))
    return np.concatenate(found)


def _by_other_trainings(missed: np.ndarray, free: int, samples: int, seed: int = 0) -> np.ndarray:
    """What other trainings may change of k accuracies, `(samples, k)`.

    Args:
        missed: what a curve misses each of them by, shape `(k,)`.
        free: how many more they are than the curve has parameters.
        samples: how many.
        seed: of the signs.
    """
    as_large = np.sqrt(len(missed) / free) * stats.t.ppf(1 - LEVEL / 2, free) / stats.norm.ppf(1 - LEVEL / 2)
    return as_large * missed * np.random.default_rng(seed).choice([-1, 1], (samples, len(missed)))
