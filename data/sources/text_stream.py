"""Raw texts from wherever a user has them, one after another, so that memory does not grow with their number."""

from __future__ import annotations

import io
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from data.reading.table import Reading, is_named_like_a_table
from data.reading.text_encoding import AUTO, find_encoding
from data.reading.text_files import read_lines
from data.sources.tables import STANDARD_INPUT, read_column

Item = TypeVar("Item")


def read_texts(source: str, text_column: Sequence[str] = (AUTO,), reading: Reading | None = None) -> Iterator[str]:
    """The texts of a file.

    Args:
        source: a table, whose columns `text_column` are read; any other file, one text a line; or `-`, standard input,
            one text a line.
        text_column: of tables.
        reading: how the file is read.

    Raises:
        DataError: the file cannot be read, is damaged, or lacks the column.
    """
    reading = reading or Reading()
    if source == STANDARD_INPUT:
        if isinstance(sys.stdin, io.TextIOWrapper):
            encoding = "utf-8" if reading.encoding == AUTO else reading.encoding
            sys.stdin.reconfigure(encoding=encoding, errors="replace")
        yield from (line.rstrip("\r\n") for line in sys.stdin)
        return
    path = Path(source)
    if is_named_like_a_table(path):
        yield from read_column(path, text_column, reading)
    else:
        yield from (line.rstrip("\r\n") for line in read_lines(path, find_encoding(path, reading.encoding)))


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    iterator = iter(items)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
