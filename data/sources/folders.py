"""The user's own texts in folders: one folder a class, one file a text: aclImdb, and what `load_files` of
scikit-learn reads.

Above the classes there may be `train/` and `test/`, which are then the published split; `unsup/` beside the classes
holds texts without a label.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from data.corpus import Corpus, DataError
from data.messages import printable, shorten
from data.reading.packing import open_bytes, shown
from data.reading.table import is_named_like_a_table
from data.reading.text_encoding import AUTO, SAMPLE, check_encoding, decode, guess_encoding
from data.reading.text_files import LONGEST_LINE
from data.sources.labels import classes_of
from data.sources.source import Source
from data.sources.table_rows import decode_entities
from data.sources.tables import LONGEST_NAME
from data.stored.storage import HELD, Storage

# Names of folders above the classes. What is for validation is drawn anew, for each seed, from all that is no test.
TRAIN, TEST = ("train", "training", "val", "valid", "validation", "dev"), ("test", "testing")
UNLABELLED = ("unsup", "unlabelled", "unlabeled", "unsupervised")


def load(data: Path | str, encoding: str = AUTO, storage: Storage = HELD) -> Corpus:
    """The texts of a folder of folders; the classes are called as these are.

    Args:
        data: path of the folder.
        encoding: of the files; `auto` is UTF-8 for each that is, and the best guess of all others together.
        storage: what becomes of more texts than the memory should hold; by default all are held.

    Raises:
        DataError: there are no folders with texts, a file is no text, or there are fewer than two classes.
    """
    import numpy as np  # only once there is something to load: --help asks the sources for no more than their names

    from data.stored.texts import take_texts

    root = Path(data)
    encoding = check_encoding(encoding)
    growing = storage.growing_texts()
    labels: list[str | None] = []
    is_test: list[bool] = []
    others: dict[int, Path] = {}  # files that are not UTF-8, by the place of their texts
    for folder, test in _class_folders(root):
        label = None if folder.name.casefold() in UNLABELLED else folder.name
        for path in _files(folder):
            if is_named_like_a_table(path):
                raise DataError(f"{shown(path)} is a table: name it with --data, or several as '*{path.suffix}'.")
            content = _read(path)
            text = decode(content, encoding)
            if text is None:
                others[len(labels)] = path
            elif "\0" in text:
                raise DataError(f"{shown(path)} is no text: remove it.")
            growing.append(decode_entities(text or ""))
            labels.append(label)
            is_test.append(test)
    if not labels:
        raise DataError(
            f"{shown(root)} holds no folders of texts: make one folder a class and one file a text, or name a table."
        )
    texts: Sequence[str] = growing.finish()
    guessed = ""
    if others:
        texts, guessed = _decode_others(texts, others, encoding, storage)
    classes = classes_of(labels)
    labelled = [at for at, label in enumerate(classes.labels) if label is not None]
    if len(classes.names) < 2:
        names = f"the class {shorten(classes.names[0])!r}" if classes.names else "none"
        raise DataError(
            f"{shown(root)}: of folders with texts there is {names}, and a classifier needs two: make one a class."
        )
    without = np.array([at for at, label in enumerate(classes.labels) if label is None], dtype=np.int64)
    tests = np.array([is_test[at] for at in labelled])
    split = f", {int(tests.sum()):,} of them in its test folder" if tests.any() else ""
    more = f"; {len(without):,} further texts have no label" if len(without) else ""
    return Corpus(
        name=printable(shorten(root.resolve().name, LONGEST_NAME)),
        source=printable(f"{shown(Path(root.resolve().name))} (folders{guessed}): one folder a class{split}{more}"),
        texts=take_texts(texts, np.array(labelled)),
        labels=np.array([classes.labels[at] for at in labelled], dtype=np.int64),
        class_names=classes.names,
        is_test=tests if tests.any() and not tests.all() else None,
        sentiment=True,
        notes=classes.notes,
        meaning="The labels are the names of the folders; the project gives them no other meaning.",
        unlabelled=take_texts(texts, without),
    )


def is_folder(data: str) -> bool:
    """Whether a value of `--data` is a folder that is there."""
    with suppress(OSError, ValueError):  # longer than a path may be, or with a NUL
        return Path(data).is_dir()
    return False


SOURCE = Source(
    name="a folder",
    title="your own texts, one folder a class, train/ and test/ above it if there are, unsup/ without labels",
    owns=is_folder,
    load=load,
    settings=("data", "encoding"),
    stores=True,
)


def _class_folders(root: Path) -> Iterator[tuple[Path, bool]]:
    """The folders of texts, and whether each is of the test split."""
    below = _folders(root)
    parts = [folder for folder in below if folder.name.casefold() in (*TRAIN, *TEST) and _folders(folder)]
    if not parts:
        yield from ((folder, False) for folder in below)
        return
    for part in sorted(parts, key=lambda part: part.name.casefold() in TEST):
        yield from ((folder, part.name.casefold() in TEST) for folder in _folders(part))
    yield from ((folder, False) for folder in below if folder.name.casefold() in UNLABELLED)


def _folders(folder: Path) -> list[Path]:
    return [path for path in _listed(folder) if path.is_dir()]


def _files(folder: Path) -> list[Path]:
    return [path for path in _listed(folder) if path.is_file()]


def _listed(folder: Path) -> list[Path]:
    """What is in a folder and not hidden, in the order of its names."""
    try:
        return sorted(Path(entry) for entry in os.scandir(folder) if not entry.name.startswith("."))
    except OSError as error:
        raise DataError(f"{shown(folder)} could not be read: {error.strerror}; check that you may read it.") from error


def _read(path: Path) -> bytes:
    with open_bytes(path) as file:
        content = file.read(LONGEST_LINE + 1)
    if len(content) > LONGEST_LINE:
        raise DataError(f"{shown(path)} is longer than {LONGEST_LINE:,} bytes: break it up, or remove it.")
    return content


def _decode_others(
    texts: Sequence[str], others: dict[int, Path], encoding: str, storage: Storage
) -> tuple[Sequence[str], str]:
    """All texts, with those of files that are not UTF-8; and what encoding these were taken for, in words."""
    path = next(iter(others.values()))
    if encoding != AUTO:
        raise DataError(f"{shown(path)} is not {encoding}: save it so, or name its encoding with --encoding.")
    sample = b""
    for other in others.values():
        sample = (sample + _read(other))[:SAMPLE]
        if len(sample) == SAMPLE:
            break
    found = guess_encoding(path, sample)
    growing = storage.growing_texts()
    for at, text in enumerate(texts):
        growing.append(decode_entities(_read(others[at]).decode(found, "replace")) if at in others else text)
    return growing.finish(), f", {len(others):,} files in {found}, guessed"
