"""JSON: lines, arrays of objects, and objects that are tables, by Python's own `json`; numbers stay as written."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from data.corpus import DataError
from data.messages import shorten
from data.reading.columns import check_names, named_twice
from data.reading.damage import Damage
from data.reading.json_documents import NamedTwice, rows_of_document
from data.reading.packing import CHUNK, suffix_of
from data.reading.table import JSON_LINES, Reading
from data.reading.text_encoding import DAMAGED, Encoding, find_encoding
from data.reading.text_files import LONGEST_LINE, open_text, place, read_lines

BROKEN = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as Python's `surrogateescape` marks them
BETWEEN = re.compile(r"[ \t\r\n,]*")
HEAD, SAMPLE = 1000, 200  # records that are looked at for the names of the columns, and for what is in them
LARGEST_DOCUMENT = 200_000_000  # characters of an object that is a table: it is held in memory
OBJECT = 'like {"text": "Good film", "label": "positive"}'
LITERAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false", re.ASCII)  # without quotes
Record = tuple[int, dict | str]  # the line it begins in, and the object, or what is wrong with it


class Unquoted(str):
    """A cell as JSON writes it without quotes: a number, true or false, an array or an object."""


class JsonTable:
    """See `data.reading.table.Table`."""

    def __init__(self, path: Path, reading: Reading, array: bool, asked: Sequence[str] = ()):
        encoding = find_encoding(path, reading.encoding)
        document = None if array or suffix_of(path) in JSON_LINES else _document(path, encoding, asked)
        self.form = f"JSON {'object' if document else 'array' if array else 'Lines'}, {encoding}"
        self.damage = Damage(path, reading.bad_rows)
        self.types: Mapping[str, str] = {}
        records = document or (_items(path, encoding) if array else _lines(path, encoding))
        head = list(itertools.islice(records, HEAD))
        self._records = itertools.chain(head, records)
        whole = [(line, record) for line, record in head if isinstance(record, dict)]
        self.where = place(path, whole[0][0] if whole else 1)
        self.names = list(dict.fromkeys(name for _, record in whole for name in record))
        check_names(path, self.names)
        self.sample = []
        for _, record in whole[:SAMPLE]:
            with suppress(RecursionError):
                self.sample.append(_cells(record, self.names))

    def rows(
        self, names: Sequence[str], beside: Sequence[str] = (), empty: bool = False
    ) -> Iterator[tuple[int, list[str | None]]]:
        for line, record in self._records:
            if isinstance(record, str):
                self.damage.add(line, record)
                continue
            cells = [record.get(name) for name in names]
            wrong = next((at for at, cell in enumerate(cells) if isinstance(cell, dict | list)), None)
            if wrong is not None:
                kind = "array" if isinstance(cells[wrong], list) else "object"
                self.damage.add(
                    line, f": column {shorten(names[wrong])!r} holds a JSON {kind}; give it a text or a number"
                )
            elif empty or any(cell is not None for cell in cells):
                try:
                    shown = _cells(record, (*names, *beside))
                except RecursionError:
                    self.damage.add(line, ": its arrays and objects are too deep")
                    continue
                self.damage.whole += 1
                yield line, shown


def _lines(path: Path, encoding: Encoding) -> Iterator[Record]:
    decoder = _decoder()
    for number, line in enumerate(read_lines(path, encoding), start=1):
        if not line.strip():
            continue
        if encoding.errors == DAMAGED and BROKEN.search(line):
            yield number, ": is not utf-8; save it as UTF-8"
            continue
        try:
            yield number, _checked(decoder.decode(line), "each line")
        except (ValueError, RecursionError) as error:
            yield number, f": not JSON ({error}); each line must be one JSON object"


def _document(path: Path, encoding: Encoding, asked: Sequence[str]) -> Iterator[Record] | None:
    """The rows of a file that is one object, with their numbers; `None` where it is JSON Lines or too large.

    Raises:
        DataError: it is broken.
    """
    decoder = _decoder()
    with open_text(path, encoding) as file:
        first = file.readline(LONGEST_LINE).removeprefix("\ufeff")
        rest = file.read(CHUNK)
        if rest.lstrip("\r\n").startswith("{"):  # each line an object
            return None
        if rest.strip():
            with suppress(ValueError, RecursionError):
                decoder.decode(first)
                return None
        text = first + rest + file.read(LARGEST_DOCUMENT)
    if len(text) > LARGEST_DOCUMENT or (encoding.errors == DAMAGED and BROKEN.search(text)):
        return None
    try:
        rows = rows_of_document(decoder.decode(text.rstrip()), asked)
    except NamedTwice as error:
        raise DataError(named_twice(place(path, 1), str(error))) from None
    except (ValueError, RecursionError) as error:
        if not rest.strip():  # a line that was cut off
            return None
        raise DataError(f"{place(path, getattr(error, 'lineno', 1))}: not JSON ({error}).") from None
    return None if rows is None else enumerate(rows, start=1)


def _items(path: Path, encoding: Encoding) -> Iterator[Record]:
    """The items of one array, however its lines are broken; nothing behind one that is no JSON can be read."""
    decoder, line, rest = _decoder(), 1, ""
    with open_text(path, encoding) as file:
        rest = file.read(CHUNK).removeprefix("\ufeff")
        at = rest.index("[") + 1
        while True:
            skipped = BETWEEN.match(rest, at)
            item_at = skipped.end() if skipped else at
            if rest[item_at : item_at + 1] == "]":
                return
            item, end, wrong = None, item_at, "it ends within the array"
            try:
                item, end = decoder.raw_decode(rest, item_at)
            except (ValueError, RecursionError) as error:
                wrong = str(error)
            if item is not None or end > item_at:
                line += rest.count("\n", at, item_at)
                yield line, _checked(item, "each item")
                line += rest.count("\n", item_at, end)
                at = end
                continue
            more = file.read(max(CHUNK, len(rest) - at)) if len(rest) - at < LONGEST_LINE else ""
            if not more:
                yield line + rest.count("\n", at, item_at), f": not JSON ({wrong}); what follows cannot be read"
                return
            rest, at = rest[at:] + more, 0


def _decoder() -> json.JSONDecoder:
    """Numbers stay as they are written, of any length; true and false too."""
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_float=Unquoted, parse_int=Unquoted, parse_constant=_no_constant
    )


def _object(pairs: list[tuple[str, object]]) -> dict:
    record = dict(pairs)
    if len(record) < len(pairs):
        name = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the name {shorten(name)!r} stands twice in one object")
    return record


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON; write null for what is not known")


def _checked(record: object, what: str) -> dict | str:
    if isinstance(record, dict):
        return record
    kind = "null" if record is None else "a text or a number" if isinstance(record, str) else type(record).__name__
    return f": expected a JSON object, got {kind}; {what} must be {OBJECT}"


def to_json(cell: object) -> str:
    """A cell as JSON, numbers as they were written.

    >>> to_json([Unquoted("1.50"), "1.50", None, True])
    '[1.50, "1.50", null, true]'
    """
    if isinstance(cell, Unquoted):
        return str(cell)
    if isinstance(cell, list):
        return f"[{', '.join(map(to_json, cell))}]"
    if isinstance(cell, dict):
        return "{" + ", ".join(f"{to_json(name)}: {to_json(value)}" for name, value in cell.items()) + "}"
    return json.dumps(cell, ensure_ascii=False)


def _cells(record: dict, names: Sequence[str]) -> list[str | None]:
    return [_shown(record.get(name)) for name in names]


def _shown(cell: object) -> str | None:
    """A cell as text; JSON can escape half a surrogate pair, which no file or tokenizer takes."""
    if cell is None or isinstance(cell, Unquoted):
        return cell
    if isinstance(cell, str):
        return _plain(cell)
    return Unquoted(_plain(to_json(cell)))


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
