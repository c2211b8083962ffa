"""Texts that a Python program handed over, as the process that trains finds them in its run folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from data.corpus import PARTS, Corpus, SplitBy, SplitKind
from data.files import read_json, write_json

FILE = "handed_over.json"
NAMED = "fit(X, y)"
# A run scores its models on test texts; whoever fits an estimator has other ones for that. These two stand for them,
# and nothing that is kept of the run depends on them.
STAND_INS = ("standinfirst", "standinsecond")


@dataclass(frozen=True)
class HandedOver:
    """What `fit` was given.

    Attributes:
        class_names: of the classes, in their order.
        texts: n texts to learn from or to validate on.
        labels: of these, indices into `class_names`.
        validating: how many of them, the last ones, are to validate on; 0 where a fifth of all is drawn.
        weights: what each of them weighs, `None` where all weigh the same.
        unlabelled: further texts, without a label.
    """

    class_names: list[str]
    texts: list[str]
    labels: list[int]
    validating: int
    weights: list[float] | None
    unlabelled: list[str]

    def save(self, folder: Path) -> None:
        """Writes it into a run folder."""
        write_json(folder / FILE, asdict(self))

    @classmethod
    def load(cls, folder: Path) -> HandedOver:
        """What `save` wrote."""
        return cls(**read_json(folder / FILE))

    @property
    def corpus(self) -> Corpus:
        """The texts with their split, and two that stand for a test split behind them."""
        learned = len(self.texts) - self.validating
        parts = [PARTS.index("train")] * learned + [PARTS.index("validation")] * self.validating
        parts += [PARTS.index("test")] * len(STAND_INS)
        given = "those handed over for it" if self.validating else "a fifth of the texts, drawn by class"
        return Corpus(
            name="texts handed over",
            source="texts handed over by a program",
            texts=[*self.texts, *_unlike(self.texts)],
            labels=np.array([*self.labels, *range(len(STAND_INS))], dtype=np.int64),
            class_names=tuple(self.class_names),
            sentiment=True,
            unlabelled=tuple(self.unlabelled),
            source_name=NAMED,
            split_by=SplitBy(
                SplitKind.PREDEFINED,
                NAMED,
                f"validation: {given}; no test",
                np.array(parts),
                np.full(len(self.unlabelled), PARTS.index("train")),
            ),
        )


def _unlike(texts: list[str]) -> list[str]:
    """The stand-ins, drawn out until no text has them in it."""
    lowered = " ".join(texts).lower()
    more = ""
    while any(name + more in lowered for name in STAND_INS):
        more += "x"
    return [name + more for name in STAND_INS]
