"""The user's own texts: a table, or several, with columns of texts and a column of labels."""

from __future__ import annotations

import glob
import html
import re
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from data.corpus import Corpus, DataError
from data.messages import printable, shorten
from data.reading.columns import TEXT, Choice, choose_columns, labels_of
from data.reading.packing import PACKED, shown
from data.reading.table import BAD_ROWS, SUFFIXES, Reading, Table, is_named_like_a_table, open_table, stem_of
from data.reading.text_encoding import AUTO
from data.sources.labels import LONGEST_LABEL, classes_of, clean_label
from data.sources.source import Source

STANDARD_INPUT = "-"
LONGEST_NAME = 50  # characters of the corpus's name: folders are named after it
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});", re.ASCII)


def load(
    data: Path | str,
    text_column: Sequence[str] = (AUTO,),
    label_column: str = AUTO,
    encoding: str = AUTO,
    delimiter: str = AUTO,
    quoting: str = AUTO,
    bad_rows: float = BAD_ROWS,
) -> Corpus:
    """The texts and labels of a table; the classes are its labels, see `data.sources.labels`.

    Rows without a label are the unlabelled texts. Rows without text are kept here and dropped, counted, once they have
    been cleaned; rows with neither are passed over.

    Args:
        data: path of the file; or a pattern of several that have the same columns; or `-`, standard input.
        text_column: of the texts, several of which are joined; `auto` for the only one that can be meant.
        label_column: of the labels, likewise.
        encoding: see `data.reading.table.Reading`, as for the others.
        delimiter: of a delimited file.
        quoting: of a delimited file.
        bad_rows: largest share of damaged rows that is passed over.

    Raises:
        DataError: a file cannot be read, or is damaged; it is not clear which columns are meant, or they hold no
            classes.
    """
    import numpy as np  # only once there is something to load: --help asks the sources for no more than their names

    if label_column != AUTO and label_column in (*text_column, *([TEXT] if AUTO in text_column else [])):
        raise DataError(
            f"--text-column and --label-column are both {shorten(label_column)!r}: name two different columns."
        )
    texts: list[str] = []
    written: list[str] = []
    same: dict[str, str] = {}  # one string for a label, however often it stands in the file
    tables: list[Table] = []
    reading, choice = Reading(encoding, delimiter, quoting, bad_rows), Choice(tuple(text_column), label_column, False)
    with _files(str(data)) as paths:
        for path in paths:
            table = open_table(path, reading, [*choice.texts, choice.label or AUTO])
            tables.append(table)
            if table.names:
                chosen = choose_columns(table.where, table.names, table.sample, choice.texts, choice.label)
                choice = Choice(chosen.texts, chosen.label, chosen.guessed or choice.guessed)
                for line, text, label in _labelled(table, choice):
                    if len(label) > LONGEST_LABEL and len(clean_label(label)) > LONGEST_LABEL:
                        raise DataError(
                            f"{shown(path)}, {table.damage.line} {line}: the label {shorten(label)!r} has more than "
                            f"{LONGEST_LABEL:,} characters; name the column of the labels with --label-column."
                        )
                    texts.append(text)
                    written.append(same.setdefault(label, label))
            else:
                deque(table.rows([]), maxlen=0)  # what is wrong with its rows is said
            table.damage.settle()
        name = shown(Path(data)) if str(data) != STANDARD_INPUT else "standard input"
    if not texts:
        raise DataError(f"{name} holds no rows: name a file with texts and labels.")
    classes = classes_of(written)
    labelled = [at for at, label in enumerate(classes.labels) if label is not None]
    unlabelled = tuple(text for text, label in zip(texts, classes.labels, strict=True) if label is None and text)
    if not labelled:
        raise DataError(
            f"{name}: none of {len(texts):,} texts has a label in column {shorten(choice.label)!r}: label some, or "
            "name another column with --label-column."
        )
    if len(classes.names) == 1:
        raise DataError(
            f"{name}: all {len(labelled):,} texts have the label {shorten(classes.names[0])!r} and a classifier "
            "needs two: add texts of another class, or name another column with --label-column."
        )
    return Corpus(
        name=printable(shorten(_name(str(data)), LONGEST_NAME)),
        source=_source(str(data), tables, choice, len(unlabelled)),
        texts=[texts[at] for at in labelled],
        labels=np.array([classes.labels[at] for at in labelled], dtype=np.int64),
        class_names=classes.names,
        sentiment=True,
        notes=(*(str(table.damage) for table in tables if table.damage.damaged), *classes.notes),
        meaning=f"The labels are those of column {printable(repr(choice.label))}; the project gives them no other "
        "meaning.",
        unlabelled=unlabelled,
    )


