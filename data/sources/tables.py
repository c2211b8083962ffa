"""The user's own texts: CSV, TSV or JSON Lines, with a column of texts and a column of labels."""

from __future__ import annotations

import csv
import difflib
import json
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from data.corpus import Corpus, DataError
from data.messages import printable, shorten
from data.sources.source import Source
from data.sources.text_files import LONGEST_LINE, place, read_lines, shown

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
SUFFIXES = (*DELIMITERS, *JSON_LINES)
OTHER_DELIMITERS = ";\t|,"
LONGEST_LABEL = 1000  # characters
MOST_COLUMNS = 1000
COLUMNS_SHOWN = 20
LONGEST_NAME = 50  # characters of the corpus's name: folders are named after it


def load(data: Path | str, text_column: str = "text", label_column: str = "label", encoding: str = "utf-8") -> Corpus:
    """The texts and labels of one file; the classes are its labels in sorted order.

    Labels are stripped of surrounding spaces, and control characters in them are escaped. Labels that differ only
    in case, width or inner spaces stay apart, and a note says so. Rows without a label are an error, rows without
    text are kept here and dropped, counted, once they have been cleaned.

    Args:
        data: path of the file.
        text_column: of the texts.
        label_column: of the labels.
        encoding: where no byte order mark says another.

    Raises:
        DataError: the file cannot be read, is not what its suffix says, or lacks a column.
    """
    import numpy as np  # only once there is something to load: --help asks the sources for no more than their names

    path = Path(data)
    if text_column == label_column:
        raise DataError(
            f"--text-column and --label-column are both {shorten(text_column)!r}: name two different columns."
        )
    texts, labels = [], []
    for line, record in _records(path, encoding, (text_column, label_column)):
        text, label = (_string(path, line, column, record[column]) for column in (text_column, label_column))
        texts.append(text)
        labels.append(_label(path, line, label_column, label))
    # Not np.unique: it pads every label to the longest, and takes "a" and "a\0" for the same.
    class_names = sorted(set(labels))
    if not texts:
        raise DataError(f"{shown(path)} holds no rows: name a file with texts and labels.")
    if len(class_names) == 1:
        raise DataError(
            f"{shown(path)}: all {len(texts):,} texts have the label {shorten(class_names[0])!r} and a classifier "
            "needs two: add texts of another class, or name another column with --label-column."
        )
    indices = {name: index for index, name in enumerate(class_names)}
    return Corpus(
        name=printable(shorten(path.stem, LONGEST_NAME)),
        source=printable(f"{shown(Path(path.name))}: column {text_column!r} labeled by column {label_column!r}"),
        texts=texts,
        labels=np.array([indices[label] for label in labels], dtype=np.int64),
        class_names=tuple(class_names),
        sentiment=True,
        notes=_alike(class_names),
        meaning=f"The labels are those of column {printable(repr(label_column))}; the project gives them no other "
        "meaning.",
    )


def is_table(data: str) -> bool:
    """Whether a value of `--data` means a file: by its suffix, or as it is there."""
    path = Path(data)
    with suppress(OSError):  # longer than a path may be
        return path.suffix.lower() in SUFFIXES or path.exists()
    return False


SOURCE = Source(
    name=f"a file ({', '.join(SUFFIXES)})",
    title="your own texts and labels",
    owns=is_table,
    load=load,
    settings=("data", "text_column", "label_column", "encoding"),
)


def read_column(path: Path, column: str, encoding: str = "utf-8") -> Iterator[str]:
    """The texts of one column, one after another, so that memory does not grow with the file.

    Raises:
        DataError: the file cannot be read, is not what its suffix says, or lacks the column.
    """
    for line, record in _records(path, encoding, (column,)):
        yield _string(path, line, column, record[column])


def _records(path: Path, encoding: str, columns: Sequence[str]) -> Iterator[tuple[int, dict]]:
    """Line number and cells of each row, those of `columns` among them."""
    lines = read_lines(path, encoding)
    suffix = path.suffix.lower()
    if suffix in JSON_LINES:
        yield from _json_lines(path, lines, columns)
    elif suffix in DELIMITERS:
        yield from _delimited(path, lines, DELIMITERS[suffix], columns)
    else:
        next(lines, None)  # what its first bytes say helps more than its name
        raise DataError(f"{shown(path)} is none of {', '.join(SUFFIXES)}: save the table as one of them.")


