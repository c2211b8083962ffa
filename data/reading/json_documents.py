"""A table that is one JSON object: as pandas writes it, in whichever orientation, or its rows under a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from data.reading.columns import LEAST_TEXT, is_likely

COLUMNS, DATA, INDEX = "columns", "data", "index"  # what pandas calls the parts of orient="split"


class NamedTwice(Exception):
    """Two columns of a table have the name that it holds."""


def rows_of_document(document: dict[str, Any], asked: Sequence[str] = ()) -> list[dict[str, Any]] | None:
    """The rows, by the names of their columns; `None` where the object is no table but one row of one, or may be.

    An index that is more than the numbers of the rows is a column of its own.

    Args:
        document: the object.
        asked: names of columns that the table is likely to have.

    Raises:
        NamedTwice: two columns have one name.

    >>> rows_of_document({"text": {"0": "Good film"}, "label": {"0": "positive"}})
    [{'text': 'Good film', 'label': 'positive'}]
    >>> rows_of_document({"text": "Good film", "label": "positive"}) is None
    True
    """
    names, rows, values = document.get(COLUMNS), document.get(DATA), list(document.values())
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return _split(list(map(str, names)), document.get(INDEX), rows)
    if _are_records(rows):
        return rows
    if len(values) > 1 and all(isinstance(value, list) for value in values) and len(set(map(len, values))) == 1:
        return [dict(zip(document, row, strict=True)) for row in zip(*values, strict=True)]
    lists = [value for value in values if isinstance(value, list) and any(isinstance(item, dict) for item in value)]
    if len(lists) == 1 and _are_records(lists[0]) and not _has_text(document, asked):
        return lists[0]
    if values and all(value == {} for value in values) and _any_likely(document, asked):
        return []  # as pandas writes a frame without rows
    if values and values[0] and all(isinstance(value, dict) and value.keys() == values[0].keys() for value in values):
        return _by_keys(document, asked)
    return None


def _split(names: list[str], index: object, rows: list) -> list[dict[str, Any]] | None:
    if any(len(row) != len(names) for row in rows):
        return None
    if len(set(names)) < len(names):
        raise NamedTwice(next(name for name in names if names.count(name) > 1))
    return _with_index(index, [dict(zip(names, row, strict=True)) for row in rows])


def _by_keys(document: dict[str, dict], asked: Sequence[str]) -> list[dict[str, Any]] | None:
    """The rows of an object of objects: columns of rows, or rows of columns. Names that are likely tell which, or that
    the others are numbers.
    """
    outer, inner = list(document), list(next(iter(document.values())))
    if _any_likely(outer, asked) or (_are_numbers(inner) and not _are_numbers(outer) and not _any_likely(inner, asked)):
        return _with_index(inner, [{name: cells[at] for name, cells in document.items()} for at in inner])
    if _any_likely(inner, asked) or (_are_numbers(outer) and not _are_numbers(inner)):
        return _with_index(outer, list(document.values()))
    return None


def _has_text(document: dict[str, Any], asked: Sequence[str]) -> bool:
    """Whether an object has a text of its own, and so is a row."""
    return any(
        isinstance(value, str) and (len(value.encode()) >= LEAST_TEXT or _any_likely([name], asked))
        for name, value in document.items()
    )


def _are_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _any_likely(names: Iterable[str], asked: Sequence[str]) -> bool:
    return any(name in asked or is_likely(name) for name in names)


def _are_numbers(names: Sequence[str]) -> bool:
    return all(name.isascii() and name.isdigit() for name in names)


def _with_index(index: object, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not isinstance(index, list) or len(index) != len(rows):
        return rows
    if list(map(str, index)) == [str(at) for at in range(len(rows))]:
        return rows
    return [{INDEX: at} | row for at, row in zip(index, rows, strict=True)]
