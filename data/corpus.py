"""What every data source returns, and the errors it may raise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.messages import printable

if TYPE_CHECKING:
    import numpy as np


class DataError(Exception):
    """The data cannot be used; the message is one sentence that says why and what to do, on one line."""

    def __init__(self, sentence: str):
        super().__init__(printable(sentence))


class SourceUnavailable(DataError):
    """The texts are not on this machine and cannot be fetched now; another source may stand in."""


@dataclass(frozen=True)
class Published:
    """A figure that others published on a corpus.

    Attributes:
        model: name of the architecture, as in the catalog of models.
        accuracy: share of their test texts that it got right.
        source: who published it and on what split, in words.
        sequence_length: words of a text that it read.
        vocabulary_size: words that it knew.
    """

    model: str
    accuracy: float
    source: str
    sequence_length: int
    vocabulary_size: int


@dataclass(frozen=True)
class Corpus:
    """Labeled texts, where they came from, and what is known of them.

    Attributes:
        name: short name for folders and table captions, such as `20newsgroups`.
        source: where the texts came from, in words, for the data card.
        texts: the raw texts, n of them.
        labels: integer array of shape `(n,)`, indices into `class_names`.
        class_names: names of the classes; with two of them the second is the positive one.
        groups: what each text belongs to, n of them, or `None`. Accuracy is reported per group.
        is_test: boolean array of shape `(n,)` with the published test split, or `None` where
            the source has none.
        sentiment: whether the labels say how the writer feels, or may do so; negations are then kept.
        notes: what a reader must know beside every number measured on this corpus.
        meaning: what the labels mean, in whole sentences.
        group_kind: what one of `groups` is called, such as `newsgroup`, or `None` without groups.
        published: what others measured on these texts and classes.
        source_name: what `--data` must be to get this corpus again.
        unlabelled: further texts, which have no label.
        cleaned_as_published: whether what is published of it holds for English words of the letters a-z alone.
    """

    name: str
    source: str
    texts: list[str]
    labels: np.ndarray
    class_names: tuple[str, ...]
    groups: list[str] | None = None
    is_test: np.ndarray | None = None
    sentiment: bool = False
    notes: tuple[str, ...] = ()
    meaning: str = "The labels are those of the source; the project gives them no other meaning."
    group_kind: str | None = None
    published: tuple[Published, ...] = ()
    source_name: str = ""
    unlabelled: tuple[str, ...] = ()
    cleaned_as_published: bool = False

    def __post_init__(self) -> None:
        """Refuses what no classifier can be trained on.

        Raises:
            DataError: fewer than two classes, or columns of different lengths.
        """
        columns = {"labels": self.labels, "groups": self.groups, "is_test": self.is_test}
        for name, column in columns.items():
            if column is not None and len(column) != len(self.texts):
                raise DataError(f"{len(self.texts)} texts but {len(column)} {name}: each text needs one of them.")
        present = len(set(self.labels.tolist()))
        if present < 2:
            raise DataError(
                f"{self.name} has {present} class{'es' if present == 0 else ''} among its {len(self.texts):,} texts: "
                "a classifier needs texts of at least two."
            )

    def take(self, indices: np.ndarray) -> Corpus:
        """The corpus of the texts at `indices`, an integer array of shape `(m,)`, in that order."""
        return replace(
            self,
            texts=[self.texts[index] for index in indices],
            labels=self.labels[indices],
            groups=None if self.groups is None else [self.groups[index] for index in indices],
            is_test=None if self.is_test is None else self.is_test[indices],
        )
