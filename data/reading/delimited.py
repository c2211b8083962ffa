"""CSV, TSV and their like, read by Python's own `csv`.

It takes any encoding and mixed line ends, says where a row is damaged, and goes on behind it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from data.reading.columns import apart, check_names, has_header, has_row_numbers, likely_names
from data.reading.damage import Damage
from data.reading.dialect import DOUBLED, NONE, find_dialect, parse, rows_of_head
from data.reading.packing import shown, suffix_of
from data.reading.table import Reading
from data.reading.text_encoding import AUTO, DAMAGED, find_encoding
from data.reading.text_files import place, read_lines

DOS_END = ["\x1a"]  # the last row of a file, as DOS writes it
HEAD_LINES, HEAD_CHARACTERS = 2000, 1_000_000  # that are looked at to find the dialect


class DelimitedTable:
    """See `data.reading.table.Table`."""

    def __init__(self, path: Path, reading: Reading, asked: Sequence[str] = ()):
        encoding = find_encoding(path, reading.encoding)
        self._broken = encoding.errors == DAMAGED
        self.damage = Damage(path, reading.bad_rows)
        self.types: Mapping[str, str] = {}
        lines = read_lines(path, encoding)
        head = list(_head(lines))
        asked = [name for name in asked if name != AUTO]
        dialect = find_dialect(head, suffix_of(path), likely_names(asked), reading.delimiter, reading.quoting)
        self._quoting = dialect.quoting
        self.form = f"{dialect}, {encoding}"
        rows = parse(itertools.chain(head[dialect.skipped :], lines), dialect)
        self._rows = ((line + dialect.skipped, row) for line, row in rows)
        first = [row for _, row in rows_of_head(head[dialect.skipped :], dialect) if isinstance(row, list) and any(row)]
        if not first:
            self.names: list[str] = []
            self.sample: list[list[str | None]] = []
            self.where = shown(path)
            return
        if has_header(first, asked):
            line, header = next((line, row) for line, row in self._rows if isinstance(row, list) and any(row))
            self.where = place(path, line)
            first = first[1:]
            self.names = [*([""] if has_row_numbers(header, first) else []), *(name.strip() for name in header)]
        else:
            self.names = [f"column {number}" for number in range(1, len(first[0]) + 1)]
            self.where = f"{shown(path)}, which has no header"
            self.form += ", no header"
        check_names(path, self.names)
        self.sample = [[*row] for row in first]

    def rows(
        self, names: Sequence[str], beside: Sequence[str] = (), empty: bool = False
    ) -> Iterator[tuple[int, list[str | None]]]:
        known = apart(self.names)
        places = [known.index(name) for name in (*names, *beside)]
        width = len(self.names)
        least = max((at + 1 for at, name in enumerate(self.names) if name), default=0)
        damage = self.damage
        for line, row in self._rows:
            if isinstance(row, str):
                damage.add(line, f", is not well-formed: {row}; {self._advice()}")
            elif row == DOS_END or _is_blank(row, width) and (not empty or len(row) < least):
                continue
            elif len(row) < least or len(row) > width and any(map(str.strip, row[width:])):
                damage.add(
                    line, f": expected {least} fields as in the header, got {len(row)}; {self._advice(delimiter=True)}"
                )
            elif self._broken and (byte := _broken_byte(row)):
                damage.add(line, f": is not utf-8: byte 0x{byte:02x}; save it as UTF-8")
            else:
                damage.whole += 1
                yield line, [row[at] if at < len(row) else "" for at in places]

    def _advice(self, delimiter: bool = False) -> str:
        if self._quoting == NONE:
            return f"quotes are letters like others here, unless --quoting {DOUBLED} says that they are not"
        if delimiter:
            return "quote texts that contain the delimiter or a line break"
        return f"put texts in quotes, and double the quotes within them, or say --quoting {NONE}"


def _head(lines: Iterator[str]) -> Iterator[str]:
    characters = 0
    for line in itertools.islice(lines, HEAD_LINES):
        yield line
        characters += len(line)
        if characters > HEAD_CHARACTERS:
            return


def _is_blank(row: list[str], width: int) -> bool:
    """Whether a row is only filling. In a table of one column it is an empty text, which programs write as `""`."""
    return not any(map(str.strip, row)) and max(width, len(row)) > 1


def _broken_byte(row: list[str]) -> int | None:
    """The first byte that is no UTF-8, as Python's `surrogateescape` marks it."""
    for cell in row:
        for letter in cell if not cell.isascii() else "":
            if "\udc80" <= letter <= "\udcff":
                return ord(letter) - 0xDC00
    return None
