"""Which test texts are worth looking into: confidently right, confidently wrong, and those where models disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.influence import split_words

FEWEST_WORDS = 12  # less says too little of a model


@dataclass(frozen=True)
class Choice:
    """A chosen text.

    Attributes:
        at: its place among the test texts.
        reason: why it was chosen.
    """

    at: int
    reason: str


def choose(
    texts: Sequence[str], labels: np.ndarray, probabilities: np.ndarray, each: int, most_words: int
) -> list[Choice]:
    """Chooses `each` texts of each kind, none of them twice.

    Only texts of 12 to `most_words` words, which can be shown whole, are looked at where there are enough of them.

    Args:
        texts: the n test texts.
        labels: their classes, integer array of shape `(n,)`.
        probabilities: every model's answers to them, `(models, n, classes)`.
        each: how many of a kind.
        most_words: how many words can be shown.
    """
    rows = np.arange(len(labels))
    right = probabilities.argmax(axis=2) == labels  # (models, n)
    truth = probabilities[:, rows, labels]  # (models, n)
    wrong = probabilities.copy()
    wrong[:, rows, labels] = 0
    shown_whole = np.array([FEWEST_WORDS <= len(split_words(text)) <= most_words for text in texts])
    # Two models disagree as surely as the less sure of them: the most that one gives to a class which another lacks.
    apart = (probabilities.max(axis=0) - probabilities.min(axis=0)).max(axis=1)
    kinds = {
        "confidently right": (right.all(axis=0), truth.mean(axis=0)),
        "confidently wrong": (~right.any(axis=0), wrong.max(axis=2).mean(axis=0)),
        "models disagree": (right.any(axis=0) & ~right.all(axis=0), apart),
    }
    if not (~right.any(axis=0)).any():  # no text misleads every model: then those that mislead most of them
        kinds["confidently wrong"] = (~right.all(axis=0), wrong.max(axis=2).mean(axis=0))
    chosen: list[Choice] = []
    for reason, (candidates, score) in kinds.items():
        taken = {choice.at for choice in chosen}
        order = np.argsort(-score, kind="stable")
        found = [int(at) for at in order if candidates[at] and int(at) not in taken]
        whole = [at for at in found if shown_whole[at]]
        found = whole if len(whole) >= each else found
        chosen += [Choice(at, reason) for at in _varied(found, labels)[:each]]
    return chosen


def _varied(order: list[int], labels: np.ndarray) -> list[int]:
    """The best text of each class first, so that two texts are not of the same."""
    seen: set[int] = set()
    first: list[int] = []
    rest: list[int] = []
    for at in order:
        (rest if labels[at] in seen else first).append(at)
        seen.add(labels[at])
    return first + rest
