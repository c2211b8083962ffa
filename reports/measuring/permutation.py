"""Whether two models are right equally often: a paired test over all seeds, with each text one observation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from reports.measuring.correctness import answer_weights, mean_over_seeds
from reports.measuring.statistics import LEVEL, POWER

_EXACT = 1_000_000  # sums that are written out one by one
_FLIPS = 50_000  # at p = 0.05 a standard error of 0.001
_BLOCK = 4_000_000  # numbers held at once
_ALIKE = 1e-9


@dataclass(frozen=True)
class PairedTest:
    """Two models held against each other on the texts that both answered with the same seeds.

    Attributes:
        texts: different texts.
        difference: of the accuracies, first minus second, mean over the seeds.
        only_first: share of the answers that the first model alone got right, mean over the seeds.
        only_second: that of the second; `only_first - only_second` is the difference.
        p: of the paired test, two-sided.
        needed_texts: that would show the difference seen; `None` where none was seen.
    """

    texts: int
    difference: float
    only_first: float
    only_second: float
    p: float
    needed_texts: int | None


def paired_test(first: np.ndarray, second: np.ndarray) -> PairedTest | None:
    """Holds two models against each other.

    Args:
        first: 1 where the first model is right, 0 where it is wrong, NaN where a seed did not answer the text, shape
            `(seeds, texts)`.
        second: the same of the second model; seeds and texts stand at the same places.

    Returns:
        The test; `None` where no seed has a text that both answered.
    """
    differences = (first - second).astype(float)  # NaN where either has no answer
    texts = int((~np.isnan(differences)).any(axis=0).sum())
    if not texts:
        return None
    of_text = (answer_weights(differences) * np.nan_to_num(differences)).sum(axis=0)  # sums to the difference
    difference = float(mean_over_seeds(differences))
    return PairedTest(
        texts=texts,
        difference=difference,
        only_first=float(mean_over_seeds(np.maximum(differences, 0))),
        only_second=float(mean_over_seeds(np.maximum(-differences, 0))),
        p=sign_flip(of_text),
        needed_texts=needed_texts(difference, texts * float((of_text**2).sum())),
    )


def sign_flip(differences: np.ndarray) -> float:
    """Two-sided p that the differences of the texts are as often in favor of one model as of the other.

    Were the models equally good, either could have given either's answers to a text, so that each difference could as
    well have the other sign: p is the share of all ways to set the signs whose sum is at least as far from 0 as the
    one seen. With one seed, where all differences are equally large, that is McNemar's exact test. Exact where the sums
    can be written out, else of 50,000 random ways, always the same.

    The trained models are taken as they are: what another seed would bring is not in it.

    Source: Fisher 1935, The Design of Experiments, section 21; for models Dror et al. 2018,
    https://aclanthology.org/P18-1128.

    Args:
        differences: of each text, all its seeds added up, shape `(texts,)`.

    >>> round(sign_flip(np.array([1, 1, 1, 1, 1])), 6)  # 2 * 0.5 ** 5
    0.0625
    """
    differing = differences[np.abs(differences) > _ALIKE * np.abs(differences).max(initial=0)]
    if not len(differing):
        return 1.0
    # Texts that differ by as much are interchangeable: how many of them are positive is binomial.
    sizes = np.abs(differing) / np.abs(differing).max()
    _, at = np.unique(np.round(sizes, 9), return_inverse=True)
    counts = np.bincount(at)
    values = np.bincount(at, weights=sizes) / counts  # not the rounded ones, whose sums would miss equality
    positive = np.bincount(at, weights=differing > 0)
    seen = abs(float(((2 * positive - counts) * values).sum())) - _ALIKE
    if math.prod((counts + 1).tolist()) <= _EXACT:
        sums, chances = np.zeros(1), np.ones(1)
        for value, count in zip(values, counts, strict=True):
            heads = np.arange(count + 1)
            sums = np.add.outer(sums, value * (2 * heads - count)).ravel()
            chances = np.multiply.outer(chances, stats.binom.pmf(heads, count, 0.5)).ravel()
        return min(1.0, float(chances[np.abs(sums) >= seen].sum()))
    generator, extreme, rows = np.random.default_rng(0), 0, max(1, _BLOCK // len(values))
    for start in range(0, _FLIPS, rows):
        heads = generator.binomial(counts, 0.5, size=(min(rows, _FLIPS - start), len(values)))
        extreme += int((np.abs((2 * heads - counts) @ values) >= seen).sum())
    return (1 + extreme) / (1 + _FLIPS)  # the signs seen are one of the ways


def needed_texts(difference: float, mean_square: float) -> int | None:
    """Texts that would show a difference as large as the one seen, with 80 % power at p < 0.05.

    With d the difference and s the mean square of the texts' differences (with one seed the share of texts that one
    model alone gets right), n = (z(0.975) sqrt(s) + z(0.8) sqrt(s - d²))² / d².

    Source: Connor 1987, https://doi.org/10.2307/2531961, equation for the paired design.

    Returns:
        The number; `None` where no difference was seen.
    """
    if abs(difference) < _ALIKE:
        return None
    at_level, at_power = stats.norm.ppf(1 - LEVEL / 2), stats.norm.ppf(POWER)
    root = at_level * math.sqrt(mean_square) + at_power * math.sqrt(max(mean_square - difference**2, 0))
    return math.ceil((root / abs(difference)) ** 2)
