"""Whether texts differ from those of validation by more than chance makes them differ.

Numbers are compared by the two-sample test of Kolmogorov and Smirnov, kinds by the chi-squared test of homogeneity,
both SciPy's; the p-values are corrected for their number (Holm 1979, https://www.jstor.org/stable/4615733). Such tests,
feature by feature, were found as good as a joint one: Rabanser, Günnemann and Lipton 2019,
https://arxiv.org/abs/1810.11953.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.monitoring.features import FEATURES, Feature, Measured

# Corrected p below which texts are said to differ. At 0.01, 3 to 5 windows of like texts in a hundred did, not one: the
# validation texts that all of them are held against are a sample too.
ALARM = 0.005
EXPECTED = 5.0  # texts of a kind that the chi-squared test must expect; rarer kinds are counted together


@dataclass(frozen=True)
class Difference(ABC):
    """One feature, before and now.

    Attributes:
        feature: which.
        p: corrected.
    """

    feature: Feature
    p: float

    @property
    def is_alarm(self) -> bool:
        """Whether chance does not explain it."""
        return self.p < ALARM

    @property
    @abstractmethod
    def words(self) -> str:
        """What differs, as the end of a sentence."""

    @abstractmethod
    def examples(self, now: Measured, most: int) -> list[int]:
        """Places of the texts that differ most, in the direction that all of them did."""


@dataclass(frozen=True)
class OfNumbers(Difference):
    """The means of a feature."""

    before: float
    now: float

    @property
    def words(self) -> str:
        scale, unit = (100, " %") if self.feature.unit == "%" else (1, "")
        means = f"{scale * self.before:.3g}{unit} on validation, {scale * self.now:.3g}{unit} now"
        return f"{self.feature.title}: {means}"

    def examples(self, now: Measured, most: int) -> list[int]:
        values, sign = now.values[self.feature.name], -1 if self.now > self.before else 1
        return sorted(range(len(values)), key=lambda at: sign * values[at])[:most]


@dataclass(frozen=True)
class OfKinds(Difference):
    """The shares of the kinds of a feature."""

    before: dict[str, float]
    now: dict[str, float]

    def gained(self, kind: str) -> float:
        """What the share of a kind has grown by."""
        return self.now.get(kind, 0.0) - self.before.get(kind, 0.0)

    @property
    def words(self) -> str:
        kind = max(sorted({*self.before, *self.now}), key=lambda one: abs(self.gained(one)))
        before, now = 100 * self.before.get(kind, 0.0), 100 * self.now.get(kind, 0.0)
        return f"{self.feature.title} {kind}: {before:.0f} % of validation, {now:.0f} % now"

    def examples(self, now: Measured, most: int) -> list[int]:
        kind = max(sorted(self.now), key=self.gained)
        return [at for at, value in enumerate(now.values[self.feature.name]) if value == kind][:most]


def compare(before: Measured, now: Measured) -> list[Difference]:
    """Every feature, the one that differs most surely first.

    Args:
        before, now: of at least one text each.
    """
    pairs = [(before.values[feature.name], now.values[feature.name]) for feature in FEATURES]
    values = [
        _p_of_numbers(*pair) if feature.is_number else _p_of_kinds(*pair)
        for feature, pair in zip(FEATURES, pairs, strict=True)
    ]
    found: list[Difference] = [
        OfNumbers(feature, p, float(np.mean(pair[0])), float(np.mean(pair[1])))
        if feature.is_number
        else OfKinds(feature, p, _shares(pair[0]), _shares(pair[1]))
        for feature, pair, p in zip(FEATURES, pairs, holm(values), strict=True)
    ]
    return sorted(found, key=lambda difference: difference.p)


def holm(values: Sequence[float]) -> list[float]:
    """p-values corrected for being many: none of all true equalities is rejected with more than 5 % probability.

    Source: Holm 1979, https://www.jstor.org/stable/4615733. Smallest times m, next times m - 1, ..., never falling.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(values)
    corrected = np.empty(len(values))
    worst = 0.0
    for rank, at in enumerate(order):
        worst = max(worst, min(1.0, (len(values) - rank) * values[at]))
        corrected[at] = worst
    return corrected.tolist()


def _p_of_numbers(before: Sequence[float], now: Sequence[float]) -> float:
    from scipy import stats  # takes a second

    return float(stats.ks_2samp(before, now, method="asymp").pvalue)


def _p_of_kinds(before: Sequence[str], now: Sequence[str]) -> float:
    from scipy import stats

    counts = Counter(before), Counter(now)
    share = min(len(before), len(now)) / (len(before) + len(now))
    expected = {kind: share * (counts[0][kind] + counts[1][kind]) for kind in {*before, *now}}
    often = sorted(kind for kind, count in expected.items() if count >= EXPECTED)
    table = [[found[kind] for kind in often] + [found.total() - sum(found[kind] for kind in often)] for found in counts]
    if not (table[0][-1] or table[1][-1]):
        table = [row[:-1] for row in table]
    return float(stats.chi2_contingency(table, correction=False).pvalue) if len(table[0]) > 1 else 1.0


def _shares(values: Sequence[str]) -> dict[str, float]:
    return {kind: count / len(values) for kind, count in sorted(Counter(values).items())}
