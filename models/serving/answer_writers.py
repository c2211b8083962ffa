"""Answers as a table, as CSV, TSV, JSON Lines and Parquet, each written as it comes.

What the user's own table holds stands first, as it was. A column of ours whose name is taken there is called
`predicted_...`.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from data.corpus import DataError
from data.messages import printable, shorten
from data.reading.json_records import LITERAL, Unquoted

TABLE, CSV, TSV, JSON_LINES, PARQUET = "table", "csv", "tsv", "jsonl", "parquet"
STYLES = (TABLE, CSV, TSV, JSON_LINES, PARQUET)
SUFFIXES = {"": CSV, ".csv": CSV, ".txt": CSV, ".tsv": TSV, ".tab": TSV}
SUFFIXES |= {".jsonl": JSON_LINES, ".ndjson": JSON_LINES, ".parquet": PARQUET}
SHOWN = 60  # characters of a text in the table
BATCH = 2048  # answers that are put into a database at once
TEXT, LABEL, CONFIDENCE, TOKENS, CORRECT = "text", "label", "confidence", "tokens_seen", "correct"
Write = Callable[[dict], None]
NO_TYPES: Mapping[str, str] = MappingProxyType({})


def style_of(path: str | None) -> str:
    """How answers are written to a file of that name, unless told otherwise.

    >>> style_of("answers.jsonl"), style_of("answers"), style_of(None)
    ('jsonl', 'csv', 'csv')
    """
    return SUFFIXES.get(Path(path).suffix.lower() if path else "", CSV)


def style_to_write(path: str | None) -> str:
    """The same for a file that somebody wants to have written.

    Raises:
        DataError: its name promises something else.
    """
    if not path or Path(path).suffix.lower() in SUFFIXES:
        return style_of(path)
    raise DataError(
        f"--output {shorten(path)} is no kind of file that is written: use .csv, .tsv, .jsonl or .parquet, or say it "
        "with --as."
    )


@contextmanager
def writer(
    style: str,
    file: TextIO,
    classes: Sequence[str],
    columns: Sequence[str],
    scored: bool,
    types: Mapping[str, str] = NO_TYPES,
) -> Iterator[Write]:
    """What writes one answer after another; everything is written at the end.

    An answer has `text`, `label`, `confidence`, `probabilities` by class, `tokens_seen`, `cells` by column of the
    user's table, and `correct`, which is `None` where it is not known.

    Args:
        style: one of `STYLES`.
        file: open; Parquet is written to its `buffer`.
        classes: their names.
        columns: of the user's table; none where there is none.
        scored: whether `correct` is written.
        types: of some of these columns, see `data.reading.table.Table`; the others are texts.
    """
    if style == TABLE:
        yield _table(file, classes)
    elif style == JSON_LINES:
        yield _json_lines(file, classes, columns, scored)
    elif style == PARQUET:
        with _parquet(file, classes, columns, scored, types) as write:
            yield write
    else:
        yield _rows(file, "\t" if style == TSV else ",", classes, columns, scored)


def _table(file: TextIO, names: Sequence[str]) -> Write:
    width = max(len(LABEL), *(len(printable(name)) for name in names))
    file.write(f"{LABEL:<{width}}  confidence  tokens  text\n")

    def write(answer: dict) -> None:
        text = printable(shorten(" ".join(answer[TEXT].split()), SHOWN))
        file.write(f"{printable(answer[LABEL]):<{width}}  {answer[CONFIDENCE]:10.1%}  {answer[TOKENS]:6}  {text}\n")

    return write


def _header(classes: Sequence[str], columns: Sequence[str], scored: bool) -> tuple[list[str], list[str]]:
    """Names of the user's columns and of ours."""
    ours = [LABEL, CONFIDENCE, *(f"probability_{name}" for name in classes), TOKENS, *([CORRECT] if scored else [])]
    return list(columns) or [TEXT], [_free(name, columns) for name in ours]


def _free(name: str, taken: Sequence[str]) -> str:
    """The name, or a longer one where a column has it, in whatever case: databases know no difference."""
    others = {other.casefold() for other in taken}
    while name.casefold() in others:
        name = f"predicted_{name}"
    return name


