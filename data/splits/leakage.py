"""Texts that stand in more than one split: found, removed, and proven gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from data.splits.split import PARTS
from data.words.vectorizing import UNKNOWN

UNLABELLED = "unlabelled"  # beside the names of the splits
Keys = Sequence[str] | np.ndarray  # one for each text; the same for texts that are the same
AT_ONCE = 200_000  # keys


class LeakageError(Exception):
    """A text of one split is in another although overlaps were removed: a defect, never the user's fault."""


def overlaps(keys: Mapping[str, Keys]) -> dict[str, int]:
    """How many texts of the later split of each pair also stand in the earlier one.

    >>> overlaps({"train": ["a", "b"], "validation": ["b", "b"], "test": ["a", "c"]})
    {'train-validation': 2, 'train-test': 1, 'validation-test': 0}
    """
    return {
        f"{earlier}-{later}": int(_are_in(keys[earlier], keys[later]).sum())
        for earlier, later in combinations(PARTS, 2)
    }


def separate(keys: Mapping[str, Keys]) -> dict[str, np.ndarray]:
    """Positions that stay, for each split.

    Training stays whole, validation loses what is in training, test what is in either.

    >>> kept = separate({"train": ["a", "a"], "validation": ["a", "b"], "test": ["b", "c"]})
    >>> {part: positions.tolist() for part, positions in kept.items()}
    {'train': [0, 1], 'validation': [1], 'test': [1]}
    """
    kept = {}
    for at, part in enumerate(PARTS):
        stays = np.full(len(keys[part]), True)
        for earlier in PARTS[:at]:
            stays &= ~_are_in(keys[earlier], keys[part])
        kept[part] = np.flatnonzero(stays)
    return kept


def _are_in(earlier: Keys, keys: Keys) -> np.ndarray:
    """Which of the keys are among the earlier ones, boolean array; so many of these are sorted at a time."""
    found = np.full(len(keys), False)
    for start in range(0, len(earlier), AT_ONCE):
        found |= np.isin(keys, earlier[start : start + AT_ONCE])
    return found


def verify_separation(ids: Mapping[str, np.ndarray], more: Iterable[np.ndarray] = ()) -> None:
    """Looks for rows that stand in two splits, in the very arrays the models are given.

    Rows with unknown words are passed over: different texts may share such a row.

    Args:
        ids: for each split, and for the unlabelled texts, its token ids, an integer array `(n, sequence_length)`.
        more: further rows that are trained on, in blocks of the same shape.

    Raises:
        LeakageError: a row of validation or test stands elsewhere too.
    """
    order = [name for name in (UNLABELLED, *PARTS) if name in ids]
    rows = {name: set(_known_rows(ids[name])) for name in order}
    for earlier, later in combinations(order, 2):
        if later == "train":
            continue  # an unlabelled text may repeat one that is learned from anyway
        _refuse_shared(len(rows[earlier] & rows[later]), later, earlier)
    for block in more:
        found = set(_known_rows(block))
        for later in PARTS[1:]:
            _refuse_shared(len(found & rows[later]), later, PARTS[0])


def _known_rows(ids: np.ndarray) -> Iterator[bytes]:
    return (row.tobytes() for row in ids[~(ids == UNKNOWN).any(axis=1)])


def _refuse_shared(shared: int, later: str, earlier: str) -> None:
    if shared:
        raise LeakageError(f"{shared} rows of {later} also stand in {earlier}: the run is stopped, its numbers void.")
