"""How much accuracy one gives up by taking a model that may not be the best, and which model that leaves to take.

"Not significantly different" does not mean "equal": on few texts, models that are points apart are not significantly
different. So what is bounded is the loss itself. The loss of a model is the accuracy of the best model minus its own,
both on all texts there could be; what the texts seen leave open about it is drawn from a Bayesian bootstrap. The
*expected loss* is the mean over the draws of the highest accuracy in the draw minus the model's.

The highest of several uncertain accuracies is on average above the accuracy of whichever is best, so that with few
texts even the model ahead has an expected loss: an honest one, since it may not be the best. Tests simulate it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from reports.measuring.correctness import Correctness, mean_over_seeds
from reports.measuring.statistics import LEVEL

MOST_DRAWS, FEWEST_DRAWS = 4000, 500
QUICKER = 1.1  # times as fast: less is no reason to give up any accuracy
PRIOR = 0.5  # texts seen beforehand that one model of a pair got right and the other wrong, for each of the two
_BLOCK = 4_000_000  # numbers held at once
_NUMBERS = 20_000_000  # drawn in all, at most
_MOST_TIMES = 1000  # as many texts: what lies beyond is no advice


@dataclass(frozen=True)
class Losses:
    """What is known of how much accuracy each of m models falls short of the best of them.

    Attributes:
        models: names.
        texts: n different texts that they answered.
        accuracy: seen on the texts, mean over the seeds, shape `(m,)`.
        draws: accuracies that would fit what was seen, shape `(draws, m)`.
    """

    models: tuple[str, ...]
    texts: int
    accuracy: np.ndarray
    draws: np.ndarray

    def expected(self, model: str) -> float:
        """The expected loss, a share of texts, at least 0."""
        return float(self._of(model).mean())

    def interval(self, model: str) -> list[float]:
        """The middle 95 % of the losses drawn."""
        return [float(end) for end in np.quantile(self._of(model), [LEVEL / 2, 1 - LEVEL / 2])]

    def within(self, margin: float) -> list[str]:
        """The models whose expected loss is at most a margin; none, where there are too few texts to say so of any."""
        return [model for model in self.models if self.expected(model) <= margin]

    def reduced(self, by: Mapping[str, float]) -> Losses:
        """The losses of models that each get a share of texts less right, as a less exact export of them does."""
        shares = np.array([by[model] for model in self.models])
        return replace(self, accuracy=self.accuracy - shares, draws=self.draws - shares)

    def settling_texts(self, model: str, margin: float) -> int | None:
        """Texts on which the upper end of a model's interval would come down to a margin, if accuracies stay as seen.

        Twice as many texts halve the variance of each draw about the mean.

        Returns:
            The number; `None` where the texts seen suffice, or a thousand times as many would not.
        """
        mean, at = self.draws.mean(axis=0), self.models.index(model)

        def upper_end(narrowed: float) -> float:
            draws = mean + narrowed * (self.draws - mean)
            return float(np.quantile(draws.max(axis=1) - draws[:, at], 1 - LEVEL / 2))

        settled, open_still = 1 / math.sqrt(_MOST_TIMES), 1.0
        if upper_end(open_still) <= margin or upper_end(settled) > margin:
            return None
        for _ in range(20):
            middle = (settled + open_still) / 2
            settled, open_still = (middle, open_still) if upper_end(middle) <= margin else (settled, middle)
        return math.ceil(self.texts / settled**2)

    def _of(self, model: str) -> np.ndarray:
        return self.draws.max(axis=1) - self.draws[:, self.models.index(model)]


def estimate_losses(correctness: Correctness, seed: int = 0) -> Losses:
    """What the answers of some models say of their losses.

    Args:
        correctness: of those models that may be taken, and no others: the best is the best of them.
        seed: of the draws.
    """
    compared = correctness.compared(correctness.models)
    return Losses(
        compared.models,
        len(compared.texts),
        mean_over_seeds(compared.right),
        draw_accuracies(compared.right, seed),
    )


def choose(losses: Losses, latency: Mapping[str, float], margin: float) -> str:
    """The quickest of the models whose expected loss is within a margin.

    Where it is hardly quicker than the most accurate one, or there are too few texts to say so of any, the most
    accurate.

    Args:
        losses: of the models to choose from.
        latency: of each, in any unit.
        margin: a share of texts.
    """
    best = most_accurate(losses, latency)
    quickest = min(losses.within(margin), key=lambda model: latency[model], default=best)
    return quickest if latency[best] >= QUICKER * latency[quickest] else best


def most_accurate(losses: Losses, latency: Mapping[str, float]) -> str:
    """The most accurate model, and of equally accurate ones the quickest."""
    least = losses.accuracy.max() - 1e-9
    equals = [model for model, share in zip(losses.models, losses.accuracy, strict=True) if share >= least]
    return min(equals, key=lambda model: latency[model])


def draw_accuracies(right: np.ndarray, seed: int = 0) -> np.ndarray:
    """Accuracies of m models on all texts there could be, drawn as the texts seen make them probable.

    A draw gives each text a random weight, the same for all models and seeds, so that differences are paired (the
    Bayesian bootstrap, Rubin 1981, https://doi.org/10.1214/aos/1176345338). Texts that all answered alike are one
    weight, so that many texts cost no more than few. To the texts seen are added, for each pair of models, half a text
    that only the first got right and half one that only the second did (Jeffreys's prior of either share): without
    them, models that answer three texts alike would be certainly equal.

    Args:
        right: 1 or 0, NaN where there is no answer, shape `(m, seeds, texts)`; every model has an answer.
        seed: of the draws.

    Returns:
        Means over each model's seeds, shape `(draws, m)`.
    """
    models, seeds, _ = right.shape
    has_seed = ~np.isnan(right).all(axis=2)  # (m, seeds)
    codes = np.where(np.isnan(right), 2, right).astype(np.int8).reshape(models * seeds, -1)
    patterns, counts = np.unique(codes, axis=1, return_counts=True)
    alone = np.repeat(np.eye(models, dtype=np.int8), seeds, axis=0)  # (m * seeds, m): one model is right
    patterns = np.hstack([patterns, alone, 1 - alone])
    shapes = np.concatenate([counts, np.full(2 * models, PRIOR / 2)])  # a pair is parted by two patterns either way
    hits, answered = (patterns == 1).T.astype(float), (patterns < 2).T.astype(float)  # (patterns, m * seeds)
    generator = np.random.default_rng(seed)
    total = int(np.clip(_NUMBERS // len(shapes), FEWEST_DRAWS, MOST_DRAWS))
    rows, drawn = max(1, _BLOCK // len(shapes)), []
    for start in range(0, total, rows):
        weights = generator.standard_gamma(shapes, size=(min(rows, total - start), len(shapes)))
        accuracy = ((weights @ hits) / (weights @ answered)).reshape(-1, models, seeds)
        drawn.append((accuracy * has_seed).sum(axis=2) / has_seed.sum(axis=1))
    return np.concatenate(drawn)
