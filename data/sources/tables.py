"""The user's own texts: a table, or several, with columns of texts and a column of labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data.corpus import Corpus, DataError
from data.messages import printable, shorten
from data.reading.columns import TEXT, Choice
from data.reading.packing import PACKED
from data.reading.table import BAD_ROWS, SUFFIXES, Reading, is_named_like_a_table, stem_of
from data.reading.text_encoding import AUTO
from data.sources.group_hints import group_hint, shared_hint
from data.sources.labels import Classes, classes_of
from data.sources.source import Data, Source, values_of
from data.sources.table_rows import (
    STANDARD_INPUT,
    Beside,
    Rows,
    is_there,
    listed_files,
    read_rows,
)
from data.stored.storage import HELD, Storage

if TYPE_CHECKING:
    import numpy as np

LONGEST_NAME = 50  # characters of the corpus's name: folders are named after it


def load(
    data: Path | Data,
    text_column: Sequence[str] = (AUTO,),
    label_column: str = AUTO,
    encoding: str = AUTO,
    delimiter: str = AUTO,
    quoting: str = AUTO,
    bad_rows: float = BAD_ROWS,
    test: Path | str | None = None,
    split_column: str | None = None,
    group_column: str | None = None,
    time_column: str | None = None,
    storage: Storage = HELD,
) -> Corpus:
    """The texts and labels of a table; the classes are its labels, see `data.sources.labels`.

    Rows without a label are the unlabelled texts. Rows without text are kept here and dropped, counted, once they have
    been cleaned; rows with neither are passed over.

    Args:
        data: path of the file; or a pattern of several that have the same columns; or `-`, standard input; or a list of
            these.
        text_column: of the texts, several of which are joined; `auto` for the only one that can be meant.
        label_column: of the labels, likewise.
        encoding: see `data.reading.table.Reading`, as for the others.
        delimiter: of a delimited file.
        quoting: of a delimited file.
        bad_rows: largest share of damaged rows that is passed over, and of rows whose time cannot be read.
        test: a further file, whose rows are the test split; at most one of this and the following is given, unless it
            is `group_column`, which then leaves test texts out whose group is learned from.
        split_column: says of each row whether it is for training, validation or test.
        group_column: rows with the same value in it are in the same split.
        time_column: the earliest rows are for training, the latest for test.
        storage: what becomes of more texts than the memory should hold; by default all are held.

    Raises:
        DataError: a file cannot be read, or is damaged; it is not clear which columns are meant, or they hold no
            classes; or the rows cannot be split as is asked.
    """
    import numpy as np  # only once there is something to load: --help asks the sources for no more than their names

    from data.sources import split_columns as splits
    from data.stored.texts import take_texts

    if label_column != AUTO and label_column in (*text_column, *([TEXT] if AUTO in text_column else [])):
        raise DataError(
            f"--text-column and --label-column are both {shorten(label_column)!r}: name two different columns."
        )
    asked = {splits.SPLIT: split_column, splits.GROUP: group_column, splits.TIME: time_column}
    columns = [Beside(flag, column) for flag, column in asked.items() if column is not None]
    flags = [*(column.flag for column in columns), *(["--test"] if test is not None else [])]
    if len(flags) > 1 and flags != [splits.GROUP, "--test"]:
        raise DataError(f"{' and '.join(flags)} each say how the texts are split: name one of them.")
    beside = columns[0] if columns else None
    reading = Reading(encoding, delimiter, quoting, bad_rows)
    asked_for = Choice(tuple(text_column), label_column, False)
    files = values_of(data)
    growing = storage.growing_texts()
    rows = read_rows(files, reading, asked_for, growing, beside, look_for_groups=not beside)
    tested = None
    if test is not None:
        same = Choice(rows.choice.texts, rows.choice.label, False)
        tested = read_rows([str(test)], reading, same, growing, beside, look_for_groups=not beside)
    texts = growing.finish()
    classes = classes_of([*rows.labels, *(tested.labels if tested else [])])
    _refuse_too_few_labels(rows, tested, classes)
    has_label = [label is not None for label in classes.labels]
    how = None
    if beside and tested:
        how = splits.groups_before_test(tested.name, beside.name, rows.beside, tested.beside)
    elif beside:
        how = splits.read_split(beside.flag, beside.name, rows.beside, has_label, bad_rows)
    elif tested:
        how = splits.given_file(tested.name, len(texts), len(tested.labels))
    usable = ~np.isnan(how.values) if how else np.full(len(texts), True)
    has = np.array(has_label)
    labelled = np.flatnonzero(has & usable)
    unlabelled = np.array([at for at in np.flatnonzero(~has & usable).tolist() if texts[at]], dtype=np.int64)
    if not len(labelled):
        raise DataError(f"{rows.name}: no row with a label has a time that can be read: mend them.")
    tables = [*rows.tables, *(tested.tables if tested else [])]
    return Corpus(
        name=printable(shorten(_name(files), LONGEST_NAME)),
        source=printable(_source(files, rows, len(unlabelled)) + _test_source(tested) + _column(beside)),
        texts=take_texts(texts, labelled),
        labels=np.array([classes.labels[at] for at in labelled], dtype=np.int64),
        class_names=classes.names,
        groups=[how.groups[at] for at in labelled] if how and how.groups else None,
        group_kind=printable(beside.name) if beside and how and how.groups else None,
        sentiment=True,
        notes=(
            *(str(table.damage) for table in tables if table.damage.damaged),
            *classes.notes,
            *map(printable, how.notes if how else ()),
            *([hint] if (hint := _group_hint(rows, tested, labelled)) else []),
        ),
        meaning=f"The labels are those of column {printable(repr(rows.choice.label))}; the project gives them no other "
        "meaning.",
        unlabelled=take_texts(texts, unlabelled),
        split_by=how.of(labelled, unlabelled) if how else None,
    )


def is_table(data: str) -> bool:
    """Whether a value of `--data` means a file or several: by suffix or pattern, or as it is there."""
    return is_named_like_a_table(Path(data)) or is_there(data)


SOURCE = Source(
    name=f"a file ({', '.join(SUFFIXES)}, also with {', '.join(PACKED)} behind it)",
    title="your own texts and labels; several files, a pattern in quotes, or - for standard input",
    owns=is_table,
    load=load,
    several=True,
    stores=True,
    settings=(
        *("data", "text_column", "label_column", "encoding", "delimiter", "quoting", "bad_rows"),
        *("test", "split_column", "group_column", "time_column"),
    ),
)


def _refuse_too_few_labels(rows: Rows, tested: Rows | None, classes: Classes) -> None:
    count = len(rows.labels)
    for read, labels in ((rows, classes.labels[:count]), (tested, classes.labels[count:])):
        if read and all(label is None for label in labels):
            raise DataError(
                f"{read.name}: none of {len(read.labels):,} texts has a label in column "
                f"{shorten(read.choice.label)!r}: label some, or name another column with --label-column."
            )
    present = {label for label in classes.labels[:count] if label is not None}
    if len(present) == 1:
        labelled = sum(label is not None for label in classes.labels[:count])
        raise DataError(
            f"{rows.name}: all {labelled:,} texts have the label {shorten(classes.names[present.pop()])!r} and a "
            "classifier needs two: add texts of another class, or name another column with --label-column."
        )


def _group_hint(rows: Rows, tested: Rows | None, labelled: np.ndarray) -> str | None:
    if tested and (hint := shared_hint(rows.groups, tested.groups, Path(tested.name).name)):
        return hint
    return group_hint(rows.groups, labelled[labelled < len(rows.labels)])


def _name(files: Sequence[str]) -> str:
    return "+".join("standard input" if file == STANDARD_INPUT else stem_of(Path(file)) for file in files)


def _source(files: Sequence[str], rows: Rows, unlabelled: int) -> str:
    """What was read and how it was understood, in one line."""
    several = f", {len(rows.tables)} files" if len(rows.tables) > 1 else ""
    columns = " and ".join(map(repr, rows.choice.texts))
    guessed = ", guessed" if rows.choice.guessed else ""
    more = f"; {unlabelled:,} further texts have no label" if unlabelled else ""
    plural = "s" if len(rows.choice.texts) > 1 else ""
    return (
        f"{listed_files(files)}{several} ({_forms(rows)}): column{plural} {columns} labeled by column "
        f"{rows.choice.label!r}{guessed}{more}"
    )


def _forms(rows: Rows) -> str:
    return "; ".join(dict.fromkeys(table.form for table in rows.tables))


def _test_source(tested: Rows | None) -> str:
    return f"; test split: {Path(tested.name).name} ({_forms(tested)})" if tested else ""


def _column(beside: Beside | None) -> str:
    return f"; split by column {beside.name!r}" if beside else ""
