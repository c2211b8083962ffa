"""The user's own texts: CSV, TSV or JSON Lines, with a column of texts and a column of labels."""

from __future__ import annotations

import csv
import difflib
import json
from collections.abc import Iterator
from pathlib import Path

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
            if label is None or not str(label).strip():
                raise DataError(
                    f"{path}, line {line}: no label in column {label_column!r}; label the row or remove it."
                )
            texts.append("" if text is None else str(text))
            labels.append(str(label).strip())
    except OSError as error:
        raise DataError(f"{path} could not be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not {encoding}: byte {error.start:,} is 0x{error.object[error.start]:02x}; "
            "save it as UTF-8 or name its encoding with --encoding."
        ) from error
    except csv.Error as error:
        raise DataError(f"{path} is not a well-formed table: {error}; save it again as CSV.") from error
    class_names, indices = np.unique(labels, return_inverse=True) if labels else (np.array([]), np.array([], int))
    return Corpus(
        name=path.stem,
        source=f"{path.name}: column {text_column!r} labelled by column {label_column!r}",
        texts=texts,
        labels=indices.astype(np.int64),
        class_names=tuple(str(name) for name in class_names),
        sentiment=True,
    )


def _records(path: Path, encoding: str) -> Iterator[tuple[int, dict]]:
    """Line number and columns of each row."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{path.name} is none of {', '.join(SUFFIXES)}: save the table as one of them.")
    with path.open(encoding=encoding, newline="" if suffix in DELIMITERS else None) as file:
        if suffix in JSON_LINES:
            yield from _json_lines(path, file)
        else:
            yield from _delimited(path, file, DELIMITERS[suffix])


def _delimited(path: Path, file, delimiter: str) -> Iterator[tuple[int, dict]]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.DictReader(file, delimiter=delimiter, strict=True)
    header = [name.strip() for name in reader.fieldnames or []]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise DataError(f"{path} names a column twice ({', '.join(repeated)}): give each column its own name.")
    reader.fieldnames = header
    for record in reader:
        if None in record or None in record.values():
            raise DataError(
                f"{path}, line {reader.line_num}: expected {len(header)} fields as in the header; "
                "quote texts that contain the delimiter or a line break."
            )
        yield reader.line_num, record


def _json_lines(path: Path, file) -> Iterator[tuple[int, dict]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise DataError(f"{path}, line {number}: not JSON ({error}); each line must be one JSON object.") from error
        if not isinstance(record, dict):
            raise DataError(f"{path}, line {number}: expected a JSON object, got {type(record).__name__}.")
        yield number, record


def _no_column(path: Path, line: int, column: str, columns: list[str]) -> str:
    near = difflib.get_close_matches(column, columns, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return (
        f"{path}, line {line}, has no column {column!r}{hint}; its columns are: {', '.join(columns) or 'none'}. "
        "Name yours with --text-column and --label-column."
    )
