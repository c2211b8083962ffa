"""95 % intervals of shares, which always hold the share they are of and are never of no width.

- Accuracy: exact (Clopper & Pearson 1934). With several seeds, whose answers to one text go together, of as many
  independent answers as would scatter as much (Korn & Graubard 1998).
- Other metrics: the bootstrap's percentiles, widened to the score itself where it lies outside. Where all resamples
  are alike, as when every answer is right, they say nothing, and the exact interval stands in.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from reports.measuring.correctness import answer_weights, mean_over_seeds
from reports.measuring.statistics import LEVEL, interval

SHARE, DIFFERENCE = (0.0, 1.0), (-1.0, 1.0)  # the least and the most that they can be
_ALIKE = 1e-6  # float32 knows no more


def exact_interval(share: float, n: float) -> list[float]:
    """The interval of a share seen in n independent answers.

    Args:
        share: 0 to 1.
        n: above 0; an effective number need not be whole.

    Source: Clopper & Pearson 1934, https://doi.org/10.1093/biomet/26.4.404.

    >>> [round(100 * end, 1) for end in exact_interval(1.0, 2)], [round(100 * end, 1) for end in exact_interval(1, 20)]
    ([15.8, 100.0], [83.2, 100.0])
    """
    hits = share * n
    low = stats.beta.ppf(LEVEL / 2, hits, n - hits + 1) if hits > 0 else 0.0
    high = stats.beta.ppf(1 - LEVEL / 2, hits + 1, n - hits) if hits < n else 1.0
    return [min(float(low), share), max(float(high), share)]


def accuracy_interval(right: np.ndarray) -> list[float]:
    """The interval of a model's accuracy, a mean over its seeds.

    Args:
        right: 1 or 0, NaN where there is no answer, shape `(seeds, texts)`; at least one answer.
    """
    accuracy = float(mean_over_seeds(right))
    return exact_interval(accuracy, effective_texts(right))


def effective_texts(right: np.ndarray) -> float:
    """How many independent answers would tell the accuracy as well as those of several seeds to the same texts do.

    n for one seed with n texts. The number of different texts where all answers are right or all are wrong, since
    then nothing shows how far seeds err on different texts.

    Source: Korn & Graubard 1998, Survey Methodology 24, pages 193 to 201, with the variance of a mean over clusters; a
    text with all its answers is a cluster.

    Args:
        right: as in `accuracy_interval`.
    """
    answered = ~np.isnan(right)
    texts, answers = float(answered.any(axis=0).sum()), float(answered.sum())
    accuracy = float(mean_over_seeds(right))
    of_seed = mean_over_seeds(right[:, None])[:, None]  # (seeds, 1)
    off = (answer_weights(right) * np.nan_to_num(right - of_seed)).sum(axis=0)  # (texts,)
    variance = float((off**2).sum())
    if variance < _ALIKE**2:
        return texts
    return min(max(accuracy * (1 - accuracy) / variance, 1.0), answers)


def balanced_texts(per_class: np.ndarray) -> float:
    """How many texts in equal classes would tell a mean over the classes as well as these do.

    The number itself where the classes are equally large, and little more than the smallest class where they are not:
    one class of 2 texts leaves much open, whatever the others have.

    Args:
        per_class: texts of each class, shape `(classes,)`; those without texts do not count.

    >>> balanced_texts(np.array([50, 50])), round(balanced_texts(np.array([98, 2])), 1)
    (100.0, 7.8)
    """
    present = per_class[per_class > 0]
    return float(len(present) ** 2 / (1 / present).sum())


def resampled_interval(
    samples: np.ndarray, score: float, texts: float, bounds: tuple[float, float] = SHARE
) -> list[float] | None:
    """The interval of a score from its bootstrap samples.

    Where its ends fall together, more than a share of 0.025 ** (1 / texts) of all texts is like those seen, with 97.5 %
    confidence, and the rest can be anything within the bounds: the exact interval of a share of 0 or 1, for any score.

    Args:
        samples: NaN where a sample did not have the score.
        score: of the whole split.
        texts: that the score rests on: different texts, or `balanced_texts` for a mean over classes.
        bounds: the least and the most that the score can be.

    Returns:
        The ends; `None` where no sample has the score, or where they fall together and the score has no bound.

    >>> [round(end, 3) for end in resampled_interval(np.ones(1000), 1.0, 20)]
    [0.832, 1.0]
    """
    known = samples[~np.isnan(samples)]
    ends = interval(known)
    if ends is None or np.isnan(score):
        return None
    if ends[1] - ends[0] < _ALIKE:
        like = (LEVEL / 2) ** (1 / texts)
        ends = [like * score + (1 - like) * bound for bound in bounds]
        if not np.isfinite(ends).all():
            return None
    return [min(ends[0], score), max(ends[1], score)]
