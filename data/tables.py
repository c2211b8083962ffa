"""The user's own texts: CSV, TSV or JSON Lines, with a column of texts and a column of labels."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

from data.corpus import Corpus, DataError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
SUFFIXES = (*DELIMITERS, *JSON_LINES)
LONGEST_FIELD = 2**31 - 1  # csv's own limit of 131,072 characters is less than a long post


def load(path: Path, text_column: str = "text", label_column: str = "label", encoding: str = "utf-8-sig") -> Corpus:
    """The texts and labels of one file; the classes are its labels in sorted order.

    Labels are stripped of surrounding spaces. Rows without a label are an error, rows without
    text are kept here and dropped, counted, once they have been cleaned.

    Raises:
        DataError: the file cannot be read, is not what its suffix says, or lacks a column.
    """
    texts, labels = [], []
    try:
        for line, record in _records(path, encoding):
            for column in (text_column, label_column):
                if column not in record:
                    raise DataError(_no_column(path, line, column, list(record)))
            text, label = record[text_column], record[label_column]
            label = _string(label).strip()
            if not label:
                raise DataError(
                    f"{path}, line {line}: no label in column {label_column!r}; label the row or remove it."
                )
            texts.append(_string(text))
            labels.append(label)
    except OSError as error:
        raise DataError(f"{path} could not be read: {error.strerror or error}.") from error
    # Not np.unique: it pads every label to the longest, and takes "a" and "a\0" for the same.
    class_names = sorted(set(labels))
    indices = {name: index for index, name in enumerate(class_names)}
    return Corpus(
        name=path.stem,
        source=f"{path.name}: column {text_column!r} labelled by column {label_column!r}",
        texts=texts,
        labels=np.array([indices[label] for label in labels], dtype=np.int64),
        class_names=tuple(class_names),
        sentiment=True,
    )


def read_column(path: Path, file: TextIO, column: str) -> Iterator[str]:
    """The texts of one column of an open table, one after another.

    Raises:
        DataError: the file is not what its suffix says, or lacks the column.
    """
    for line, record in _rows(path, file):
        if column not in record:
            raise DataError(_no_column(path, line, column, list(record)))
        yield _string(record[column])


def _rows(path: Path, file: TextIO) -> Iterator[tuple[int, dict]]:
    suffix = path.suffix.lower()
    return _json_lines(path, file) if suffix in JSON_LINES else _delimited(path, file, DELIMITERS[suffix])


def _records(path: Path, encoding: str) -> Iterator[tuple[int, dict]]:
    """Line number and columns of each row."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{path} is none of {', '.join(SUFFIXES)}: save the table as one of them.")
    text = _decode(path, encoding)
    if suffix in JSON_LINES:
        yield from _json_lines(path, io.StringIO(text, newline=None))
    else:
        yield from _delimited(path, io.StringIO(text, newline=""), DELIMITERS[suffix])


def _decode(path: Path, encoding: str) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        position = len(raw) - len(error.object) + error.start  # a codec may take a BOM away first
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path} is not {encoding}: line {line:,}, byte {position:,} of the file, is 0x{raw[position]:02x}; "
            "save it as UTF-8 or name its encoding with --encoding."
        ) from error
    except UnicodeError as error:
        raise DataError(f"{path} is not {encoding} ({error}): name its encoding with --encoding.") from error
    except (LookupError, ValueError) as error:
        raise DataError(f"--encoding {encoding} is no text encoding: try utf-8, utf-16, cp1252 or latin-1.") from error


def _delimited(path: Path, file: TextIO, delimiter: str) -> Iterator[tuple[int, dict]]:
    csv.field_size_limit(LONGEST_FIELD)
    rows = csv.DictReader(file, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in rows.fieldnames or []]
        repeated = sorted({name for name in header if header.count(name) > 1})
        if repeated:
            names = ", ".join(map(repr, repeated))
            raise DataError(f"{path} names a column twice ({names}): give each column its own name.")
        rows.fieldnames = header
        for record in rows:
            if None in record or None in record.values():
                raise DataError(
                    f"{path}, line {rows.line_num}: expected {len(header)} fields as in the header; "
                    "quote texts that contain the delimiter or a line break."
                )
            yield rows.line_num, record
    except csv.Error as error:
        raise DataError(
            f"{path}, line {rows.reader.line_num}, is not well-formed: {error}; put texts in quotes, and double the "
            "quotes within them."
        ) from error


def _json_lines(path: Path, file: TextIO) -> Iterator[tuple[int, dict]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path}, line {number}: not JSON ({error}); each line must be one JSON object.") from error
        if not isinstance(record, dict):
            raise DataError(f"{path}, line {number}: expected a JSON object, got {type(record).__name__}.")
        yield number, record


def _string(value: object) -> str:
    """A cell as text; JSON can escape half a surrogate pair, which no file or tokenizer takes."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8")


def _no_column(path: Path, line: int, column: str, columns: list[str]) -> str:
    near = difflib.get_close_matches(column, columns, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return (
        f"{path}, line {line}, has no column {column!r}{hint}; its columns are: {', '.join(columns) or 'none'}. "
        "Name yours with --text-column and --label-column."
    )
