"""Texts that networks may learn words from without a label: never one that validation or test has too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from data.cleaning import Cleaner
from data.corpus import Corpus
from data.splits.near_duplicates import KnownTexts
from data.splits.parts import Part, digest, digests
from data.splits.withheld import may_be_learned_from
from data.words.cutting import RIGHT

HELD_OUT = ("validation", "test")


@dataclass(frozen=True)
class Unlabelled:
    """Texts of no split, n of them, and perhaps more of which only words are learned.

    Attributes:
        texts: as they came.
        cleaned: as the small models read them.
        further: other texts, cleaned, that no model answers.
    """

    texts: Sequence[str]
    cleaned: Sequence[str]
    further: Sequence[str] = field(default_factory=list)

    @property
    def words_learned_from(self) -> list[str]:
        """All of them, cleaned."""
        return [*self.cleaned, *self.further]


def choose_unlabelled(
    corpus: Corpus,
    drawn: Mapping[str, Part],
    most: int,
    undrawn: bool,
    seed: int,
    cleaner: Cleaner,
    length: int,
    near: float = 0,
    further: int = 0,
    side: str = RIGHT,
) -> tuple[Unlabelled, dict[str, int]]:
    """Draws texts of which at least one word is left once cleaned, each different from every text of every split.

    Two texts are the same where the `length` words that are read of them are, as for the splits. The texts of
    validation and test count as they were drawn, those included that were then taken out as repetitions. Where the data
    says of its splits, texts of the side of validation or test are no candidates (`data.splits.withheld`).

    Args:
        corpus: its `unlabelled` texts are candidates.
        drawn: the parts as they were drawn.
        most: how many to take.
        undrawn: whether the labelled texts in none of the parts are candidates too, without their labels.
        seed: of the draw.
        cleaner: as for the parts.
        length: words of a text that the models are given.
        near: least similarity of near-duplicates, see `data.splits.near_duplicates`; 0 takes them too.
        further: how many more to take, for their words alone.
        side: on which longer texts are cut.

    Returns:
        The texts, and for the data card how many candidates there were, how many of them were looked at and passed
        over for which reason, how many were taken, and how many further ones.
    """
    used = np.concatenate([part.index for part in drawn.values()])
    labelled, unlabelled = map(np.flatnonzero, may_be_learned_from(corpus, drawn))
    others = np.setdiff1d(labelled, used) if undrawn else np.array([], dtype=np.int64)
    candidates = len(unlabelled) + len(others)
    counts = {"candidates": candidates, "empty": 0, "in_validation_or_test": 0, "near": 0, "repeated": 0}
    if not candidates or not most + further:
        return Unlabelled([], []), counts | {"taken": 0, "further": 0}
    order = np.random.default_rng(seed).permutation(candidates)
    held_out = np.unique(np.concatenate([digests(drawn[name].cleaned, length, side) for name in HELD_OUT]))
    learned = np.unique(digests(drawn["train"].cleaned, length, side))
    taken: set[bytes] = set()
    nearly = KnownTexts((text for name in HELD_OUT for text in drawn[name].cleaned if text), near) if near else None
    texts: list[str] = []
    kept: list[str] = []
    for text in _texts(corpus, others, unlabelled, order):
        if len(kept) == most + further:
            break
        cleaned = cleaner.clean(text)
        key = digest(cleaned, length, side)
        reason = "" if cleaned else "empty"
        reason = reason or ("in_validation_or_test" if _holds(held_out, key) else "")
        reason = reason or ("repeated" if key in taken or _holds(learned, key) else "")
        if not reason and nearly and nearly.nearest(cleaned):
            reason = "near"
        if reason:
            counts[reason] += 1
            continue
        taken.add(key)
        texts.append(text)
        kept.append(cleaned)
    found = Unlabelled(texts[:most], kept[:most], kept[most:])
    return found, counts | {"taken": len(found.cleaned), "further": len(found.further)}


def _texts(corpus: Corpus, others: np.ndarray, unlabelled: np.ndarray, order: np.ndarray) -> Iterator[str]:
    for at in order:
        given = at - len(others)
        yield corpus.unlabelled[unlabelled[given]] if given >= 0 else corpus.texts[others[at]]


def _holds(keys: np.ndarray, key: bytes) -> bool:
    """Whether a digest is among those that are sorted."""
    wanted = np.frombuffer(key, keys.dtype)
    at = int(np.searchsorted(keys, wanted)[0])
    return at < len(keys) and bool(keys[at] == wanted[0])