def _rows(file: TextIO, delimiter: str, classes: Sequence[str], columns: Sequence[str], scored: bool) -> Write:
    users, ours = _header(classes, columns, scored)
    csv.writer(file, delimiter=delimiter).writerow([*map(_plain, users), *ours])
    labels: dict[str, str] = {}  # as they are written
    words = {True: "true", False: "false", None: ""}

    def write(answer: dict) -> None:
        cells = [answer["cells"][name] or "" for name in columns] or [answer[TEXT]]
        label = answer[LABEL]
        if label not in labels:
            labels[label] = quoted(label, delimiter)
        row = [quoted(_plain(cell), delimiter) for cell in cells]
        row += [labels[label], f"{answer[CONFIDENCE]:.6f}", *map("{:.6f}".format, answer["probabilities"].values())]
        row += [str(answer[TOKENS]), words[answer[CORRECT]]] if scored else [str(answer[TOKENS])]
        file.write(delimiter.join(row) + "\r\n")

    return write


def quoted(cell: str, delimiter: str) -> str:
    """A cell of one of several columns as `csv.writer` writes it, in a tenth of its time where it is long.

    >>> quoted('a "no" of hers', ","), quoted("no", ",")
    ('"a ""no"" of hers"', 'no')
    """
    if '"' in cell:
        return '"' + cell.replace('"', '""') + '"'
    return f'"{cell}"' if delimiter in cell or "\n" in cell or "\r" in cell else cell


def _json_lines(file: TextIO, classes: Sequence[str], columns: Sequence[str], scored: bool) -> Write:
    # Where all classes are numbers, or true and false, they were no strings in JSON either.
    unquoted = frozenset(classes if all(map(LITERAL.fullmatch, classes)) else ())
    ours = {name: _free(name, columns) for name in (LABEL, CONFIDENCE, "probabilities", TOKENS, CORRECT)}

    def write(answer: dict) -> None:
        record = {name: answer["cells"][name] for name in columns} or {TEXT: answer[TEXT]}
        record |= {free: answer[name] for name, free in ours.items() if scored or name != CORRECT}
        if answer[LABEL] in unquoted:
            record[ours[LABEL]] = Unquoted(answer[LABEL])
        # What was a number in the user's JSON is one again, as it was written.
        values = (value if isinstance(value, Unquoted) else json.dumps(value) for value in record.values())
        pairs = zip(map(json.dumps, record), values, strict=True)
        file.write("{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}\n")

    return write


@contextmanager
def _parquet(
    file: TextIO, classes: Sequence[str], columns: Sequence[str], scored: bool, types: Mapping[str, str]
) -> Iterator[Write]:
    """Kept in a database on disk, some thousand answers at a time, until all are there."""
    import duckdb  # 0.15 s, and only Parquet needs it
    import numpy as np

    users, ours = _header(classes, columns, scored)
    kinds = [types.get(name, "VARCHAR") for name in users] + ["VARCHAR", *["DOUBLE"] * (len(classes) + 1), "INTEGER"]
    kinds += ["BOOLEAN"] * scored
    waiting: list[list] = []
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/answers.duckdb") as connection:
        # Parquet has no column without a name, as CSV has where pandas wrote an index.
        named = zip(_apart([*(_plain(name) or _free("index", users) for name in users), *ours]), kinds, strict=True)
        connection.execute(f"CREATE TABLE answers ({', '.join(f'{_quoted(name)} {kind}' for name, kind in named)})")

        def insert() -> None:
            if waiting:
                values = {str(at): np.array(cells, dtype=object) for at, cells in enumerate(zip(*waiting, strict=True))}
                connection.register("waiting", values)
                connection.execute("INSERT INTO answers SELECT * FROM waiting")
                waiting.clear()

        def write(answer: dict) -> None:
            cells = [answer["cells"][name] for name in columns] or [answer[TEXT]]
            row = [None if cell is None else _plain(cell) for cell in cells]
            row += [answer[LABEL], answer[CONFIDENCE], *answer["probabilities"].values(), answer[TOKENS]]
            waiting.append(row + [answer[CORRECT]] * scored)
            if len(waiting) == BATCH:
                insert()

        yield write
        insert()
        connection.table("answers").write_parquet(f"{folder}/answers.parquet")
        with Path(f"{folder}/answers.parquet").open("rb") as whole:
            file.flush()
            shutil.copyfileobj(whole, file.buffer)


def _apart(names: Sequence[str]) -> list[str]:
    """The names, longer where an earlier one differs in case alone."""
    found: dict[str, str] = {}
    for name in names:
        while name.casefold() in found:
            name += "_"
        found[name.casefold()] = name
    return list(found.values())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(text: str) -> str:
    """The text with a question mark for half a surrogate pair, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
