"""What every data source returns, and the errors it may raise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from data.messages import printable

if TYPE_CHECKING:
    import numpy as np

PARTS = ("train", "validation", "test")


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


class SplitKind(StrEnum):
    """How a user's own data says which split a text is in."""

    PREDEFINED = "predefined"
    GROUPED = "grouped"
    CHRONOLOGICAL = "chronological"
    GROUPED_BEFORE_TEST = "grouped before test"  # by groups, but for a test split of its own, whose groups are others


@dataclass(frozen=True)
class SplitBy:
    """What a user's own data says of the splits of n texts with a label and u without.

    Attributes:
        kind: how it is said, which decides what `values` are.
        named: the flag and what it names, for messages, such as `--group-column author`.
        rule: in words, for the data card.
        values: numeric array of shape `(n,)`: of a predefined split the index into `PARTS`, of a grouped one the number
            of the group, which is below 0 for texts of a test split of its own, of a chronological one the time.
        unlabelled: likewise, of shape `(u,)`.
    """

    kind: SplitKind
    named: str
    rule: str
    values: np.ndarray
    unlabelled: np.ndarray

    @property
    def allows_folds(self) -> bool:
        """Whether cross-validation can keep to it."""
        return self.kind is SplitKind.GROUPED

    @property
    def is_test(self) -> np.ndarray:
        """Which texts are given as test texts: a boolean array of shape `(n,)`."""
        if self.kind is SplitKind.PREDEFINED:
            return self.values == PARTS.index("test")
        return (self.values < 0) & (self.kind is SplitKind.GROUPED_BEFORE_TEST)


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
        split_by: what the data says of its splits, or `None` where they are drawn.
        cleaned_as_published: whether what is published of it holds for English words of the letters a-z alone.
    """

    name: str
    source: str
    texts: Sequence[str]
    labels: np.ndarray
    class_names: tuple[str, ...]
    groups: list[str] | None = None
    is_test: np.ndarray | None = None
    sentiment: bool = False
    notes: tuple[str, ...] = ()
    meaning: str = "The labels are those of the source; the project gives them no other meaning."
    group_kind: str | None = None
    published: tuple[Published, ...] = ()
    source_name: str | list[str] = ""
    unlabelled: Sequence[str] = ()
    split_by: SplitBy | None = None
    cleaned_as_published: bool = False

    def __post_init__(self) -> None:
        """Refuses what no classifier can be trained on.

        Raises:
            DataError: fewer than two classes, or columns of different lengths.
        """
        splits = None if self.split_by is None else self.split_by.values
        columns = {"labels": self.labels, "groups": self.groups, "is_test": self.is_test, "splits": splits}
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
        from data.stored.texts import take_texts  # only once there is a corpus: --help needs no more than names

        return replace(
            self,
            texts=take_texts(self.texts, indices),
            labels=self.labels[indices],
            groups=None if self.groups is None else [self.groups[index] for index in indices],
            is_test=None if self.is_test is None else self.is_test[indices],
            split_by=None if self.split_by is None else replace(self.split_by, values=self.split_by.values[indices]),
        )

    @property
    def is_held_out(self) -> np.ndarray:
        """Which texts are in the test split whatever is drawn: a boolean array of shape `(n,)`."""
        import numpy as np  # only once there is a corpus: --help needs no more than the names here

        return np.full(len(self.labels), False) if self.split_by is None else self.split_by.is_test

    def with_unlabelled(self, texts: Sequence[str]) -> Corpus:
        """The corpus with other texts without a label, all of which may be learned from."""
        import numpy as np

        learned_from = {SplitKind.PREDEFINED: 0, SplitKind.GROUPED: -1, SplitKind.CHRONOLOGICAL: -np.inf}
        learned_from[SplitKind.GROUPED_BEFORE_TEST] = np.inf
        by = self.split_by and replace(
            self.split_by, unlabelled=np.full(len(texts), learned_from[self.split_by.kind], np.float64)
        )
        return replace(self, unlabelled=texts, split_by=by)
