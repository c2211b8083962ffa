"""Splits by time: train on the past, validate on what follows, test on the latest."""

from __future__ import annotations

import numpy as np

from data.corpus import Corpus, DataError, SplitBy
from data.splits.drawing import LEAST_SHARE, SHARE, Split, refuse_lacking

FEWEST_TIMES = 3  # one for each split


def split_chronologically(corpus: Corpus, by: SplitBy, pool: np.ndarray, seed: int) -> Split:  # noqa: ARG001
    """As near to 4 : 1 : 1 as texts of the same time allow, which are all in one split.

    Args:
        corpus: what to split.
        by: its `split_by`, with a time for each text.
        pool: indices of the texts drawn.
        seed: nothing is drawn here; every kind of split takes one.

    Raises:
        DataError: there are too few times, or too little is left for a split.
    """
    times = by.values[pool]
    order = np.argsort(times, kind="stable")
    starts = np.flatnonzero(np.diff(times[order])) + 1  # where a new time begins, and so a split may
    remedy = "name another column, or leave it out"
    if len(starts) < FEWEST_TIMES - 1:
        found = len(starts) + 1
        raise DataError(
            f"{by.named}: there {'is 1 time' if found == 1 else f'are {found} different times'}, and three splits need "
            f"one each: {remedy}."
        )
    test = _nearest(starts[1:], len(pool) * (1 - SHARE))
    validation = _nearest(starts[starts < test], len(pool) * (1 - 2 * SHARE))
    sizes = (test - validation, len(pool) - test)
    if min(validation, *sizes) < LEAST_SHARE * len(pool):
        raise DataError(
            f"{by.named}: so many texts have the same time that of {len(pool):,} there would be {validation:,} in "
            f"train, {sizes[0]:,} in validation and {sizes[1]:,} in test: {remedy}."
        )
    parts = [pool[np.sort(part)] for part in np.split(order, [validation, test])]
    split = Split(*parts)
    refuse_lacking(corpus, split, by.named, remedy)
    return split


def _nearest(values: np.ndarray, wanted: float) -> int:
    return int(values[np.abs(values - wanted).argmin()])
