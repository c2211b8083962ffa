"""What separates the cells of a delimited file, and how they are quoted: said by the user, or found in its first lines.

Each way to read is tried on the first lines. The one wins that gives the columns asked for, then the one by which most
rows have as many cells as the header.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from data.reading.columns import has_row_numbers
from data.reading.text_encoding import AUTO

DOUBLED, BACKSLASH, NONE = "doubled", "backslash", "none"
QUOTINGS = (AUTO, DOUBLED, BACKSLASH, NONE)
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
UNQUOTED = "\t|"  # delimiters that most programs write without quotes
SELDOM = "^~\x1f\x01"  # delimiters that are tried where these give no columns
BY_SUFFIX = {".tsv": "\t", ".tab": "\t", ".psv": "|"}
LONGEST_CELL = 10_000_000  # characters
LEAST_ROWS = 10  # that a quote must have swallowed, to be taken for a lone one
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ \t;,]*[\r\n]*', re.IGNORECASE)  # as Excel writes and reads it
UNCLOSED = "unexpected end of data"  # what csv says of a quote
QUOTED_CELL = re.compile(r'\A"(?:[^"]|"")*"\Z')


@dataclass(frozen=True)
class Dialect:
    """How the rows of a delimited file are written.

    Attributes:
        delimiter: one character.
        quoting: `doubled`: cells may stand in quotes, and quotes in them are doubled; `backslash`: there they have a
            backslash before them; `none`: a quote is a character like others.
        skipped: lines before the header.
    """

    delimiter: str
    quoting: str
    skipped: int = 0

    def __str__(self) -> str:
        name = next((name for name, mark in DELIMITERS.items() if mark == self.delimiter), repr(self.delimiter))
        quoting = {DOUBLED: "", BACKSLASH: ", backslashes before quotes", NONE: ", no quoting"}[self.quoting]
        return f"separated by {name}{quoting}"


def delimiter(text: str) -> str:
    """What a user writes for a delimiter: one character, or a name such as `tab`, or `auto`.

    Raises:
        argparse.ArgumentTypeError: it is none; the message is what a command line can say.
    """
    mark = {**DELIMITERS, r"\t": "\t"}.get(text, text)
    if mark != AUTO and (len(mark) != 1 or mark in '"\\ \r\n'):
        raise argparse.ArgumentTypeError(f"{text!r} is no mark between cells, such as ; or tab")
    return mark


def parse(lines: Iterable[str], dialect: Dialect) -> Iterator[tuple[int, list[str] | str]]:
    """Line number and cells of each row that is not empty; of a damaged one what is wrong with it.

    Where a quote is never closed, or only by another lone one far below, reading goes on in the line behind the one
    that it opens in.
    """
    csv.field_size_limit(LONGEST_CELL)  # csv's own limit of 131,072 characters is less than a long post
    quoted = dialect.quoting != NONE
    source, again, number, width = iter(lines), deque[str](), 0, 0

    def feed() -> Iterator[str]:
        while again:
            yield again.popleft()
        yield from source

    while True:
        # The lines of a row are looked at once it is read, which is much quicker than to note each as it is taken.
        given, kept = itertools.tee(feed())
        rows = csv.reader(
            given,
            delimiter=dialect.delimiter,
            quotechar='"' if quoted else None,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            doublequote=dialect.quoting == DOUBLED,
            escapechar="\\" if dialect.quoting == BACKSLASH else None,
            strict=True,
        )
        before, error = 0, None
        while error is None:
            start = number + before + 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as found:
                error = str(found)
            taken = list(itertools.islice(kept, rows.line_num - before))
            if error is None:
                width = width or len(row)
                if len(taken) > LEAST_ROWS and _holds_rows(taken, row, dialect.delimiter, width):
                    error = f"its quote is closed {len(taken) - 1} lines below"
                else:
                    before = rows.line_num
                    if row:
                        yield start, row
        yield start, error
        again.extendleft(reversed(taken[1:]))
        number = start


def _holds_rows(lines: Sequence[str], row: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether the lines of one row are rather rows of their own.

    They are where there are many, each with as many delimiters as a row has, and few different cells, such as labels,
    stand at their beginnings or ends, the row's own among them: a log that a text quotes has other words there.
    """
    if len(lines) < LEAST_ROWS + 2 or width < 2 or any(line.count(delimiter) != width - 1 for line in lines[1:-1]):
        return False
    inner = [line.rstrip("\r\n").split(delimiter) for line in lines[1:-1]]
    ends = {at: {cells[at].strip('"') for cells in inner} for at in (0, -1)}
    return any(2 * len(cells) <= len(inner) and row[at] in cells for at, cells in ends.items())


