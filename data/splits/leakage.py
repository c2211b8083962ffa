"""Texts that stand in more than one split: found, removed, and proven gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from data.splits.split import PARTS

UNLABELLED = "unlabelled"  # beside the names of the splits
UNKNOWN = 1  # TextVectorization's index of a word outside the vocabulary


class LeakageError(Exception):
    """A text of one split is in another although overlaps were removed: a defect, never the user's fault."""


def overlaps(keys: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many texts of the later split of each pair also stand in the earlier one.

    >>> overlaps({"train": ["a", "b"], "validation": ["b", "b"], "test": ["a", "c"]})
    {'train-validation': 2, 'train-test': 1, 'validation-test': 0}
    """
    return {
        f"{earlier}-{later}": sum(key in known for key in keys[later])
        for earlier, later in combinations(PARTS, 2)
        for known in [set(keys[earlier])]
    }


def separate(keys: Mapping[str, Sequence[str]]) -> dict[str, np.ndarray]:
    """Positions that stay, for each split.

    Training stays whole, validation loses what is in training, test what is in either.

    >>> kept = separate({"train": ["a", "a"], "validation": ["a", "b"], "test": ["b", "c"]})
    >>> {part: positions.tolist() for part, positions in kept.items()}
    {'train': [0, 1], 'validation': [1], 'test': [1]}
    """
    known: set[str] = set()
    kept = {}
    for part in PARTS:
        kept[part] = np.array([at for at, key in enumerate(keys[part]) if key not in known], dtype=np.int64)
        known.update(keys[part])
    return kept


def verify_separation(ids: Mapping[str, np.ndarray]) -> None:
    """Looks for rows that stand in two splits, in the very arrays the models are given.

    Rows with unknown words are passed over: different texts may share such a row.

    Args:
        ids: for each split, and for the unlabelled texts, its token ids, an integer array `(n, sequence_length)`.

    Raises:
        LeakageError: a row of validation or test stands elsewhere too.
    """
    rows = {part: {row.tobytes() for row in found if UNKNOWN not in row} for part, found in ids.items()}
    order = [name for name in (UNLABELLED, *PARTS) if name in rows]
    for earlier, later in combinations(order, 2):
        if later == "train":
            continue  # an unlabelled text may repeat one that is learned from anyway
        shared = len(rows[earlier] & rows[later])
        if shared:
            raise LeakageError(
                f"{shared} rows of {later} also stand in {earlier}: the run is stopped, its numbers void."
            )
