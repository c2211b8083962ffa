"""Which answers were right, of all models, seeds and texts, as one array that paired comparisons start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.predictions import AllAnswers, Answers

BySeed = Mapping[int, Answers]


@dataclass(frozen=True)
class Correctness:
    """Which answers of a split were right.

    Attributes:
        models: names, m of them.
        seeds: s of them, in order.
        texts: places in the corpus of the n different texts, in order, shape `(n,)`.
        right: 1 where an answer is right, 0 where it is wrong, NaN where there is none, shape `(m, s, n)`.
    """

    models: tuple[str, ...]
    seeds: tuple[int, ...]
    texts: np.ndarray
    right: np.ndarray

    def of(self, model: str) -> np.ndarray:
        """What one model got right, shape `(s, n)`."""
        return self.right[self.models.index(model)]

    def compared(self, models: Sequence[str]) -> Correctness:
        """Some of the models on what they can be compared by: the seeds that all of them have.

        Where there is no such seed, each model keeps its own.
        """
        right = self.right[[self.models.index(model) for model in models]]
        answered = ~np.isnan(right)
        common = answered.any(axis=2).all(axis=0)  # (s,)
        seeds = np.flatnonzero(common if common.any() else answered.any(axis=(0, 2)))
        texts = np.flatnonzero(answered[:, seeds].any(axis=(0, 1)))
        return Correctness(
            tuple(models),
            tuple(self.seeds[seed] for seed in seeds),
            self.texts[texts],
            right[:, seeds][:, :, texts],
        )


def select_part(answers: AllAnswers, part: str) -> dict[str, BySeed]:
    """The answers to one split, by model and seed; models without any are left out."""
    found = {
        model: {seed: parts[part] for seed, parts in by_seed.items() if part in parts}
        for model, by_seed in answers.items()
    }
    return {model: by_seed for model, by_seed in found.items() if by_seed}


def tabulate(answers: Mapping[str, BySeed]) -> Correctness:
    """What every model got right with every seed, from their answers to the texts of one split."""
    seeds = tuple(sorted({seed for by_seed in answers.values() for seed in by_seed}))
    indices = [one.index for by_seed in answers.values() for one in by_seed.values()]
    texts = np.unique(np.concatenate(indices)) if indices else np.array([], dtype=int)
    right = np.full((len(answers), len(seeds), len(texts)), np.nan, dtype=np.float32)
    for model, by_seed in enumerate(answers.values()):
        for seed, one in by_seed.items():
            right[model, seeds.index(seed), np.searchsorted(texts, one.index)] = one.right
    return Correctness(tuple(answers), seeds, texts, right)


def answer_weights(values: np.ndarray) -> np.ndarray:
    """What each answer counts for in a mean over the seeds of their means over texts.

    Args:
        values: of shape `(..., seeds, texts)`, NaN where there is no answer.

    Returns:
        Of the same shape, 1 / (seeds with answers · texts of the seed), and 0 where there is no answer; sums to 1.
    """
    answered = ~np.isnan(values)
    texts = answered.sum(axis=-1, keepdims=True)  # (..., seeds, 1)
    seeds = (texts > 0).sum(axis=-2, keepdims=True)  # (..., 1, 1)
    return answered / np.maximum(texts * seeds, 1)


def mean_over_seeds(values: np.ndarray) -> np.ndarray:
    """The mean over the seeds of each seed's mean over its texts, shape `(...)`, of values `(..., seeds, texts)`.

    >>> float(mean_over_seeds(np.array([[1, 0, np.nan], [1, 1, 1]])))
    0.75
    """
    texts = (~np.isnan(values)).sum(axis=-1)  # (..., seeds)
    of_seed = np.nansum(values, axis=-1) / np.maximum(texts, 1)
    return of_seed.sum(axis=-1) / np.maximum((texts > 0).sum(axis=-1), 1)
