"""Any table: its columns, its first rows, and all its rows one after another, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from data.reading.damage import Damage
from data.reading.packing import PACKED, open_bytes, suffix_of
from data.reading.text_encoding import AUTO

DELIMITED = (".csv", ".tsv")
JSON_LINES = (".jsonl", ".ndjson")
JSON = ".json"
PARQUET = ".parquet"
SUFFIXES = (*DELIMITED, *JSON_LINES, JSON, PARQUET)
OTHER_SUFFIXES = (".tab", ".psv", ".pq")  # known too, and seldom
PARQUET_MARK = b"PAR1"
BAD_ROWS = 0.01  # largest share of damaged rows that is passed over


@dataclass(frozen=True)
class Reading:
    """How a table is read, as far as the user says it.

    Attributes:
        encoding: of a text file, or `auto`.
        delimiter: of a delimited file, one character, or `auto`.
        quoting: of a delimited file, one of `data.reading.dialect.QUOTINGS`.
        bad_rows: largest share of damaged rows that is passed over.
    """

    encoding: str = AUTO
    delimiter: str = AUTO
    quoting: str = AUTO
    bad_rows: float = BAD_ROWS


class Table(Protocol):
    """One file that is read.

    Attributes:
        form: what it is, in a few words: format, delimiter, encoding.
        where: the place of its header, for messages.
        names: of its columns, in their order; those of a file without a header are `column 1` and so on.
        sample: cells of the first rows.
        types: of the columns that hold numbers, truth or times, by name, as DuckDB names them; only Parquet says it.
        damage: what is wrong with its rows, once they are read.
    """

    form: str
    where: str
    names: list[str]
    sample: list[list[str | None]]
    types: Mapping[str, str]
    damage: Damage

    def rows(
        self, names: Sequence[str], beside: Sequence[str] = (), empty: bool = False
    ) -> Iterator[tuple[int, list[str | None]]]:
        """Line number of each row, or its number, and its cells in the columns `names`; can be asked for once.

        Args:
            names: columns.
            beside: others, whose cells follow; they may hold lists and records too.
            empty: rows whose cells in `names` hold nothing are wanted as well.
        """


def open_table(path: Path, reading: Reading, asked: Sequence[str] = ()) -> Table:
    """Looks into a file, whatever it is called, as far as its first rows.

    Args:
        path: of the file.
        reading: how.
        asked: names of columns that it is likely to have.

    Raises:
        DataError: it cannot be read, or holds no rows.
    """
    with open_bytes(path) as file:
        head = file.read(64)
    suffix = suffix_of(path)
    if head.startswith(PARQUET_MARK):
        from data.reading.parquet_rows import ParquetTable

        return ParquetTable(path, reading)
    start = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").lstrip()
    array = start.startswith(b"[") and (suffix not in JSON_LINES or start[1:].lstrip()[:1] in (b"{", b""))
    if suffix not in DELIMITED and (array or suffix in (*JSON_LINES, JSON) or start.startswith(b"{")):
        from data.reading.json_records import JsonTable

        return JsonTable(path, reading, array, asked)
    from data.reading.delimited import DelimitedTable

    return DelimitedTable(path, reading, asked)


def is_named_like_a_table(path: Path) -> bool:
    """Whether the name of a file says that it is a table, packed or not."""
    return suffix_of(path) in (*SUFFIXES, *OTHER_SUFFIXES)


def stem_of(path: Path) -> str:
    """The name of a file without what says its format.

    >>> stem_of(Path("2024.reviews.csv.gz"))
    '2024.reviews'
    """
    name = path
    while name.suffix.lower() in (*PACKED, *SUFFIXES, *OTHER_SUFFIXES):
        name = name.with_suffix("")
    return name.stem if name == path else name.name
