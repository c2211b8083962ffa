"""Which columns hold the texts and the labels: named by the user, or the only ones that they can be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from data.corpus import DataError
from data.messages import listed, shorten
from data.reading.packing import shown
from data.reading.table import BAD_ROWS
from data.reading.text_encoding import AUTO

TEXT, LABEL = "text", "label"
TEXT_NAMES = frozenset(
    "text texts review reviews reviewtext reviewbody content contents comment comments commenttext body message "
    "messages sentence sentences tweet tweets tweettext post posts document documents utterance phrase fulltext".split()
)
LABEL_NAMES = frozenset(
    "label labels sentiment sentiments class classes target targets category categories star stars rating ratings "
    "starrating score polarity topic topics emotion intent stance".split()
)
MOST_COLUMNS = 1000
FEWEST_NUMBERED = 10  # rows: in fewer, a comma too many may stand in each text
LEAST_TEXT = 20  # bytes in UTF-8: seven Chinese characters, three or four words
LONGEST_LABEL = 40  # characters of what is taken for a label without a name that says so
IDS = frozenset("id ids index no nr number row key uid uuid".split())  # of rows
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?", re.ASCII)
MARK = re.compile(r"[^\w\s]")
COLUMN_WITHOUT_NAME = re.compile(r"column [1-9][0-9]{0,3}", re.ASCII)

Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Choice:
    """Which columns are read.

    Attributes:
        texts: columns of the texts, which are joined.
        label: column of the labels, `None` where none are wanted.
        guessed: whether nobody named one of them, and it is called neither `text` nor `label`.
    """

    texts: tuple[str, ...]
    label: str | None
    guessed: bool


def apart(names: Sequence[str]) -> list[str]:
    """The names of columns with a number behind what another one before is called too, as pandas does it.

    >>> apart(["score", "text", "score", "score.1", "score", ""])
    ['score', 'text', 'score.2', 'score.1', 'score.3', '']
    """
    found: list[str] = []
    for name in names:
        free = (f"{name}.{number}" for number in count(1))
        is_taken = name and name in found
        found.append(next(one for one in free if one not in names and one not in found) if is_taken else name)
    return found


def worth_keeping(names: Sequence[str]) -> list[str]:
    """The columns that hold something, by names that are `apart`. A first one without a name is an index, as pandas and
    R write it; others without are delimiters behind the rest.

    >>> worth_keeping(["", "text", "label", "text", "", ""])
    ['', 'text', 'label', 'text.1']
    """
    return [name for at, name in enumerate(apart(names)) if name or at == 0]


def choose_columns(
    where: str, names: Sequence[str], rows: Rows, texts: Sequence[str] = (AUTO,), label: str | None = AUTO
) -> Choice:
    """The columns of texts and of labels.

    Args:
        where: the file, and the line of its header, for messages.
        names: of its columns; nothing for one that has none.
        rows: the cells of the first rows.
        texts: the columns that are asked for, or `auto`.
        label: likewise; `None` where no labels are wanted.

    Raises:
        DataError: a column is not there, or it is not clear which one is meant.
    """
    flags = "--text-column" if label is None else "--text-column and --label-column"
    given = [name for name in (*texts, label) if name not in (AUTO, None)]
    for name in given:
        if name not in names:
            raise DataError(missing_column(where, name, names, flags))
    wanted = [*(name for name in texts if name != AUTO), *([TEXT] if AUTO in texts else []), label or TEXT]
    for name in [LABEL if name == AUTO else name for name in wanted]:
        if names.count(name) > 1:
            raise DataError(named_twice(where, name))
    cells = {
        name: [row[at] or "" for row in rows if at < len(row)]
        for at, name in enumerate(names)
        if name and name not in given and names.count(name) == 1
    }
    found_label = _named(cells, LABEL, LABEL_NAMES) if label == AUTO else label
    cells.pop(found_label or "", None)
    if AUTO in texts:
        found = _named(cells, TEXT, TEXT_NAMES) or _only(cells, _are_texts, LABEL_NAMES)
        if found is None and label == TEXT:
            raise DataError(f"{where}, has its texts in column {TEXT!r}: name another one with --label-column.")
        if found is None:
            raise DataError(missing_column(where, TEXT, names, flags))
        texts = [found]
    cells = {name: values for name, values in cells.items() if name not in texts}
    if label == AUTO and found_label is None:
        found_label = _only(cells, _are_labels, TEXT_NAMES)
        if found_label is None:
            raise DataError(missing_column(where, LABEL, names, flags))
    guessed = any(name not in (*given, TEXT, LABEL) for name in (*texts, found_label) if name)
    return Choice(tuple(dict.fromkeys(texts)), found_label, guessed)


def labels_of(names: Sequence[str], rows: Rows, are_classes: Callable[[list[str]], bool]) -> str | None:
    """The column whose name says that it holds labels, and whose first cells are classes that are known; or none.

    Args:
        names: of the columns.
        rows: the cells of the first rows.
        are_classes: whether cells are.
    """
    cells = {name: [row[at] or "" for row in rows if at < len(row)] for at, name in enumerate(names) if name}
    found = _named(cells, LABEL, LABEL_NAMES)
    return found if found and names.count(found) == 1 and are_classes(cells[found]) else None


def has_header(rows: Rows, asked: Iterable[str]) -> bool:
    """Whether the first row names the columns.

    It does not where a cell of it is a number, or stands in the same column again, unless a name in it is known.

    >>> has_header([["good film", "pos"], ["bad film", "neg"], ["great film", "pos"]], [])
    False
    """
    first = [(cell or "").strip() for cell in rows[0]]
    if any(COLUMN_WITHOUT_NAME.fullmatch(name) for name in asked if name not in first):
        return False
    known = {*asked, TEXT, LABEL}
    if any(name in known or is_likely(name) for name in first):
        return True
    again = any(
        cell and any(at < len(row) and (row[at] or "").strip() == cell for row in rows[1:])
        for at, cell in enumerate(first)
    )
    return not again and not any(NUMBER.fullmatch(cell) for cell in first)


def is_likely(name: str) -> bool:
    """Whether one expects the name of a column, however it is written."""
    return _plain(name) in TEXT_NAMES | LABEL_NAMES


def likely_names(asked: Iterable[str]) -> frozenset[str]:
    """Names that one expects in a header, in small letters."""
    return TEXT_NAMES | LABEL_NAMES | {name.casefold() for name in asked}


def has_row_numbers(header: Sequence[str], rows: Rows) -> bool:
    """Whether each row begins with its number, which has no name in the header: as `write.table` of R leaves it.

    Rows are longer than the header too where texts have a comma too many, behind an id, or where something stands
    behind the rest.
    """
    longer = [row for row in rows if len(row) == len(header) + 1]
    numbers = {cell for row in longer if (cell := row[0] or "").isascii() and cell.isdigit()}
    filled = sum(bool((row[-1] or "").strip()) for row in longer)
    return (
        len(numbers) >= max(FEWEST_NUMBERED, (1 - BAD_ROWS) * len(rows))
        and 2 * filled >= len(longer)
        and _plain(header[0]) not in IDS
    )


def check_names(path: Path, names: Sequence[str]) -> None:
    """Refuses names that nobody can have meant.

    Raises:
        DataError: there are too many, or they hold zeros.
    """
    if any("\0" in name for name in names):
        raise DataError(
            f"{shown(path)} has NUL characters in its header, as UTF-16 has: name its encoding with --encoding."
        )
    if len(names) > MOST_COLUMNS:
        raise DataError(
            f"{shown(path)} has {len(names):,} columns: remove all but texts and labels ({MOST_COLUMNS:,} are read)."
        )


def named_twice(where: str, name: str) -> str:
    """Says that it is not clear which column is meant, since two have the name."""
    return f"{where}, names a column twice ({shorten(name)!r}): give each column its own name."


def missing_column(where: str, name: str, names: Sequence[str], flags: str) -> str:
    """Says that a column is not there, which ones are, and with which flags to name one."""
    near = difflib.get_close_matches(name, names[:MOST_COLUMNS], n=1)
    hint = f" (did you mean {shorten(near[0])!r}?)" if near else ""
    # A mark that nobody expects may stand in the only name there is.
    delimiter = ", or say with --delimiter what separates them" if len(names) == 1 and MARK.search(names[0]) else ""
    return (
        f"{where}, has no column {shorten(name)!r}{hint}; its columns are: "
        f"{listed([name for name in names if name]) or 'none'}. Name yours with {flags}{delimiter}."
    )


def _plain(name: str) -> str:
    return re.sub(r"[\s_.-]", "", name).casefold()


def _named(cells: Mapping[str, list[str]], name: str, known: frozenset[str]) -> str | None:
    """The column of that name, or the only one that has one of the known names."""
    if name in cells:
        return name
    found = [other for other in cells if _plain(other) in known]
    return found[0] if len(found) == 1 else None


def _only(cells: Mapping[str, list[str]], fits: Callable[[list[str]], bool], others: frozenset[str]) -> str | None:
    """The only column that fits, or the only one there is, without those whose names mean something else."""
    cells = {name: values for name, values in cells.items() if _plain(name) not in others}
    found = [name for name, values in cells.items() if fits([value for value in values if value.strip()])]
    found = found or list(cells)
    return found[0] if len(found) == 1 else None


def _are_texts(values: list[str]) -> bool:
    """Whether most are long and of several words, and most differ."""
    texts = [value for value in values if len(value.encode("utf-8", "replace")) >= LEAST_TEXT and _has_words(value)]
    return 2 * len(texts) > len(values) and 2 * len(set(values)) > len(values)


def _has_words(value: str) -> bool:
    return any(map(str.isalpha, value)) and (" " in value.strip() or not value.isascii())


def _are_labels(values: list[str]) -> bool:
    """Whether they are short, and few that come again and again."""
    different = set(values)
    return 1 < len(different) <= len(values) / 2 and max(map(len, different)) <= LONGEST_LABEL
