"""What says how a user's own rows are split: a file of test texts, or a column of parts, groups or times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.corpus import PARTS, DataError, SplitBy, SplitKind
from data.messages import listed, shorten
from data.sources.times import NoTimes, read_times

# Names of the splits, as people write them, in small letters.
PART_OF = {
    **dict.fromkeys(("train", "training"), 0),
    **dict.fromkeys(("validation", "val", "valid", "dev", "development"), 1),
    **dict.fromkeys(("test", "testing"), 2),
}
MOST_GROUPS_SHOWN = 30  # of which accuracy is reported one by one
SPLIT, GROUP, TIME = "--split-column", "--group-column", "--time-column"


@dataclass(frozen=True)
class ReadSplit:
    """What the cells of a column say of n rows.

    Attributes:
        kind: see `data.corpus.SplitBy`, as for the next three.
        named: the flag and the column.
        rule: in words.
        values: of each row, numeric array of shape `(n,)`; NaN where nothing can be read.
        groups: the cells themselves where they are names of few groups.
        notes: what a reader must know beside every number.
    """

    kind: SplitKind
    named: str
    rule: str
    values: np.ndarray
    groups: list[str] | None = None
    notes: tuple[str, ...] = ()

    def of(self, labelled: np.ndarray, unlabelled: np.ndarray) -> SplitBy:
        """The same for the rows that have a label, and for those that have none."""
        return SplitBy(self.kind, self.named, self.rule, self.values[labelled], self.values[unlabelled])


def read_split(flag: str, column: str, cells: Sequence[str], has_label: Sequence[bool], bad_rows: float) -> ReadSplit:
    """What the cells of a column say.

    Args:
        flag: one of `SPLIT`, `GROUP` and `TIME`.
        column: its name.
        cells: of all rows.
        has_label: of the same rows.
        bad_rows: largest share of rows whose time cannot be read.

    Raises:
        DataError: it says nothing that texts can be split by.
    """
    named = f"{flag} {shorten(column)}"
    if flag == SPLIT:
        return _parts(column, named, cells, has_label)
    return _groups(column, named, cells) if flag == GROUP else _times(column, named, cells, bad_rows)


def given_file(path: str, n: int, tested: int) -> ReadSplit:
    """That the last `tested` of `n` rows are those of a file of test texts."""
    return ReadSplit(
        SplitKind.PREDEFINED,
        f"--test {path}",
        f"test: all of {Path(path).name}; validation: a fifth of the other texts, drawn by class",
        np.where(np.arange(n) < n - tested, 0, PARTS.index("test")),
    )


def groups_before_test(path: str, column: str, cells: Sequence[str], tested: Sequence[str]) -> ReadSplit:
    """That the last of all rows are those of a file of test texts, and that groups stay on one side.

    A test text whose group is learned from too is left out.

    Args:
        path: of the file.
        column: that names the groups.
        cells: of the rows to learn from.
        tested: of the rows of the file.

    Raises:
        DataError: the group of each test text is learned from.
    """
    name, named = Path(path).name, f"--test {path} and {GROUP} {shorten(column)}"
    learned = {cell for cell in cells if cell}
    leaked = np.array([cell in learned for cell in tested])
    if leaked.all():
        raise DataError(
            f"{named}: the {shorten(column)} of every row of {name} stands in the table to learn from too, so that "
            f"none is left to test on: leave out {GROUP}, or test on others."
        )
    groups = _groups(column, named, [*cells, *tested])
    values = groups.values.astype(np.float64)
    values[len(cells) :] = np.where(leaked, np.nan, -1 - values[len(cells) :])
    one = leaked.sum() == 1
    note = (
        f"{leaked.sum():,} row{'' if one else 's'} of {name}, whose {column!r} is learned from too, "
        f"{'is' if one else 'are'} left out"
    )
    return replace(
        groups,
        kind=SplitKind.GROUPED_BEFORE_TEST,
        rule=f"test: the rows of {name} whose {column!r} is not learned from; validation: a fifth of the other texts, "
        "as nearly as their groups allow, each of which is on one side only",
        values=values,
        notes=(note,) if leaked.any() else (),
    )


def _parts(column: str, named: str, cells: Sequence[str], has_label: Sequence[bool]) -> ReadSplit:
    seen = list(dict.fromkeys(cells))
    wrong = [cell for cell in seen if cell.casefold() not in PART_OF]
    if wrong:
        raise DataError(
            f"{named}: a row is in train, validation or test, and here are also {listed(wrong)}: write one of those "
            f"for each row, or name another column; all values: {listed(seen)}."
        )
    values = np.array([PART_OF[cell.casefold()] for cell in cells])
    present = set(values[np.asarray(has_label)].tolist())
    for part in (0, 2):
        if part not in present:
            raise DataError(
                f"{named}: no row with a label is for {PARTS[part]}, there are only {listed(seen)}: mark some, or "
                f"leave out {SPLIT}, and all three splits are drawn."
            )
    rest = "" if 1 in present else "; validation: a fifth of its training texts, drawn by class"
    return ReadSplit(SplitKind.PREDEFINED, named, f"as column {column!r} says{rest}", values)


def _groups(column: str, named: str, cells: Sequence[str]) -> ReadSplit:
    numbers: dict[str, int] = {}
    # A row that names no group is one of its own.
    values = np.array(
        [numbers.setdefault(cell, len(numbers)) if cell else len(cells) + at for at, cell in enumerate(cells)]
    )
    without = list(cells).count("")
    alone = f" ({without:,} texts that name none stand alone)" if without else ""
    few = len(numbers) <= MOST_GROUPS_SHOWN
    return ReadSplit(
        SplitKind.GROUPED,
        named,
        f"by column {column!r}, whose {len(numbers):,} groups are each in one split only{alone}, as near to 4 : 1 : 1 "
        "as they allow",
        values,
        [cell or "none" for cell in cells] if few else None,
    )


def _times(column: str, named: str, cells: Sequence[str], bad_rows: float) -> ReadSplit:
    try:
        values, form = read_times(cells)
    except NoTimes as error:
        raise DataError(f"{named}: {error}.") from error
    unread = np.flatnonzero(np.isnan(values))
    example = f"such as {shorten(cells[unread[0]])!r}" if len(unread) else ""
    if len(unread) > bad_rows * len(cells):
        raise DataError(
            f"{named}: of {len(cells):,} rows {len(unread):,} have no time that can be read ({form} elsewhere), "
            f"{example}: mend them, or raise --bad-rows above {len(unread) / len(cells):.2g} to leave them out."
        )
    one = len(unread) == 1
    note = (
        f"{len(unread):,} row{'' if one else 's'} without a time that can be read in column {column!r}, {example}, "
        f"{'is' if one else 'are'} left out"
    )
    return ReadSplit(
        SplitKind.CHRONOLOGICAL,
        named,
        f"by column {column!r} ({form}): the earliest texts to train on, later ones to validate on, the latest to test "
        "on, as near to 4 : 1 : 1 as texts of the same time allow",
        values,
        notes=(note,) if len(unread) else (),
    )
