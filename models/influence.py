"""What each word of a text does to a model's answer, measured by leaving it out.

One method for every model, since it asks nothing but answers: the text is answered once whole and once without each of
its words. A word is what stands between two spaces, as a reader sees it, with the punctuation that touches it.

Sources: Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901 (occlusion); Li et al. 2016,
https://arxiv.org/abs/1612.08220 (erasure in text); Robnik-Sikonja & Kononenko 2008,
https://doi.org/10.1109/TKDE.2007.190734 (the difference of log odds).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.words.cutting import RIGHT

LEAST = 1e-6  # what float32 tells from 0 or 1; log odds end at 13.8
STEPS = (0.1, 0.25, 0.5, 1.0)
Answerer = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True)
class Influence:
    """One model's answer to one text, and what n of its words do to it.

    Attributes:
        probabilities: of the whole text, array of shape `(classes,)`.
        answer: the likeliest class.
        without: probability of `answer` once a word is left out, array of shape `(n,)`.
        log_odds: of `answer`, with the word less without it, array of shape `(n,)`; positive where the word speaks
            for the answer.
    """

    probabilities: np.ndarray
    answer: int
    without: np.ndarray
    log_odds: np.ndarray


def split_words(text: str) -> list[str]:
    """The words of a text.

    >>> split_words(" Not bad,  at all! ")
    ['Not', 'bad,', 'at', 'all!']
    """
    return text.split()


def leave_one_out(text: str, most: int, side: str = RIGHT) -> list[str]:
    """The text without its first word, without its second, and so on, at most `most` of them, or of the last ones.

    What is left closes up, so a model that reads so many words and no more reads one that it had not read before.

    >>> leave_one_out("not bad at all", 3)
    ['bad at all', 'not at all', 'not bad all']
    """
    spans = looked_at([match.span() for match in re.finditer(r"\S+\s*", text)], most, side)
    return [text[:start] + text[end:] for start, end in spans]


def looked_at(words: Sequence[Any], most: int, side: str = RIGHT) -> Sequence[Any]:
    """At most `most` of the words of a text: the first ones, or the last where long texts are cut on the left."""
    return words[:most] if side == RIGHT else words[-most:]


def measure(answer: Answerer, text: str, most: int, side: str = RIGHT) -> Influence:
    """Asks a model for its answer to `text` with and without each of the first `most` words, or of the last ones."""
    found = np.asarray(answer([text, *leave_one_out(text, most, side)]), dtype=float)  # (1 + words, classes)
    predicted = int(found[0].argmax())
    odds = log_odds(found, predicted)
    return Influence(found[0], predicted, found[1:, predicted], odds[0] - odds[1:])


def log_odds(probabilities: np.ndarray, answer: int) -> np.ndarray:
    """Natural logarithm of the odds of one class, `(n, classes)` to `(n,)`.

    >>> log_odds(np.array([[0.5, 0.5], [0.2, 0.8]]), 1).round(3).tolist()
    [0.0, 1.386]
    """
    probability = probabilities[:, answer]
    others = np.delete(probabilities, answer, axis=1).sum(axis=1)  # exact where 1 - p is not
    return np.log(np.maximum(probability, LEAST)) - np.log(np.maximum(others, LEAST))


def unread(
    text: str,
    most: int,
    clean: Callable[[str], str],
    known: Collection[str] | None = None,
    length: int | None = None,
    side: str = RIGHT,
    cut_side: str = RIGHT,
) -> list[str | None]:
    """Why a model does not read a word: for each of the words looked at a reason, or `None` where it reads it.

    Args:
        text: as it came.
        most: as for `measure`.
        clean: the model's cleaning, to words separated by spaces.
        known: its vocabulary, `None` where it has word pieces.
        length: how many cleaned words it reads, `None` for all.
        side: as for `measure`.
        cut_side: on which the model's longer texts are cut.

    Returns:
        `cleaned away` (the cleaned text is the same without it), `too late` or `too early` (behind or before the words
        that are read) or `unknown` (in the vocabulary is no part of it: a model sees at most that some word stood
        there).
    """
    whole = clean(text).split()
    reasons: list[str | None] = []
    for word, rest in zip(looked_at(split_words(text), most, side), leave_one_out(text, most, side), strict=True):
        left, parts = clean(rest).split(), clean(word).split()
        if left == whole:
            reasons.append("cleaned away")
        elif length is not None and looked_at(left, length, cut_side) == looked_at(whole, length, cut_side):
            reasons.append("too late" if cut_side == RIGHT else "too early")
        elif known is not None and parts and not any(part in known for part in parts):
            reasons.append("unknown")
        else:
            reasons.append(None)
    return reasons


def level(log_odds: float) -> int:
    """How strongly a word acts, from -4 to 4: log odds of 0.1, 0.25, 0.5 and 1 are the steps, 0 is less.

    They multiply the odds by 1.1, 1.3, 1.6 and 2.7.

    >>> level(0.09), level(0.3), level(-1.2)
    (0, 2, -4)
    """
    steps = sum(abs(log_odds) >= step for step in STEPS)
    return steps if log_odds > 0 else -steps


def strongest(log_odds: Sequence[float], most: int) -> tuple[list[int], list[int]]:
    """The places of the words that speak loudest for the answer, and against it, loudest first.

    >>> strongest([0.3, 0.0, -0.2, 1.5], 2)
    ([3, 0], [2])
    """
    order = sorted(range(len(log_odds)), key=lambda at: -abs(log_odds[at]))
    loud = [at for at in order if level(log_odds[at])]
    return [at for at in loud if log_odds[at] > 0][:most], [at for at in loud if log_odds[at] < 0][:most]