def is_table(data: str) -> bool:
    """Whether a value of `--data` means a file or several: by suffix or pattern, or as it is there."""
    if data == STANDARD_INPUT or is_named_like_a_table(Path(data)):
        return True
    with suppress(OSError, ValueError):  # longer than a path may be, or with a NUL
        return Path(data).exists() or bool(_matching(data))
    return False


SOURCE = Source(
    name=f"a file ({', '.join(SUFFIXES)}, also with {', '.join(PACKED)} behind it)",
    title="your own texts and labels; a pattern in quotes for several files, - for standard input",
    owns=is_table,
    load=load,
    settings=("data", "text_column", "label_column", "encoding", "delimiter", "quoting", "bad_rows"),
)


@dataclass(frozen=True)
class Row:
    """One text, and what stands beside it.

    Attributes:
        text: its columns joined, entities decoded.
        cells: by the names of their columns, as they stand in the table; none where there is no table.
        label_column: which of them holds a label, `None` where none does.
    """

    text: str
    cells: Mapping[str, str | None] = field(default_factory=dict)
    label_column: str | None = None

    @property
    def label(self) -> str:
        """As it stands in the table; nothing where there is none."""
        return (self.label_column and self.cells[self.label_column]) or ""


def rows_of(
    path: Path,
    columns: Sequence[str],
    reading: Reading,
    label_column: str | None = None,
    are_classes: Callable[[list[str]], bool] = bool,
) -> Iterator[Row]:
    """The rows of a table, one after another: memory does not grow with the file.

    Args:
        path: of the table.
        columns: of the texts, see `load`.
        reading: how it is read.
        label_column: of the labels; `auto` for one whose name says so and whose first cells are classes; or `None`.
        are_classes: whether cells are classes.

    Raises:
        DataError: the file cannot be read, or is damaged, or it is not clear which column is meant.
    """
    table = open_table(path, reading, [*columns, *([] if label_column in (None, AUTO) else [label_column])])
    if table.names:
        named = None if label_column == AUTO else label_column
        choice = choose_columns(table.where, table.names, table.sample, columns, named)
        label = labels_of(table.names, table.sample, are_classes) if label_column == AUTO else choice.label
        beside = [name for name in dict.fromkeys(table.names) if name and name not in choice.texts]
        order = [name for name in dict.fromkeys(table.names) if name]
        for _, cells in table.rows(choice.texts, beside):
            row = dict(zip((*choice.texts, *beside), cells, strict=True))
            yield Row(_text(cells[: len(choice.texts)]), {name: row[name] for name in order}, label)
    else:
        deque(table.rows([]), maxlen=0)
    table.damage.settle()


def decode_entities(text: str) -> str:
    """The text with the letters that HTML entities stand for.

    >>> decode_entities("Caf&eacute; &amp; bar, a&b; &copy")
    'Café & bar, a&b; &copy'
    """
    return ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _labelled(table: Table, choice: Choice) -> Iterator[tuple[int, str, str]]:
    for line, cells in table.rows([*choice.texts, choice.label or ""]):
        yield line, _text(cells[:-1]), cells[-1] or ""


def _text(cells: Sequence[str | None]) -> str:
    return decode_entities("\n".join(cell for cell in cells if cell))


@contextmanager
def _files(data: str) -> Iterator[list[Path]]:
    """The files that a value of `--data` means; standard input is kept in a file meanwhile."""
    if data == STANDARD_INPUT:
        with tempfile.NamedTemporaryFile() as kept:
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.flush()
            yield [Path(kept.name)]
        return
    yield _matching(data) or [Path(data)]


def _matching(pattern: str) -> list[Path]:
    """The files that a pattern means, in the order of their names; none where it is none, or the name of a file."""
    with suppress(OSError, ValueError):  # longer than a path may be, or with a NUL
        if glob.has_magic(pattern) and not Path(pattern).exists():
            found = glob.glob(pattern, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute pattern
            return [Path(name) for name in sorted(found)]
    return []


def _name(data: str) -> str:
    return "standard input" if data == STANDARD_INPUT else stem_of(Path(data))


def _source(data: str, tables: Sequence[Table], choice: Choice, unlabelled: int) -> str:
    """What was read and how it was understood, in one line."""
    files = "standard input" if data == STANDARD_INPUT else shown(Path(Path(data).name))
    several = f", {len(tables)} files" if len(tables) > 1 else ""
    forms = "; ".join(dict.fromkeys(table.form for table in tables))
    columns = " and ".join(map(repr, choice.texts))
    guessed = ", guessed" if choice.guessed else ""
    more = f"; {unlabelled:,} further texts have no label" if unlabelled else ""
    plural = "s" if len(choice.texts) > 1 else ""
    return printable(
        f"{files}{several} ({forms}): column{plural} {columns} labeled by column {choice.label!r}{guessed}{more}"
    )
