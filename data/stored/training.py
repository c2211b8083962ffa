"""The training texts of a split that are too many to be held in memory: as words read, as labels, as token ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.files import whole
from data.splits.drawing import draw_order
from data.splits.parts import Part
from data.stored.arrays import StoredRows, save_rows
from data.stored.texts import StoredTexts, open_texts, save_texts

CLEANED, LABELS, INDEX = "training.txt", "training_labels.npy", "training_index.npy"
IDS = "training_ids.npy"


@dataclass(frozen=True)
class StoredTraining:
    """All n training texts of a split; of `texts.jsonl` beside them the training texts are a sample.

    Attributes:
        folder: where their files are.
        labels: integer array of shape `(n,)`.
    """

    folder: Path
    labels: np.ndarray

    @property
    def index(self) -> np.ndarray:
        """Integer array of shape `(n,)`, where they stand in the corpus."""
        return np.load(self.folder / INDEX, allow_pickle=False)

    @property
    def cleaned(self) -> StoredTexts:
        """The texts, cleaned."""
        return open_texts(self.folder / CLEANED)

    def ids(self, folder: Path) -> StoredRows:
        """Their token ids, `int32` of shape `(n, sequence_length)`, in the folder of the arrays that they belong to."""
        return StoredRows(folder / IDS)

    def save_ids(self, blocks: Iterable[np.ndarray], sequence_length: int, folder: Path) -> None:
        """Writes the token ids, `int32` arrays of shape `(some, sequence_length)`."""
        save_rows(folder / IDS, blocks, (len(self.labels), sequence_length), np.dtype(np.int32))


def save_training(train: Part, folder: Path) -> None:
    """Writes what `load_training` reads."""
    save_texts(train.cleaned, folder / CLEANED)
    for name, column in ((INDEX, train.index), (LABELS, train.labels)):
        with whole(folder / name) as aside:
            np.save(aside, column)


def load_training(folder: Path) -> StoredTraining | None:
    """The stored training texts of a split; `None` where all are in `texts.jsonl`."""
    if not (folder / LABELS).exists():
        return None
    return StoredTraining(folder, np.load(folder / LABELS, allow_pickle=False))


def sample_of(part: Part, most: int | None) -> Part:
    """At most so many of the texts of a part, each class in its share, in their order; the same ones every time."""
    if most is None or len(part.labels) <= most:
        return part
    return part.take(np.sort(draw_order(part.labels, seed=0)[:most]))
