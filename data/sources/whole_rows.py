"""The rows of the user's own tables with all their cells, as `data.sources.tables` reads them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.reading.columns import Choice, worth_keeping
from data.reading.table import Reading, open_table
from data.reading.text_encoding import AUTO
from data.sources.table_rows import Beside, chosen_columns, files_of, join_cells


@dataclass(frozen=True)
class WholeRow:
    """One row.

    Attributes:
        file: it stands in.
        line: it begins in, or its number.
        cells: by the names of their columns, as they stand in the table.
        choice: the columns of texts and labels.
    """

    file: Path
    line: int
    cells: dict[str, str | None]
    choice: Choice

    @property
    def text(self) -> str:
        """As models get it: the columns of texts joined, entities decoded."""
        return join_cells([self.cells[name] for name in self.choice.texts])

    @property
    def label(self) -> str:
        """As it stands in the table; nothing where there is none."""
        return self.cells[self.choice.label or ""] or ""


def whole_rows(
    data: Sequence[str], reading: Reading, choice: Choice, beside: Beside | None = None
) -> Iterator[WholeRow]:
    """All rows of some tables, one after another; those without a text or label too.

    Args:
        data, reading, choice, beside: see `data.sources.table_rows.read_rows`.

    Raises:
        DataError: a file cannot be read, or is damaged, or it is not clear which columns are meant.
    """
    with files_of(data) as paths:
        for path in paths:
            table = open_table(path, reading, [*choice.texts, choice.label or AUTO, *([beside.name] if beside else [])])
            if table.names:
                choice = chosen_columns(table, choice, beside)
                order = worth_keeping(table.names)
                first = [*choice.texts, choice.label or "", *([beside.name] if beside else [])]
                others = [name for name in order if name not in first]
                for line, cells in table.rows(first, others):
                    row = dict(zip((*first, *others), cells, strict=True))
                    yield WholeRow(path, line, {name: row[name] for name in order}, choice)
            else:
                deque(table.rows([]), maxlen=0)  # what is wrong with its rows is said
            table.damage.settle()
