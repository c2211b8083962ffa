"""Texts that are nearly the same as one of another split: quotes, reposts, new versions of a page.

Candidates come from MinHash (Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900) with bands; whether two texts are
near-duplicates is then decided by the exact Jaccard index of their runs of three words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from data.messages import shorten
from data.splits.parts import Part

RUN = 3  # words
# Four values a band: of pairs at 0.8 one in ten million is missed, at 0.5 one in eight.
PERMUTATIONS, BANDS, SEED = 128, 32, 1
EXAMPLES, SHOWN = 3, 200  # characters of a text on the data card


@dataclass(frozen=True)
class Near:
    """A text that is nearly one of the known ones.

    Attributes:
        at: position of the known text.
        similarity: Jaccard index of the two, 0 to 1.
    """

    at: int
    similarity: float


def runs(cleaned: str) -> frozenset[str]:
    """The runs of three words of a cleaned text; a shorter one is a run of its own.

    >>> sorted(runs("good film all over")), sorted(runs("good"))
    (['film all over', 'good film all'], ['good'])
    """
    words = cleaned.split(" ")
    return frozenset(" ".join(words[at : at + RUN]) for at in range(max(len(words) - RUN + 1, 1)))


class KnownTexts:
    """Cleaned texts among which near-duplicates are looked for, in time that does not grow with their number.

    Args:
        texts: cleaned.
        threshold: least Jaccard index of near-duplicates, above 0 and at most 1; 0.5 or more to find nearly all.
    """

    def __init__(self, texts: Iterable[str], threshold: float):
        from rensa import RMinHashLSH

        self.threshold = threshold
        self._runs: list[frozenset[str]] = []
        self._index = RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=BANDS)
        self.add(texts)

    def add(self, texts: Iterable[str]) -> None:
        """Takes further texts in, behind those that are known."""
        for text in texts:
            found = runs(text)
            self._index.insert(len(self._runs), _sketch(found))
            self._runs.append(found)

    def nearest(self, cleaned: str) -> Near | None:
        """The known text that is nearest to a cleaned one, if it is near enough."""
        found = runs(cleaned)
        best: Near | None = None
        for at in sorted(self._index.query(_sketch(found))):
            known = self._runs[at]
            shared = len(found & known)
            similarity = shared / (len(found) + len(known) - shared)
            if similarity >= self.threshold and (best is None or similarity > best.similarity):
                best = Near(at, similarity)
        return best


def without_near_duplicates(parts: Mapping[str, Part], threshold: float) -> tuple[dict[str, Part], dict]:
    """The parts without the texts that are nearly one of an earlier part, and what the data card says of these.

    Training stays whole, validation loses what is nearly in training, test what is nearly in either.

    Args:
        parts: by name, in the order of `data.splits.split.PARTS`.
        threshold: see `KnownTexts`; 0 to leave the parts as they are.
    """
    kept, removed = dict(parts), dict.fromkeys(parts, 0)
    examples: list[tuple[float, dict]] = []
    known, texts = KnownTexts((), threshold), list[str]()
    for name, part in parts.items() if threshold else ():
        found = {}
        if texts:  # training, the first, stays whole
            found = {at: near for at, text in enumerate(part.cleaned) if (near := known.nearest(text))}
        kept[name] = part.take(np.setdiff1d(np.arange(len(part.texts)), list(found)))
        known.add(kept[name].cleaned)
        texts += kept[name].texts
        removed[name] = len(found)
        examples += [
            (
                near.similarity,
                {
                    "part": name,
                    "similarity": near.similarity,
                    "text": shorten(part.texts[at], SHOWN),
                    "earlier": shorten(texts[near.at], SHOWN),
                },
            )
            for at, near in found.items()
        ]
    examples.sort(key=lambda example: -example[0])
    card = {"threshold": threshold, "removed": removed, "examples": [shown for _, shown in examples[:EXAMPLES]]}
    return kept, card


def _sketch(found: frozenset[str]):
    from rensa import RMinHash

    sketch = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    sketch.update(sorted(found))
    return sketch
