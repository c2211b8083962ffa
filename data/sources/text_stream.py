"""Raw texts from wherever a user has them, one after another, so that memory does not grow with their number."""

from __future__ import annotations

import io
import itertools
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from data.corpus import DataError
from data.reading.columns import TEXT, choose_columns, labels_of, worth_keeping
from data.reading.packing import BZIP2, GZIP, XZ, ZSTANDARD
from data.reading.table import PARQUET_MARK, Reading, is_named_like_a_table, open_table
from data.reading.text_encoding import AUTO, find_encoding
from data.reading.text_files import read_lines
from data.sources.table_rows import STANDARD_INPUT, decode_entities, join_cells

Item = TypeVar("Item")
MOST_WORDS = 2  # in the name of a column, where nothing else says that a file is a table
LONG = 4096  # bytes: half of what comes of standard input at first
NEVER_LINES = (GZIP, BZIP2, XZ, ZSTANDARD, PARQUET_MARK)  # how files begin that are not one text a line as they are


@dataclass(frozen=True)
class Row:
    """One text, and what stands beside it.

    Attributes:
        text: its columns joined, entities decoded.
        cells: by the names of their columns, as they stand in the table; none where there is no table.
        label_column: which of them holds a label, `None` where none does.
        types: of some of these columns, see `data.reading.table.Table`.
    """

    text: str
    cells: Mapping[str, str | None] = field(default_factory=dict)
    label_column: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """As it stands in the table; nothing where there is none."""
        return (self.label_column and self.cells[self.label_column]) or ""


def rows_of(
    path: Path,
    columns: Sequence[str],
    reading: Reading,
    label_column: str | None = None,
    are_classes: Callable[[list[str]], bool] = bool,
) -> Iterator[Row]:
    """The rows of a table, one after another: memory does not grow with the file.

    Args:
        path: of the table.
        columns: of the texts, several of which are joined.
        reading: how it is read.
        label_column: of the labels; `auto` for one whose name says so and whose first cells are classes; or `None`.
        are_classes: whether cells are classes.

    Raises:
        DataError: the file cannot be read, or is damaged, or it is not clear which column is meant.
    """
    table = open_table(path, reading, [*columns, *([] if label_column in (None, AUTO) else [label_column])])
    if table.names:
        named = None if label_column == AUTO else label_column
        choice = choose_columns(table.where, table.names, table.sample, columns, named)
        label = labels_of(table.names, table.sample, are_classes) if label_column == AUTO else choice.label
        order = worth_keeping(table.names)
        beside = [name for name in order if name not in choice.texts]
        for _, cells in table.rows(choice.texts, beside, empty=True):
            row = dict(zip((*choice.texts, *beside), cells, strict=True))
            text = join_cells(cells[: len(choice.texts)])
            yield Row(text, {name: row[name] for name in order}, label, table.types)
    else:
        deque(table.rows([]), maxlen=0)
    table.damage.settle()


def read_texts(source: str, text_column: Sequence[str] = (AUTO,), reading: Reading | None = None) -> Iterator[str]:
    """The texts of a file, see `stream_rows`."""
    return (row.text for row in stream_rows(source, text_column, reading))


def stream_rows(
    source: str,
    text_column: Sequence[str] = (AUTO,),
    reading: Reading | None = None,
    label_column: str | None = None,
    are_classes: Callable[[list[str]], bool] = bool,
) -> Iterator[Row]:
    """The texts of a file, with what stands beside them.

    Args:
        source: a table, whose columns `text_column` are read; or any other file, or `-`, standard input, with one text
            a line, unless the column is in it: then it is a table too.
        text_column: of tables.
        reading: how the file is read.
        label_column, are_classes: see `data.sources.tables.rows_of`.

    Raises:
        DataError: the file cannot be read, is damaged, or lacks a column.
    """
    reading = reading or Reading()
    named = label_column not in (None, AUTO)

    def rows(path: Path) -> Iterator[Row]:
        return rows_of(path, text_column, reading, label_column, are_classes)

    if source != STANDARD_INPUT:
        path = Path(source)
        if named or is_named_like_a_table(path) or _is_table(path, text_column, reading):
            yield from rows(path)
        else:
            yield from _lines(read_lines(path, find_encoding(path, reading.encoding)))
    elif isinstance(sys.stdin, io.TextIOWrapper) and isinstance(sys.stdin.buffer, io.BufferedReader):

        def is_table(path: Path) -> bool:
            return named or _begins_like_a_table(path, text_column, reading)

        yield from _from_standard_input(sys.stdin, reading.encoding, is_table, rows)
    else:
        yield from _lines(sys.stdin)


def _from_standard_input(
    stdin: io.TextIOWrapper, encoding: str, is_table: Callable[[Path], bool], rows: Callable[[Path], Iterator[Row]]
) -> Iterator[Row]:
    """Texts as they come; a table is kept in a file until it is whole."""
    with tempfile.NamedTemporaryFile() as kept:
        buffer = cast(io.BufferedReader, stdin.buffer)
        kept.write(buffer.peek())
        kept.flush()
        path = Path(kept.name)
        if is_table(path):
            kept.seek(0)
            shutil.copyfileobj(buffer, cast(BinaryIO, kept))
            kept.flush()
            yield from rows(path)
            return
    stdin.reconfigure(encoding="utf-8" if encoding == AUTO else encoding, errors="replace")
    yield from _lines(stdin)


def _lines(lines: Iterable[str]) -> Iterator[Row]:
    return (Row(decode_entities(line.rstrip("\r\n"))) for line in lines)


def _begins_like_a_table(path: Path, text_column: Sequence[str], reading: Reading) -> bool:
    beginning = path.read_bytes()
    first, end, _ = beginning.partition(b"\n")
    # An object of more than one line, or whose line is longer than what has come yet, may be a table.
    opened = first.strip() == b"{" if end else first.startswith(b"{") and len(first) >= LONG
    return beginning.startswith(NEVER_LINES) or opened or _is_table(path, text_column, reading)


def _is_table(path: Path, text_column: Sequence[str], reading: Reading) -> bool:
    """Whether a file that is not named like a table has the columns of one, others beside them, and short names."""
    try:
        table = open_table(path, reading, text_column)
    except DataError:
        return False
    wanted = {TEXT if name == AUTO else name for name in text_column}
    return wanted < set(table.names) and all(len(name.split()) <= MOST_WORDS for name in table.names)


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    iterator = iter(items)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
