"""The labelled rows of a table, or of several that have the same columns."""

from __future__ import annotations

import glob
import html
import re
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from data.corpus import DataError
from data.messages import shorten
from data.reading.columns import Choice, choose_columns, missing_column, named_twice
from data.reading.packing import shown
from data.reading.table import Reading, Table, open_table
from data.reading.text_encoding import AUTO
from data.sources.group_hints import MOST_ROWS, group_columns
from data.sources.labels import LONGEST_LABEL, clean_label

if TYPE_CHECKING:
    from data.stored.texts import GrowingTexts

STANDARD_INPUT = "-"
FILES_SHOWN = 3  # of several, in a message
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});", re.ASCII)


@dataclass
class Rows:
    """What was read, n rows in their order.

    Attributes:
        name: what was read, for messages.
        choice: the columns of texts and labels.
        labels: as they are written.
        beside: cells of one more column, none where no column was asked for.
        groups: cells of the columns that look as if they held groups of texts, by name, of the first rows.
        tables: the files, read to their ends.
    """

    name: str
    choice: Choice
    labels: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Beside:
    """A column that is read beside texts and labels.

    Attributes:
        flag: that names it.
        name: of the column.
    """

    flag: str
    name: str


def read_rows(
    data: Sequence[str],
    reading: Reading,
    choice: Choice,
    texts: GrowingTexts,
    beside: Beside | None = None,
    look_for_groups: bool = False,
) -> Rows:
    """Reads all rows, those without text or label too.

    Args:
        data: paths of the files, or patterns of several; `-` is standard input.
        reading: how.
        choice: the columns that are asked for.
        texts: takes the text of each row.
        beside: one more.
        look_for_groups: read columns that may hold groups of texts too.

    Raises:
        DataError: a file cannot be read, or is damaged, or it is not clear which columns are meant, or it has no
            rows.
    """
    rows = Rows(listed_files(data, whole=True), choice)
    same: dict[str, str] = {}  # one string for a label, however often it stands in the file
    with files_of(data) as paths:
        for path in paths:
            asked = [*rows.choice.texts, rows.choice.label or AUTO, *([beside.name] if beside else [])]
            table = open_table(path, reading, asked)
            rows.tables.append(table)
            if table.names:
                rows.choice = chosen_columns(table, rows.choice, beside)
                if look_for_groups:
                    rows.groups = _groups(table, rows)
                columns = [rows.beside] if beside else list(rows.groups.values())
                for line, text, label, more in _cells(table, rows.choice, beside, list(rows.groups)):
                    if len(label) > LONGEST_LABEL and len(clean_label(label)) > LONGEST_LABEL:
                        raise DataError(
                            f"{shown(path)}, {table.damage.line} {line}: the label {shorten(label)!r} has more than "
                            f"{LONGEST_LABEL:,} characters; name the column of the labels with --label-column."
                        )
                    texts.append(text)
                    rows.labels.append(same.setdefault(label, label))
                    if more and (beside or len(rows.labels) <= MOST_ROWS):
                        for column, cell in zip(columns, more, strict=True):
                            column.append(same.setdefault(cell, cell))
            else:
                deque(table.rows([]), maxlen=0)  # what is wrong with its rows is said
            table.damage.settle()
    if not rows.labels:
        raise DataError(f"{rows.name} holds no rows: name a file with texts and labels.")
    return rows


def chosen_columns(table: Table, choice: Choice, beside: Beside | None) -> Choice:
    """The columns of texts and labels of one table, as far as `choice` names them, and guessed else.

    Raises:
        DataError: it is not clear which are meant.
    """
    names = table.names
    if beside:
        if beside.name not in names:
            raise DataError(missing_column(table.where, beside.name, names, beside.flag))
        if names.count(beside.name) > 1:
            raise DataError(named_twice(table.where, beside.name))
        if beside.name in (*choice.texts, choice.label):
            raise DataError(
                f"{beside.flag} is {shorten(beside.name)!r}, which holds the texts or labels: name another column."
            )
        names = ["" if name == beside.name else name for name in names]  # so that it is not guessed to be theirs
    chosen = choose_columns(table.where, names, table.sample, choice.texts, choice.label)
    return Choice(chosen.texts, chosen.label, chosen.guessed or choice.guessed)


@contextmanager
def files_of(data: Sequence[str]) -> Iterator[list[Path]]:
    """The files that the values of `--data` mean; standard input is kept in a file meanwhile."""
    if STANDARD_INPUT not in data:
        yield [path for value in data for path in _matching(value) or [Path(value)]]
        return
    with tempfile.NamedTemporaryFile() as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield [
            path
            for value in data
            for path in ([Path(kept.name)] if value == STANDARD_INPUT else _matching(value) or [Path(value)])
        ]


def listed_files(data: Sequence[str], whole: bool = False) -> str:
    """What files are called in a message or a report, by their names or their whole paths."""
    names = [
        "standard input" if value == STANDARD_INPUT else shown(Path(value) if whole else Path(Path(value).name))
        for value in data[:FILES_SHOWN]
    ]
    return " and ".join(names) + (f" and {len(data) - FILES_SHOWN:,} more" if len(data) > FILES_SHOWN else "")


def is_there(data: str) -> bool:
    """Whether a value of `--data` is standard input, or a file or pattern of files that are there."""
    if data == STANDARD_INPUT:
        return True
    with suppress(OSError, ValueError):  # longer than a path may be, or with a NUL
        return Path(data).exists() or bool(_matching(data))
    return False


def join_cells(cells: Sequence[str | None]) -> str:
    """The text of some cells, one a line, with the letters that HTML entities stand for."""
    return decode_entities("\n".join(cell for cell in cells if cell))


def decode_entities(text: str) -> str:
    """The text with the letters that HTML entities stand for.

    >>> decode_entities("Caf&eacute; &amp; bar, a&b; &copy")
    'Café & bar, a&b; &copy'
    """
    return ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _groups(table: Table, rows: Rows) -> dict[str, list[str]]:
    """The columns that may hold groups, of the first file, as far as the further files have them too."""
    if rows.labels:
        return {name: cells for name, cells in rows.groups.items() if table.names.count(name) == 1}
    return {name: [] for name in group_columns(table.names) if name not in (*rows.choice.texts, rows.choice.label)}


def _cells(
    table: Table, choice: Choice, beside: Beside | None, groups: Sequence[str]
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Line, text and label of each row, and the cells of the further columns."""
    count = len(choice.texts)
    for line, cells in table.rows([*choice.texts, choice.label or "", *([beside.name] if beside else [])], groups):
        more = [(cell or "").strip() for cell in cells[count + 1 :]]
        yield line, join_cells(cells[:count]), cells[count] or "", more


def _matching(pattern: str) -> list[Path]:
    """The files that a pattern means, in the order of their names; none where it is none, or the name of a file."""
    with suppress(OSError, ValueError):  # longer than a path may be, or with a NUL
        if glob.has_magic(pattern) and not Path(pattern).exists():
            found = glob.glob(pattern, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute pattern
            return [Path(name) for name in sorted(found)]
    return []
