"""Texts that need not fit in memory: one behind the other in a file, of which only where they end is held.

They are read, not mapped: the pages of a mapped file count as memory of the process that looks at them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, overload

import numpy as np

from data.files import whole

IN_MEMORY = 32_000_000  # characters; texts of more are put into a file
AT_ONCE = 512  # texts written or read in one go
HALVES = "surrogatepass"  # any file can hold half of a surrogate pair


class OpenFile:
    """A file that is closed when nobody holds it any longer."""

    def __init__(self, file: BinaryIO):
        self.file = file

    def __del__(self) -> None:
        self.file.close()


class StoredTexts(Sequence[str]):
    """Texts in a file, or some of them in any order: four bytes of memory each, and eight for each in the file.

    Args:
        opened: the file with the texts, in UTF-8.
        bounds: where each text begins, and the last one ends, `int64` array of shape `(texts in the file + 1,)`.
        places: which of them these are, integer array of shape `(n,)`; all by default.
    """

    def __init__(self, opened: OpenFile, bounds: np.ndarray, places: np.ndarray | None = None):
        self._opened, self._bounds = opened, bounds
        smallest = np.int32 if len(bounds) < 2**31 else np.int64
        self._places = np.arange(len(bounds) - 1, dtype=smallest) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return self._read(self._places[at])
        place = self._places[at]
        return self._bytes(int(self._bounds[place]), int(self._bounds[place + 1])).decode("utf-8", HALVES)

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), AT_ONCE):
            yield from self[start : start + AT_ONCE]

    def take(self, positions: np.ndarray) -> StoredTexts:
        """The texts at `positions`, in that order; nothing is read."""
        return StoredTexts(self._opened, self._bounds, self._places[positions])

    def _read(self, places: np.ndarray) -> list[str]:
        starts, ends = self._bounds[places].tolist(), self._bounds[places + 1].tolist()
        if len(places) and np.all(np.diff(places) == 1):
            first = starts[0]
            block = self._bytes(first, ends[-1])
            found = (block[start - first : end - first] for start, end in zip(starts, ends, strict=True))
        else:
            found = (self._bytes(start, end) for start, end in zip(starts, ends, strict=True))
        return [text.decode("utf-8", HALVES) for text in found]

    def _bytes(self, start: int, end: int) -> bytes:
        self._opened.file.seek(start)  # os.pread would do with one call, and Windows lacks it
        return self._opened.file.read(end - start)


class GrowingTexts:
    """Texts as they come: in memory, and from a size on in a file that is gone when nobody reads it any longer.

    Args:
        folder: gets the file; `None` keeps all in memory.
        most: characters that are held in memory.
    """

    def __init__(self, folder: Path | None, most: int = IN_MEMORY):
        self.folder, self.most = folder, most
        self._texts: list[str] = []
        self._characters = self._counted = 0  # of so many texts
        self._opened: OpenFile | None = None
        self._lengths: list[np.ndarray] = []

    def append(self, text: str) -> None:
        """Takes one more text."""
        self._texts.append(text)
        if len(self._texts) - self._counted >= AT_ONCE:
            self._look()

    def finish(self) -> list[str] | StoredTexts:
        """All texts."""
        self._look()
        if self._opened is None:
            return self._texts
        self._opened.file.flush()
        return StoredTexts(self._opened, _bounds(self._lengths))

    def _look(self) -> None:
        """Puts the texts that are held into the file where they are too many."""
        self._characters += sum(map(len, self._texts[self._counted :]))
        self._counted = len(self._texts)
        if self.folder is not None and self._characters > self.most:
            self._write(self.folder)
            self._counted = 0

    def _write(self, folder: Path) -> None:
        if self._opened is None:
            folder.mkdir(parents=True, exist_ok=True)
            self._opened = OpenFile(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115  # its readers keep it open
        self._lengths.append(_write(self._texts, self._opened.file))
        self._texts.clear()


def take_texts(texts: Sequence[str], positions: np.ndarray) -> Sequence[str]:
    """The texts at `positions`, in that order: stored ones stay where they are."""
    return texts.take(positions) if isinstance(texts, StoredTexts) else [texts[at] for at in positions]


def save_texts(texts: Iterable[str], path: Path) -> None:
    """Writes texts to `path`, and beside it where each ends."""
    lengths = []
    iterator = iter(texts)
    with whole(path) as aside, aside.open("wb") as file:
        while chunk := list(islice(iterator, AT_ONCE)):
            lengths.append(_write(chunk, file))
    with whole(_bounds_path(path)) as aside:
        np.save(aside, _bounds(lengths))


def open_texts(path: Path) -> StoredTexts:
    """What `save_texts` wrote."""
    return StoredTexts(OpenFile(path.open("rb")), np.load(_bounds_path(path), allow_pickle=False))


def _bounds_path(path: Path) -> Path:
    return path.with_suffix(".bounds.npy")


def _write(texts: Iterable[str], file: BinaryIO) -> np.ndarray:
    """Adds texts to a file; their lengths in bytes."""
    encoded = [text.encode("utf-8", HALVES) for text in texts]
    file.write(b"".join(encoded))
    return np.array([len(text) for text in encoded], np.int64)


def _bounds(lengths: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros(1, np.int64), *lengths]).cumsum()
