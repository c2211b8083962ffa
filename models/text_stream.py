"""Raw texts from wherever a user has them, one after another, so that memory does not grow with their number."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from data import tables
from data.corpus import DataError

STANDARD_INPUT = "-"
Item = TypeVar("Item")


def read_texts(source: str, text_column: str = "text", encoding: str = "utf-8-sig") -> Iterator[str]:
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
        sys.stdin.reconfigure(encoding=encoding, errors="replace")
        yield from (line.rstrip("\r\n") for line in sys.stdin)
        return
    path = Path(source)
    try:
        with path.open(encoding=encoding, newline="") as file:
            if path.suffix.lower() in tables.SUFFIXES:
                yield from tables.read_column(path, file, text_column)
            else:
                yield from (line.rstrip("\r\n") for line in file)
    except OSError as error:
        raise DataError(f"{path} could not be read: {error.strerror or error}.") from error
    except LookupError as error:
        raise DataError(f"--encoding {encoding} is no text encoding: try utf-8, utf-16, cp1252 or latin-1.") from error
    except UnicodeError as error:
        raise DataError(f"{path} is not {encoding} ({error}): name its encoding with --encoding.") from error


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`, the last one shorter.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    iterator = iter(items)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
