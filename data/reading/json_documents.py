"""A table that is one JSON object: as pandas writes it, in whichever orientation, or its rows under a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from data.reading.columns import likely_names

COLUMNS, DATA, INDEX = "columns", "data", "index"  # what pandas calls the parts of orient="split"


def rows_of_document(document: dict[str, Any]) -> Iterator[dict[str, Any]] | None:
    """The rows, by the names of their columns; `None` where the object is no table but one row of one.

    An index that is more than the numbers of the rows is a column of its own.

    >>> list(rows_of_document({"text": {"0": "Good film"}, "label": {"0": "positive"}}))
    [{'text': 'Good film', 'label': 'positive'}]
    >>> rows_of_document({"text": "Good film", "label": "positive"}) is None
    True
    """
    values = list(document.values())
    if _are_known(name for name, value in document.items() if isinstance(value, str)):
        return None
    names = document.get(COLUMNS)
    if _is_list_of(list, document.get(DATA)) and isinstance(names, list):
        rows = [dict(zip(map(str, names), row, strict=False)) for row in document[DATA]]
        return _with_index(document.get(INDEX), rows)
    records = [value for value in values if _is_list_of(dict, value)]
    if len(records) == 1:
        return iter(records[0])
    if values and all(isinstance(value, list) for value in values) and len(set(map(len, values))) == 1:
        return (dict(zip(document, row, strict=True)) for row in zip(*values, strict=True))
    if values and all(isinstance(value, dict) and value.keys() == values[0].keys() for value in values) and values[0]:
        if _are_known(values[0]) or not _are_known(document) and all(name.isdigit() for name in document):
            return _with_index(list(document), values)  # a row by its number
        index = list(values[0])
        return _with_index(index, [{name: cells[at] for name, cells in document.items()} for at in index])
    return None


def _are_known(names: Iterable[str]) -> bool:
    expected = likely_names([])
    return any(name.casefold() in expected for name in names)


def _is_list_of(kind: type, value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, kind) for item in value)


def _with_index(index: list | None, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    if index is None or len(index) != len(rows) or list(map(str, index)) == [str(at) for at in range(len(rows))]:
        return iter(rows)
    return ({INDEX: at} | row for at, row in zip(index, rows, strict=True))
