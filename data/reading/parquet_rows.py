"""Parquet, read by DuckDB row group by row group: few threads, no network, and no other file."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from data.corpus import DataError
from data.messages import shorten
from data.reading.columns import check_names
from data.reading.damage import Damage
from data.reading.json_records import LITERAL, Unquoted
from data.reading.packing import shown
from data.reading.table import Reading

SAMPLE, BATCH = 200, 2048  # rows
# Types as DuckDB names them.
NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\([0-9]+,[0-9]+\)|BOOLEAN")
TIME = re.compile(r"DATE|TIME|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE")
SETTINGS = ("threads = 2", "memory_limit = '2GB'", "temp_directory = ''", "enable_progress_bar = false")


class ParquetTable:
    """See `data.reading.table.Table`."""

    def __init__(self, path: Path, reading: Reading):
        self._path = path
        self.form, self.where = "Parquet", shown(path)
        self.damage = Damage(path, reading.bad_rows, "row")
        self._kinds = {name: kind for name, kind, *_ in self._ask("DESCRIBE SELECT *")}
        self.types: Mapping[str, str] = {
            name: kind for name, kind in self._kinds.items() if NUMBER.fullmatch(kind) or TIME.fullmatch(kind)
        }
        self.names = list(self._kinds)
        check_names(path, self.names)
        self.sample = [list(row) for row in self._ask(f"SELECT {_texts(self.names)}", f" LIMIT {SAMPLE}")]

    def rows(
        self, names: Sequence[str], beside: Sequence[str] = (), empty: bool = False
    ) -> Iterator[tuple[int, list[str | None]]]:
        for name in names:
            kind = self._kinds[name]
            if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
                raise DataError(f"{self.where}: column {shorten(name)!r} holds lists or records: give it texts.")
        unquoted = [at for at, name in enumerate([*names, *beside]) if NUMBER.fullmatch(self._kinds[name])]
        for number, row in enumerate(self._ask(f"SELECT {_texts([*names, *beside])}"), start=1):
            if empty or any(cell is not None for cell in row[: len(names)]):
                self.damage.whole += 1
                cells = list(row)
                for at in unquoted:
                    if cells[at] and LITERAL.fullmatch(cells[at]):
                        cells[at] = Unquoted(cells[at])
                yield number, cells

    def _ask(self, select: str, limit: str = "") -> Iterator[tuple]:
        """Rows of the file, as they are read.

        Raises:
            DataError: it is damaged.
        """
        import duckdb  # 0.15 s, and only Parquet needs it

        name = str(self._path.resolve())
        pattern = glob.escape(name)
        try:
            with duckdb.connect(":memory:") as connection:
                for setting in SETTINGS:
                    connection.execute(f"SET {setting}")
                # DuckDB takes the name for a pattern, and asks whether that may be read, then whether the file may.
                allowed = ", ".join("'" + path.replace("'", "''") + "'" for path in {name, pattern})
                connection.execute(f"SET allowed_paths = [{allowed}]")
                connection.execute("SET enable_external_access = false")
                result = connection.execute(f"{select} FROM read_parquet(?){limit}", [pattern])
                while batch := result.fetchmany(BATCH):
                    yield from batch
        except duckdb.Error as error:
            reason = shorten(str(error).splitlines()[0], 200)
            raise DataError(
                f"{shown(self._path)} is Parquet that cannot be read ({reason}): write it again."
            ) from error


def _texts(names: Sequence[str]) -> str:
    return ", ".join(f'CAST("{name.replace(chr(34), 2 * chr(34))}" AS VARCHAR)' for name in names)
