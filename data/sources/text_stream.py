"""Raw texts from wherever a user has them, one after another, so that memory does not grow with their number."""

from __future__ import annotations

import io
import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from data.corpus import DataError
from data.reading.columns import TEXT
from data.reading.packing import BZIP2, GZIP, XZ, ZSTANDARD
from data.reading.table import PARQUET_MARK, Reading, is_named_like_a_table, open_table
from data.reading.text_encoding import AUTO, find_encoding
from data.reading.text_files import read_lines
from data.sources.table_rows import STANDARD_INPUT, decode_entities
from data.sources.tables import read_column

Item = TypeVar("Item")
MOST_WORDS = 2  # in the name of a column, where nothing else says that a file is a table
NEVER_LINES = (GZIP, BZIP2, XZ, ZSTANDARD, PARQUET_MARK)  # how files begin that are not one text a line as they are


def read_texts(source: str, text_column: Sequence[str] = (AUTO,), reading: Reading | None = None) -> Iterator[str]:
    """The texts of a file.

    Args:
        source: a table, whose columns `text_column` are read; or any other file, or `-`, standard input, with one text
            a line, unless the column is in it: then it is a table too.
        text_column: of tables.
        reading: how the file is read.

    Raises:
        DataError: the file cannot be read, is damaged, or lacks the column.
    """
    reading = reading or Reading()
    if source != STANDARD_INPUT:
        path = Path(source)
        if is_named_like_a_table(path) or _is_table(path, text_column, reading):
            yield from read_column(path, text_column, reading)
        else:
            yield from _texts(read_lines(path, find_encoding(path, reading.encoding)))
    elif isinstance(sys.stdin, io.TextIOWrapper) and isinstance(sys.stdin.buffer, io.BufferedReader):
        yield from _from_standard_input(sys.stdin, text_column, reading)
    else:
        yield from _texts(sys.stdin)


def _from_standard_input(stdin: io.TextIOWrapper, text_column: Sequence[str], reading: Reading) -> Iterator[str]:
    """Texts as they come; a table is kept in a file until it is whole."""
    with tempfile.NamedTemporaryFile() as kept:
        buffer = cast(io.BufferedReader, stdin.buffer)
        kept.write(buffer.peek())
        kept.flush()
        path = Path(kept.name)
        if _begins_like_a_table(path, text_column, reading):
            kept.seek(0)
            shutil.copyfileobj(buffer, cast(BinaryIO, kept))
            kept.flush()
            yield from read_column(path, text_column, reading)
            return
    stdin.reconfigure(encoding="utf-8" if reading.encoding == AUTO else reading.encoding, errors="replace")
    yield from _texts(stdin)


def _texts(lines: Iterable[str]) -> Iterator[str]:
    return (decode_entities(line.rstrip("\r\n")) for line in lines)


def _begins_like_a_table(path: Path, text_column: Sequence[str], reading: Reading) -> bool:
    with path.open("rb") as file:
        return file.read(8).startswith(NEVER_LINES) or _is_table(path, text_column, reading)


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
