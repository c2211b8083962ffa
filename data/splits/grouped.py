"""Splits with every group, such as an author, on one side only."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import product

import numpy as np

from data.corpus import Corpus, DataError, SplitBy
from data.splits.drawing import LEAST_SHARE, SHARE, VALIDATION_SHARE_OF_REST, Split, refuse_lacking

NUMBERS = {2: "two", 3: "three"}
REMEDY = "name another column, or leave it out"


def split_by_groups(corpus: Corpus, by: SplitBy, pool: np.ndarray, seed: int) -> Split:
    """As near to 4 : 1 : 1, and to the same shares of the classes in each split, as the groups allow.

    Args:
        corpus: what to split.
        by: its `split_by`, with a number for each group.
        pool: indices of the texts drawn.
        seed: of the folds.

    Raises:
        DataError: there are too few groups, or they leave too little for a split.
    """
    split = Split(*_divided(corpus, by, pool, seed, [1 - 2 * SHARE, SHARE, SHARE]))
    refuse_lacking(corpus, split, by.named, REMEDY)
    return split


def split_by_groups_before_test(corpus: Corpus, by: SplitBy, pool: np.ndarray, seed: int) -> Split:
    """The test split that is given, and of the other texts 4 to train on for 1 to validate on, as the groups allow.

    Args and errors as for `split_by_groups`; the groups of test texts are below 0.
    """
    shares = [1 - VALIDATION_SHARE_OF_REST, VALIDATION_SHARE_OF_REST]
    train, validation = _divided(corpus, by, pool, seed, shares)
    split = Split(train, validation, np.flatnonzero(by.is_test))
    refuse_lacking(corpus, split, by.named, REMEDY)
    return split


def _divided(corpus: Corpus, by: SplitBy, pool: np.ndarray, seed: int, shares: Sequence[float]) -> list[np.ndarray]:
    """The texts of `pool` in parts of these shares, as nearly as the groups allow.

    They are put into as many folds as the smallest share goes into all (fewer where there are fewer groups), and these
    together as is nearest.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    groups, labels = by.values[pool], corpus.labels[pool]
    _, numbers, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(sizes) < len(shares):
        raise DataError(
            f"{by.named}: there {'is 1 group' if len(sizes) == 1 else f'are {len(sizes)} groups'} of texts, and "
            f"{NUMBERS[len(shares)]} splits need one each: {REMEDY}."
        )
    # scikit-learn before 1.6 takes groups alike in their order, whatever the seed.
    shuffled = np.random.default_rng(seed).permutation(len(sizes))[numbers]
    folder = StratifiedGroupKFold(min(round(1 / min(shares)), len(sizes)), shuffle=True, random_state=seed)
    with warnings.catch_warnings(action="ignore"):  # of a class with fewer texts than folds
        folds = [fold for _, fold in folder.split(labels, labels, shuffled)]
    counts = np.array([np.bincount(labels[fold], minlength=len(corpus.class_names)) for fold in folds])
    part_of = _nearest(counts, np.array(shares) * len(pool))
    parts = [
        np.sort(np.concatenate([fold for fold, its in zip(folds, part_of, strict=True) if its == part]))
        for part in range(len(shares))
    ]
    if min(map(len, parts)) < LEAST_SHARE * len(pool):
        raise DataError(
            f"{by.named}: the largest of {len(sizes):,} groups has {sizes.max():,} of {len(pool):,} texts, which "
            f"leaves too few for the other splits: {REMEDY}."
        )
    return [pool[part] for part in parts]


def _nearest(counts: np.ndarray, wanted: np.ndarray) -> tuple[int, ...]:
    """Which of the parts each fold belongs to: no class is missing where that can be, then sizes are nearest.

    Args:
        counts: texts of each class in each fold, `(folds, classes)`.
        wanted: texts of each part, `(parts,)`.
    """
    parts = len(wanted)
    ways = [way for way in product(range(parts), repeat=len(counts)) if len(set(way)) == parts]
    belongs = np.array(ways)[:, :, None] == np.arange(parts)  # (ways, folds, parts)
    found = np.einsum("wfp,fc->wpc", belongs, counts)  # (ways, parts, classes)
    missing = (found == 0).sum(axis=(1, 2))
    misfit = ((found.sum(axis=2) - wanted) ** 2).sum(axis=1)
    return ways[int(np.lexsort((misfit, missing))[0])]