def find_dialect(
    head: list[str], suffix: str, asked: Collection[str], delimiter: str = AUTO, quoting: str = AUTO
) -> Dialect:
    """The dialect of a file.

    Tabs and pipes are tried without quoting first, as most programs write them.

    Args:
        head: its first lines.
        suffix: of its name.
        asked: names that columns are likely to have.
        delimiter: one character, or `auto`.
        quoting: one of `QUOTINGS`.
    """
    marked = SEPARATOR_LINE.fullmatch(head[0]) if head else None
    if marked and delimiter == AUTO:
        delimiter = marked[1]
    expected = BY_SUFFIX.get(suffix, ",")
    escaped = any('\\"' in line for line in head)
    delimiters = [expected, *(mark for mark in DELIMITERS.values() if mark != expected)]
    best, best_score = Dialect(expected, DOUBLED), None
    for mark in [*delimiters, *SELDOM] if delimiter == AUTO else [delimiter]:
        if mark in SELDOM and best_score and best_score[1]:
            break
        ways = [*([NONE] if mark in UNQUOTED else []), DOUBLED, *([BACKSLASH] if escaped else [])]
        for way in ways if quoting == AUTO else [quoting]:
            tried = Dialect(mark, way)
            score = _score(head[1 if marked else 0 :], tried, asked)
            if best_score is None or score > best_score:
                best, best_score = tried, score
    return replace(best, skipped=1 if marked else 0)


def _score(head: list[str], dialect: Dialect, asked: Collection[str]) -> tuple[int, bool, float]:
    """How well a dialect fits: names that are found, whether there are columns, and the share of rows that fit."""
    rows = list(rows_of_head(head, dialect))
    read = [row for _, row in rows if isinstance(row, list)]
    header = read[0] if read else []
    names = {name.strip().casefold() for name in header}
    width = len(header) + (len(header) > 1 and has_row_numbers(header, read[1:]))
    good = sum(_fits(row, width, dialect) for row in read)
    share = good / max(len(rows), 1)
    return len(names & set(asked)), len(header) > 1 and share >= 0.5, share


def rows_of_head(head: list[str], dialect: Dialect) -> Iterator[tuple[int, list[str] | str]]:
    """What `parse` gives for the first lines of a file, up to a row that may go on behind them: a quote in their second
    half is not closed.
    """
    return itertools.takewhile(lambda row: row[1] != UNCLOSED or row[0] <= len(head) / 2, parse(head, dialect))


def _fits(row: list[str], width: int, dialect: Dialect) -> bool:
    if len(row) != width:
        return False
    if dialect.quoting == NONE:
        # In a table of one column, that a quote is opened alone tells a text of several lines.
        opened = width == 1 and row[0].startswith('"') and row[0].count('"') % 2
        return not opened and not any(QUOTED_CELL.match(cell) for cell in row)
    if dialect.delimiter not in UNQUOTED or width == 1:
        return True
    # A lone quote far away may have closed another one: then the cell holds the rows between them, delimiters and all,
    # and the file is meant without quotes.
    return not any(cell.count(dialect.delimiter) == (width - 1) * cell.count("\n") > 0 for cell in row)
