"""Cross-validation: every text is tested once, each time by models that never saw it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from data.corpus import Corpus, DataError
from data.messages import shorten
from data.splits.drawing import Split, refuse_lacking

FEWEST = 3  # folds: one to test on, one to validate on, the others to train on


@dataclass(frozen=True)
class Fold:
    """Which of several folds is the test split.

    Attributes:
        number: its place, from 0; validation is the fold behind it.
        count: how many folds there are.
        seed: that they are drawn with, one for all.
    """

    number: int
    count: int
    seed: int


def split_by_fold(corpus: Corpus, pool: np.ndarray, fold: Fold) -> Split:
    """One fold to test on, the next to validate on, the others to train on; groups stay on one side.

    Args:
        corpus: what to split; of what it says of its own splits only groups are kept to.
        pool: indices of the texts drawn, the same for every fold.
        fold: which.

    Raises:
        DataError: the corpus says its splits in another way, or there are too few texts of a class, or groups.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    by, labels, named = corpus.split_by, corpus.labels[pool], f"--folds {fold.count}"
    if by and not by.allows_folds:
        raise DataError(f"{named} and {by.named} each say how the texts are split: name one of them.")
    counts = np.bincount(labels, minlength=len(corpus.class_names))
    if counts.min() < fold.count:
        raise DataError(
            f"{named}: class {shorten(corpus.class_names[int(counts.argmin())])!r} has {counts.min()} texts, fewer "
            f"than folds: take --folds {max(int(counts.min()), FEWEST)}, or add texts."
        )
    groups = by.values[pool] if by else None
    if groups is not None and len(np.unique(groups)) < fold.count:
        raise DataError(
            f"{named}: there are {len(np.unique(groups))} groups of texts, fewer than folds: take fewer folds."
        )
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    folder = kind(fold.count, shuffle=True, random_state=fold.seed)
    with warnings.catch_warnings(action="ignore"):  # of a class that not every fold has
        folds = [found for _, found in folder.split(labels, labels, groups)]
    behind = (fold.number + 1) % fold.count
    train = np.concatenate([found for at, found in enumerate(folds) if at not in (fold.number, behind)])
    split = Split(pool[np.sort(train)], pool[folds[behind]], pool[folds[fold.number]])
    refuse_lacking(corpus, split, named, "take fewer folds, or add texts")
    return split
