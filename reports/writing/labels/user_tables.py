"""Tables for the user's own programs, as CSV, TSV or JSON Lines: cells as they were, read back as the same texts."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from data.corpus import DataError
from data.files import whole
from data.messages import shell_path, shorten
from data.reading.json_records import to_json
from data.sources.table_rows import decode_entities

Cells = Mapping[str, str | None]
DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
FORMATS = (*DELIMITERS, *JSON_LINES)


def refuse_output(output: Path, sources: Iterable[Path]) -> None:
    """Looks whether a table may be written: of a known format, and over nothing that is there.

    Args:
        output: where to.
        sources: the files that a run was trained on.

    Raises:
        DataError: it may not.
    """
    if output.suffix.lower() not in FORMATS:
        raise DataError(f"--write {shorten(output, 200)}: name a file that ends in {', '.join(FORMATS)}.")
    if not output.parent.is_dir():
        raise DataError(f"--write {shorten(output, 200)}: {shorten(output.parent, 200)} is no folder.")
    if any(source.exists() and output.exists() and source.samefile(output) for source in sources):
        raise DataError(
            f"--write {shorten(output, 200)} is the file that the run was trained on, which stays as it is: name "
            "another one."
        )
    if output.exists():
        raise DataError(f"--write {shorten(output, 200)} is there already: name another file, or remove it.")


def write_table(output: Path, names: Sequence[str], rows: Iterable[Cells]) -> None:
    """Writes a table, whole or not at all; its format is that of the file's name.

    Args:
        output: where to.
        names: of the columns.
        rows: their cells; a column that a row lacks is empty there.
    """
    # The file behind a link is replaced, and not the link.
    with whole(output.resolve()) as aside, aside.open("w", encoding="utf-8", newline="", errors="replace") as file:
        write = _writer(output.suffix.lower(), file, names)
        for row in rows:
            write(row)


def encode_entities(text: str) -> str:
    """The text as a table must hold it to be read as what it is: the letters of HTML entities are decoded there.

    >>> encode_entities("a & b"), encode_entities("&lt; is <")
    ('a & b', '&amp;lt; is <')
    """
    return text if decode_entities(text) == text else text.replace("&", "&amp;")


def read_again(output: Path) -> str:
    """The file as a shell takes it, behind `--data`."""
    return shell_path(output)


def _writer(suffix: str, file: TextIO, names: Sequence[str]) -> Callable[[Cells], None]:
    if suffix in JSON_LINES:

        def write_object(row: Cells) -> None:
            pairs = (f"{json.dumps(name, ensure_ascii=False)}: {to_json(row.get(name))}" for name in names)
            file.write("{" + ", ".join(pairs) + "}\n")

        return write_object
    delimiter = DELIMITERS[suffix]
    # A tab-separated file counts as one without quoting unless its first rows have quotes.
    tabs = delimiter == "\t"
    rows = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL if tabs else csv.QUOTE_MINIMAL)
    rows.writerow(names)
    return lambda row: rows.writerow([row.get(name) or "" for name in names])
