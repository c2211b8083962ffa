"""What the estimator says of one text, and of itself beside another classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from models.influence import level
from models.predictions import mcnemar


@dataclass(frozen=True)
class Explanation:
    """The answer to a text, and what its words do to it.

    Attributes:
        answer: the class.
        probability: of it.
        words: the words that were looked at.
        log_odds: what each adds to the log odds of the answer, array of shape `(words,)`; positive where it speaks for
            the answer.
    """

    answer: Any
    probability: float
    words: list[str]
    log_odds: np.ndarray

    def __str__(self) -> str:
        shown = [
            f"{word} ({odds:+.1f})" if level(odds) else word
            for word, odds in zip(self.words, self.log_odds.tolist(), strict=True)
        ]
        return f"{self.answer} ({self.probability:.1%}): {' '.join(shown)}"


class PairedScore(NamedTuple):
    """A classifier beside another on the same n texts.

    Attributes:
        other: name of the other.
        n: texts.
        accuracy, other_accuracy: shares of right answers.
        only_self, only_other: texts that one of the two alone got right.
        p: of McNemar's exact test.
    """

    other: str
    n: int
    accuracy: float
    other_accuracy: float
    only_self: int
    only_other: int
    p: float


def score_pair(name: str, right: np.ndarray, other_right: np.ndarray) -> PairedScore:
    """Compares two classifiers by which of n texts each got right, boolean arrays of shape `(n,)`.

    >>> score_pair("other", np.array([True] * 9 + [False]), np.array([False] * 8 + [True] * 2))
    PairedScore(other='other', n=10, accuracy=0.9, other_accuracy=0.2, only_self=8, only_other=1, p=0.0390625)
    """
    only_self, only_other = int((right & ~other_right).sum()), int((~right & other_right).sum())
    p = mcnemar(only_self, only_other)
    return PairedScore(name, len(right), float(right.mean()), float(other_right.mean()), only_self, only_other, p)