def _delimited(path: Path, lines: Iterable[str], delimiter: str, columns: Sequence[str]) -> Iterator[tuple[int, dict]]:
    csv.field_size_limit(LONGEST_LINE)  # csv's own limit of 131,072 characters is less than a long post
    rows = csv.DictReader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in rows.fieldnames or []]
        if header:
            _check_header(path, header, delimiter)
            _require(path, 1, columns, header)
        rows.fieldnames = header
        for record in rows:
            if None in record or None in record.values():
                raise DataError(
                    f"{place(path, rows.line_num)}: expected {len(header)} fields as in the header; "
                    "quote texts that contain the delimiter or a line break."
                )
            yield rows.line_num, record
    except csv.Error as error:
        raise DataError(
            f"{place(path, rows.reader.line_num)}, is not well-formed: {error}; put texts in quotes, and double "
            "the quotes within them."
        ) from error


def _check_header(path: Path, header: list[str], delimiter: str) -> None:
    if any("\0" in name for name in header):
        raise DataError(
            f"{shown(path)} has NUL characters in its header, as UTF-16 has: name its encoding with --encoding."
        )
    if len(header) > MOST_COLUMNS:
        raise DataError(
            f"{shown(path)} has {len(header):,} columns: remove all but texts and labels ({MOST_COLUMNS:,} are read)."
        )
    repeated = [name for name, count in Counter(header).items() if count > 1]
    if repeated:
        raise DataError(f"{shown(path)} names a column twice ({_listed(repeated)}): give each column its own name.")
    if len(header) == 1 and (used := [mark for mark in OTHER_DELIMITERS if mark in header[0] and mark != delimiter]):
        raise DataError(
            f"{shown(path)} has a single column {shorten(header[0])!r}: it seems to be separated by {used[0]!r} where "
            f"{path.suffix} has {delimiter!r}; save it with that."
        )


def _json_lines(path: Path, lines: Iterable[str], columns: Sequence[str]) -> Iterator[tuple[int, dict]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_object, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{place(path, number)}: not JSON ({error}); each line must be one JSON object.") from error
        if not isinstance(record, dict):
            raise DataError(
                f"{place(path, number)}: expected a JSON object, got {type(record).__name__}; each line must be "
                'like {"text": "Good film", "label": "positive"}.'
            )
        _require(path, number, columns, record)
        yield number, record


def _object(pairs: list[tuple[str, object]]) -> dict:
    record = dict(pairs)
    if len(record) < len(pairs):
        name = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the name {shorten(name)!r} stands twice in one object")
    return record


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON; write null for what is not known")


def _string(path: Path, line: int, column: str, value: object) -> str:
    """A cell as text; JSON can escape half a surrogate pair, which no file or tokenizer takes."""
    if isinstance(value, dict | list):
        kind = "array" if isinstance(value, list) else "object"
        raise DataError(
            f"{place(path, line)}: column {shorten(column)!r} holds a JSON {kind}; give it a text or a number."
        )
    return "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8")


def _label(path: Path, line: int, column: str, label: str) -> str:
    name = printable(label.strip())
    if not name:
        raise DataError(f"{place(path, line)}: no label in column {shorten(column)!r}; label the row or remove it.")
    if len(name) > LONGEST_LABEL:
        raise DataError(
            f"{place(path, line)}: the label {shorten(name)!r} has more than {LONGEST_LABEL:,} characters; name "
            "the column of the labels with --label-column."
        )
    return name


def _alike(class_names: list[str]) -> tuple[str, ...]:
    """A note where names differ only in case, width or inner spaces: probably slips, but not ours to mend."""
    groups: dict[str, list[str]] = {}
    for name in class_names:
        groups.setdefault("".join(unicodedata.normalize("NFKC", name).casefold().split()), []).append(name)
    alike = [names for names in groups.values() if len(names) > 1]
    if not alike:
        return ()
    more = f", and {len(alike) - 1} more such" if len(alike) > 1 else ""
    return (f"labels that differ only in case, width or spaces count as different classes: {_listed(alike[0])}{more}",)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - COLUMNS_SHOWN:,} more" if len(names) > COLUMNS_SHOWN else ""
    return ", ".join(repr(shorten(name)) for name in names[:COLUMNS_SHOWN]) + more


def _require(path: Path, line: int, columns: Sequence[str], found: Collection[str]) -> None:
    for column in columns:
        if column not in found:
            names = list(found)
            near = difflib.get_close_matches(column, names[:MOST_COLUMNS], n=1)
            hint = f" (did you mean {shorten(near[0])!r}?)" if near else ""
            flags = " and ".join(("--text-column", "--label-column")[: len(columns)])  # of the command that reads
            raise DataError(
                f"{place(path, line)}, has no column {shorten(column)!r}{hint}; its columns are: "
                f"{_listed(names) or 'none'}. Name yours with {flags}."
            )
