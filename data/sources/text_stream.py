"""Raw texts from wherever a user has them, one after another, so that memory does not grow with their number."""

from __future__ import annotations

import io
import itertools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from data.sources import tables
from data.sources.text_files import read_lines

STANDARD_INPUT = "-"
Item = TypeVar("Item")


def read_texts(source: str, text_column: str = "text", encoding: str = "utf-8") -> Iterator[str]:
    """The texts of a file.

    Args:
        source: a .csv, .tsv or .jsonl file, whose column `text_column` is read; any other file, one text a line; or
            `-`, standard input, one text a line.
        text_column: of tables.
        encoding: of the file.

    Raises:
        DataError: the file cannot be read, is not what its suffix says, or lacks the column.
    """
    if source == STANDARD_INPUT:
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding=encoding, errors="replace")
        yield from (line.rstrip("\r\n") for line in sys.stdin)
        return
    path = Path(source)
    if path.suffix.lower() in tables.SUFFIXES:
        yield from tables.read_column(path, text_column, encoding)
    else:
        yield from (line.rstrip("\r\n") for line in read_lines(path, encoding))


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    iterator = iter(items)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
