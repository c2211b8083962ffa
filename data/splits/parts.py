"""The texts of one split, raw and cleaned, and what of them the models tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from data.cleaning import Cleaner
from data.corpus import Corpus
from data.parallel import map_texts
from data.splits import leakage


@dataclass(frozen=True)
class Part:
    """One split, n texts of it.

    Attributes:
        index: integer array of shape `(n,)`, where the texts stand in the corpus.
        texts: as they came.
        cleaned: as the small models read them.
        labels: integer array of shape `(n,)`.
        groups: newsgroup or phenomenon of each text, or `None`.
    """

    index: np.ndarray
    texts: list[str]
    cleaned: list[str]
    labels: np.ndarray
    groups: list[str] | None

    def take(self, positions: np.ndarray) -> Part:
        """The texts at `positions`."""
        return Part(
            self.index[positions],
            [self.texts[at] for at in positions],
            [self.cleaned[at] for at in positions],
            self.labels[positions],
            None if self.groups is None else [self.groups[at] for at in positions],
        )

    def without_empty(self) -> Part:
        """The texts of which cleaning leaves something."""
        return self.take(np.array([at for at, text in enumerate(self.cleaned) if text], dtype=np.int64))


def clean_parts(corpus: Corpus, indices: Mapping[str, np.ndarray], cleaner: Cleaner) -> dict[str, Part]:
    """The texts of `corpus` at `indices`, by part, and cleaned."""
    chosen = {name: corpus.take(places) for name, places in indices.items()}
    cleaned = iter(map_texts(cleaner.clean, [text for part in chosen.values() for text in part.texts]))
    return {
        name: Part(places, part.texts, list(islice(cleaned, len(part.texts))), part.labels, part.groups)
        for (name, part), places in zip(chosen.items(), indices.values(), strict=True)
    }


def models_view(parts: Mapping[str, Part], sequence_length: int) -> dict[str, list[str]]:
    """By part, the first `sequence_length` cleaned words of each text: what the small models are given of it."""
    return {name: [first_words(text, sequence_length) for text in part.cleaned] for name, part in parts.items()}


def first_words(cleaned: str, count: int) -> str:
    """The first `count` words of a cleaned text.

    >>> first_words("good film all over", 2)
    'good film'
    """
    return " ".join(cleaned.split(" ", count)[:count])


def separate(parts: Mapping[str, Part], keys: Mapping[str, Sequence[str]]) -> dict[str, Part]:
    """The parts without the texts whose key, such as its first words, is also that of a text in an earlier part."""
    kept = leakage.separate(keys)
    return {name: part.take(kept[name]) for name, part in parts.items()}
