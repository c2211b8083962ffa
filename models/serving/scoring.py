"""How well the answers to a table are, whose own labels are known: counted as they come, whatever their number."""

from __future__ import annotations

import functools
import heapq
import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from data.messages import listed, printable, shorten
from data.sources.labels import UNKNOWN, class_finder
from models.metrics import BY_NAME, SMALLEST, Sample
from models.predictions import Answers

MOST_CLASSES, MOST_CONFUSIONS, MOST_WRONG, SHOWN = 12, 10, 5, 70
LEVEL = 0.95


class Scores:
    """Counts of right and wrong answers.

    Attributes:
        find: which class a label means, see `data.sources.labels.class_finder`.
        counts: labels (rows) against answers, `(classes, classes)`.
        unsure: texts with a label that were left unanswered.
        unread: texts, with a label or without, that hold nothing for the model to read.
    """

    def __init__(self, classes: Sequence[str]):
        self.classes = list(classes)
        self.find = functools.lru_cache(10_000)(class_finder(self.classes))  # few labels, many texts
        self.counts = np.zeros((len(classes), len(classes)), np.int64)
        self.unsure, self.unread, self._loss = 0, 0, 0.0
        self._others: Counter[str] = Counter()
        self._without = 0
        self._wrong: list[tuple[float, int, str, str, str]] = []  # a heap: the surest of the wrong answers

    def are_classes(self, cells: Sequence[str]) -> bool:
        """Whether at least half of the cells that hold something are labels of the model's classes."""
        found = [at for at in map(self.find, cells) if at is not None]
        return 2 * sum(at != UNKNOWN for at in found) > len(found)

    def add(self, text: str, label: str, probabilities: Sequence[float], answered: bool) -> bool | None:
        """Counts one answer; whether it is right, `None` where that is not known or nothing was answered.

        Args:
            text: to be shown where the answer is wrong.
            label: as it stands in the table.
            probabilities: of the classes.
            answered: whether the model was sure enough.
        """
        true = self.find(label)
        if true is None or true == UNKNOWN:
            self._without += true is None
            if true == UNKNOWN:
                self._others[label.strip()] += 1
            return None
        if not answered:
            self.unsure += 1
            return None
        said = max(range(len(probabilities)), key=probabilities.__getitem__)
        self.counts[true, said] += 1
        self._loss -= math.log(max(probabilities[true], SMALLEST))
        if said != true:
            place = (probabilities[said], -self.n, self.classes[true], self.classes[said], text[: 10 * SHOWN])
            heapq.heappushpop(self._wrong, place) if len(self._wrong) == MOST_WRONG else heapq.heappush(
                self._wrong, place
            )
        return said == true

    def counted(self) -> dict:
        """What was counted, as JSON has it, for `merge` elsewhere."""
        return {
            "counts": self.counts.tolist(),
            "unsure": self.unsure,
            "unread": self.unread,
            "loss": float(self._loss),
            "others": dict(self._others),
            "without": self._without,
            "wrong": [[float(sure), *rest] for sure, *rest in self._wrong],
        }

    def merge(self, counted: dict) -> None:
        """Adds what another has `counted` of answers of the same model."""
        self.counts += np.array(counted["counts"], np.int64)
        self.unsure += counted["unsure"]
        self.unread += counted["unread"]
        self._loss += counted["loss"]
        self._others.update(counted["others"])
        self._without += counted["without"]
        wrong = [*self._wrong, *map(tuple, counted["wrong"])]
        self._wrong = sorted(heapq.nlargest(MOST_WRONG, wrong))  # which is a heap

    @property
    def n(self) -> int:
        """Texts that were answered and have a label that the model knows."""
        return int(self.counts.sum())

    def lines(self, column: str) -> Iterator[str]:
        """What a reader should know, a line each.

        Args:
            column: in which the labels stand.
        """
        known = self.n + self.unsure
        if self._others:
            names = listed([name for name, _ in self._others.most_common()])
            texts = "text has a label" if self._others.total() == 1 else "texts have labels"
            yield f"{self._others.total():,} {texts} that the model does not know: {names}; not counted."
        if not known:
            yield "No text has a label that the model knows."
            return
        unsure = f", {self.unsure:,} of them left as unsure" if self.unsure else ""
        without = f"; {self._without:,} without" if self._without else ""
        yield f"{known:,} with a label of the model in column {printable(repr(column))}{unsure}{without}."
        if self.n:
            yield from self._measured()
            yield from self._confusions()
            yield from self._mistakes()

    def _measured(self) -> Iterator[str]:
        from scipy.stats import binomtest  # 1 s, at the end

        true, said = np.nonzero(self.counts)
        # Equal answers once, each with its weight: metrics ask no more.
        answers = Answers(np.arange(len(true)), true, said, np.eye(len(self.classes))[said])
        sample = Sample(self.counts[true, said][None].astype(float), answers)
        right = int(np.trace(self.counts))
        low, high = binomtest(right, self.n).proportion_ci(LEVEL, "exact")
        written = [
            f"{BY_NAME[name].title} {BY_NAME[name].write(float(BY_NAME[name].measure(sample)[0]))}"
            for name in ("accuracy", "macro_f1")
        ]
        yield (
            f"{written[0]} % (95 % interval {100 * low:.1f} to {100 * high:.1f}), {written[1]}, "
            f"{BY_NAME['log_loss'].title} {self._loss / self.n:.3f} nats."
        )

    def _confusions(self) -> Iterator[str]:
        from tabulate import tabulate

        names = [printable(shorten(name, 20)) for name in self.classes]
        if len(names) <= MOST_CLASSES:
            rows = [
                [name, *(f"{count:,}" for count in counts)]
                for name, counts in zip(names, self.counts.tolist(), strict=True)
            ]
            align = ["left"] + ["right"] * len(names)
            heads = ["label \\ answer", *names]
            yield from tabulate(rows, heads, "plain", colalign=align, disable_numparse=True).splitlines()
            return
        wrong = self.counts * (1 - np.eye(len(names), dtype=np.int64))
        for at in np.argsort(-wrong, axis=None, kind="stable")[:MOST_CONFUSIONS]:
            true, said = np.unravel_index(at, wrong.shape)
            if wrong[true, said]:
                yield f"{names[true]} taken for {names[said]}: {wrong[true, said]:,}"

    def _mistakes(self) -> Iterator[str]:
        if self._wrong:
            yield "The wrong answers it was surest of:"
        for confidence, _, true, said, text in sorted(self._wrong, reverse=True):
            shown = printable(shorten(" ".join(text.split()), SHOWN))
            yield f"  {said} {confidence:.1%}, labeled {true}: {shown}"
