"""The texts of one split, raw and cleaned, and what of them the models tell apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.cleaning import Cleaner
from data.corpus import PARTS, Corpus
from data.parallel import stream_texts
from data.splits import leakage
from data.splits.drawing import Split
from data.stored.storage import HELD, Storage
from data.stored.texts import HALVES, take_texts
from data.words.cutting import RIGHT, cut

DIGEST = np.dtype("S16")


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
    texts: Sequence[str]
    cleaned: Sequence[str]
    labels: np.ndarray
    groups: list[str] | None

    def take(self, positions: np.ndarray) -> Part:
        """The texts at `positions`."""
        if len(positions) == len(self.labels) and np.array_equal(positions, np.arange(len(positions))):
            return self  # which spares the memory that millions of places take
        return Part(
            self.index[positions],
            take_texts(self.texts, positions),
            take_texts(self.cleaned, positions),
            self.labels[positions],
            None if self.groups is None else [self.groups[at] for at in positions],
        )

    def without_empty(self) -> Part:
        """The texts of which cleaning leaves something."""
        return self.take(np.array([at for at, text in enumerate(self.cleaned) if text], dtype=np.int64))


def clean_parts(corpus: Corpus, drawn: Split, cleaner: Cleaner, storage: Storage = HELD) -> dict[str, Part]:
    """The texts of a split, by part, and cleaned; those that clean to nothing are still there.

    Args:
        corpus: what was split.
        drawn: how.
        cleaner: makes words of texts.
        storage: what becomes of more texts than the memory should hold; by default all are held.
    """
    indices = {name: getattr(drawn, name) for name in PARTS}
    everything = take_texts(corpus.texts, np.concatenate(list(indices.values())))
    growing = storage.growing_texts()
    for text in stream_texts(cleaner.clean, everything):
        growing.append(text)
    cleaned, end, parts = growing.finish(), 0, {}
    for name, places in indices.items():
        start, end = end, end + len(places)
        chosen = corpus.take(places)
        own = take_texts(cleaned, np.arange(start, end))
        parts[name] = Part(places, chosen.texts, own, chosen.labels, chosen.groups)
    return parts


def models_view(parts: Mapping[str, Part], sequence_length: int, side: str = RIGHT) -> dict[str, np.ndarray]:
    """By part, a digest of what `data.words.cutting.cut` leaves of each text: what the small models are given."""
    return {name: digests(part.cleaned, sequence_length, side) for name, part in parts.items()}


def digests(cleaned: Iterable[str], count: int, side: str = RIGHT) -> np.ndarray:
    """A digest of what `data.words.cutting.cut` leaves of each cleaned text, an array of n times 16 bytes.

    Two texts have the same one where these words are the same: by chance, two of three million different ones do so
    once in 10^25 times.
    """
    found = bytearray()
    for text in cleaned:
        found += digest(text, count, side)
    return np.frombuffer(found, DIGEST)


def digest(cleaned: str, count: int, side: str = RIGHT) -> bytes:
    """A digest of what `data.words.cutting.cut` leaves of a cleaned text, 16 bytes."""
    return hashlib.blake2b(cut(cleaned, count, side).encode("utf-8", HALVES), digest_size=DIGEST.itemsize).digest()


def separate(parts: Mapping[str, Part], keys: Mapping[str, leakage.Keys]) -> dict[str, Part]:
    """The parts without the texts whose key, such as the words that are read, a text in an earlier part has too."""
    kept = leakage.separate(keys)
    return {name: part.take(kept[name]) for name, part in parts.items()}
