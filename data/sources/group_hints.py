"""Columns that look as if texts came in groups, such as an author's, which a random split tears apart.

What is learned of an author in training helps with the author's other texts in the test split, and with nobody else's.
"""

from __future__ import annotations

import re
import shlex
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from data.messages import printable

if TYPE_CHECKING:
    import numpy as np

MOST_COLUMNS = 3  # that are looked into
MOST_ROWS = 200_000  # likewise, the first ones
FEWEST_GROUPS = 10
SHARE = 0.5  # of the texts at least have their group in common with another, and none has a group of more
KEYS = ("id", "uid", "uuid", "guid")
GROUPS = (
    "user author reviewer writer poster customer client buyer member account speaker patient person product item asin "
    "sku business company restaurant hotel movie film book game app thread conversation dialog dialogue discussion "
    "session ticket document doc article group"
).split()
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
NAME = re.compile(rf"(?:{'|'.join(GROUPS)})(?:{'|'.join(KEYS)}|name)?")


def group_columns(names: Sequence[str]) -> list[str]:
    """The first columns whose names say that they may hold groups of texts.

    >>> group_columns(["reviewerID", "user_name", "user_age", "text", "id", "valid"])
    ['reviewerID', 'user_name', 'id']
    """
    return [name for name in names if names.count(name) == 1 and _may_be_groups(name)][:MOST_COLUMNS]


def group_hint(columns: Mapping[str, Sequence[str]], labelled: np.ndarray) -> str | None:
    """A note on the column whose values most texts have in common with others; `None` where none has such values.

    Args:
        columns: the cells of the first rows, by name.
        labelled: the rows that are split, in their order, integer array of shape `(n,)`.
    """
    best, hint = 0.0, None
    count, labelled = len(labelled), labelled[: bisect_left(labelled, MOST_ROWS)]
    first = "the first " if len(labelled) < count else ""
    for name, values in columns.items():
        counts = Counter(values[at] for at in labelled)
        del counts[""]
        sizes = [size for size in counts.values() if size > 1]
        shared = sum(sizes)
        share = shared / len(labelled)
        if share > max(best, SHARE) and len(sizes) >= FEWEST_GROUPS and max(sizes) <= SHARE * len(labelled):
            best = share
            hint = printable(
                f"{shared:,} of {first}{len(labelled):,} texts have their {name!r} in common with others, which may be "
                "in another split and make every number too good: "
                f"--group-column {shlex.quote(name)} keeps them together"
            )
    return hint


def shared_hint(learned: Mapping[str, Sequence[str]], tested: Mapping[str, Sequence[str]], name: str) -> str | None:
    """A note on the column whose values most test texts have in common with those to learn from; `None` for none.

    Args:
        learned: the cells of the rows to learn from, by the names of their columns.
        tested: those of the rows of a file of test texts.
        name: of the file.
    """
    best, hint = SHARE, None
    for column in [column for column in learned if column in tested]:
        known = set(learned[column]) - {""}
        shared = [cell for cell in tested[column] if cell in known]
        share = len(shared) / len(tested[column])
        if share > best and len(set(shared)) >= FEWEST_GROUPS:
            best = share
            hint = printable(
                f"{len(shared):,} of {len(tested[column]):,} texts of {name} have their {column!r} in common with "
                "those to learn from, which may make every number too good: "
                f"--group-column {shlex.quote(column)} leaves them out"
            )
    return hint


def _may_be_groups(name: str) -> bool:
    words = [word.casefold() for word in WORD.findall(name)]
    if not words:
        return False
    return words[-1] in KEYS or bool(NAME.fullmatch(words[-1]) or NAME.fullmatch("".join(words[-2:])))
