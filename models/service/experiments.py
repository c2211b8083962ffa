"""The challenger beside the main model: how often they agree, how quick they are, and who is right more often.

Of each answer the labels are remembered, never the text, until its true label comes in or too many others have come
since. In shadow both models answer every text, so the test is McNemar's exact one on the texts that one of them has
right; where each text has one answer, it is Fisher's.

Sources: McNemar 1947, https://doi.org/10.1007/BF02295996; Bonett and Price 2012,
https://doi.org/10.3102/1076998611411915 (interval of a paired difference); Agresti and Caffo 2000,
https://doi.org/10.1080/00031305.2000.10474560 (of an unpaired one).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.predictions import mcnemar

KEPT = 50_000  # answers whose true label may still come
NORMAL = 1.96  # of a 95 % interval
SURE = 0.05
MAIN, CHALLENGER = 0, 1


class UnknownAnswer(Exception):
    """Feedback for an answer that was never given, or is no longer remembered; the message says so."""


@dataclass
class Given:
    """The labels one text got.

    Attributes:
        by: `MAIN`, `CHALLENGER`, or `None` for the fallback.
        label: that was answered.
        other: of the challenger in shadow, `None` where it was not asked.
    """

    by: int | None
    label: str
    other: str | None = None


@dataclass
class Record:
    """All that an experiment has seen.

    Attributes:
        asked: texts that main model and challenger answered.
        both: texts that both answered, in shadow, and `alike`, those with the same label.
        skipped: texts that the challenger did not get in shadow: it had too many waiting, or failed.
        right, judged: of each, its right answers and those whose true label is known.
        pairs: of texts that both answered and whose true label is known: both right, only main, only challenger, none.
    """

    asked: list[int] = field(default_factory=lambda: [0, 0])
    both: int = 0
    alike: int = 0
    skipped: int = 0
    right: list[int] = field(default_factory=lambda: [0, 0])
    judged: list[int] = field(default_factory=lambda: [0, 0])
    pairs: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    _answers: OrderedDict[str, list[Given | None]] = field(default_factory=OrderedDict)

    def note(self, answer: str, given: Sequence[Given]) -> None:
        """Remembers an answer by its id."""
        for one in given:
            if one.by is not None:
                self.asked[one.by] += 1
        self._answers[answer] = list(given)
        if len(self._answers) > KEPT:
            self._answers.popitem(last=False)

    def shadow(self, given: Given, label: str | None) -> None:
        """The challenger's label of a text in shadow; `None` where it gave none."""
        if label is None:
            self.skipped += 1
            return
        given.other = label
        self.asked[CHALLENGER] += 1
        self.both += 1
        self.alike += given.label == label

    def judge(self, answer: str, labels: Sequence[str | None]) -> tuple[int, int]:
        """Takes the true labels of an answer's texts, `None` for one that is not known.

        Returns:
            How many were new, and how many of these were answered right by who answered.

        Raises:
            UnknownAnswer: there is no such answer, or it has another number of texts.
        """
        given = self._answers.get(answer)
        if given is None:
            raise UnknownAnswer(
                f"no answer of this id is remembered: the last {KEPT:,} are, since the service was started"
            )
        if len(given) != len(labels):
            raise UnknownAnswer(f"that answer has {len(given)} texts, here are {len(labels)} labels")
        counted = right = 0
        for at, (one, label) in enumerate(zip(given, labels, strict=True)):
            if one is None or label is None:  # told before, or not known
                continue
            given[at] = None
            counted += 1
            right += one.label == label
            if one.by is not None:
                self._count(one.by, one.label == label)
            if one.other is not None:
                self._count(CHALLENGER, one.other == label)
                self.pairs[2 * (one.label != label) + (one.other != label)] += 1
        if not any(given):
            del self._answers[answer]
        return counted, right

    def _count(self, by: int, is_right: bool) -> None:
        self.judged[by] += 1
        self.right[by] += is_right


@dataclass(frozen=True)
class Verdict:
    """Who is right more often.

    Attributes:
        difference: challenger's share of right answers minus the main model's, `None` where too little is known.
        interval: of 95 %.
        p: two-sided.
        words: what it means.
    """

    difference: float | None
    interval: tuple[float, float] | None
    p: float | None
    words: str


def judge_pairs(pairs: Sequence[int]) -> Verdict:
    """The verdict on texts that both answered.

    >>> judge_pairs([80, 2, 15, 3]).words
    'The challenger is right more often: +13.0 points (95 % interval 4.7 to 20.7, p = 0.002).'
    """
    both, only_main, only_challenger, none = pairs
    n = both + only_main + only_challenger + none
    if not n:
        return _verdict(None, None, None)
    plus, minus = (only_challenger + 1) / (n + 2), (only_main + 1) / (n + 2)
    middle = plus - minus
    width = NORMAL * math.sqrt((plus + minus - middle**2) / (n + 2))
    p = mcnemar(only_main, only_challenger)
    return _verdict((only_challenger - only_main) / n, (middle - width, middle + width), p)


def judge_shares(right: Sequence[int], judged: Sequence[int]) -> Verdict:
    """The verdict on texts that one of the two answered.

    >>> judge_shares([90, 70], [100, 100]).words
    'The main model is right more often: -20.0 points (95 % interval -30.4 to -8.8, p < 0.001).'
    """
    from scipy import stats

    if not all(judged):
        return _verdict(None, None, None)
    table = [[right[by], judged[by] - right[by]] for by in (CHALLENGER, MAIN)]
    p = float(stats.fisher_exact(table).pvalue)
    shares = [(right[by] + 1) / (judged[by] + 2) for by in (MAIN, CHALLENGER)]
    width = NORMAL * math.sqrt(sum(share * (1 - share) / (judged[by] + 2) for by, share in enumerate(shares)))
    middle = shares[CHALLENGER] - shares[MAIN]
    difference = right[CHALLENGER] / judged[CHALLENGER] - right[MAIN] / judged[MAIN]
    return _verdict(difference, (middle - width, middle + width), p)


def _verdict(difference: float | None, interval: tuple[float, float] | None, p: float | None) -> Verdict:
    if difference is None or interval is None or p is None:
        return Verdict(None, None, None, "No true labels are known yet: POST them to /feedback.")
    found = (
        f"{100 * difference:+.1f} points (95 % interval {100 * interval[0]:.1f} to {100 * interval[1]:.1f}, "
        f"p {'< 0.001' if p < 0.001 else f'= {p:.3f}'})."
    )
    if p >= SURE:
        words = f"Nothing can be told yet: {found} Go on until the number of labels that was decided on is there."
    else:
        words = f"The {'challenger' if difference > 0 else 'main model'} is right more often: {found}"
    return Verdict(difference, interval, p, words)
