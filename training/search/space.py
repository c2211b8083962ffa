"""Which settings of a model can be searched, a fact of its family, and among which values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.catalog import CATALOG, Family

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Value = int | float
Values = dict[str, Value]  # of settings, by name


@dataclass(frozen=True)
class Numbers:
    """Numbers from `low` to `high`; with `log` each order of magnitude is as likely as another."""

    low: float
    high: float
    log: bool = False

    def distribution(self) -> BaseDistribution:
        """As Optuna has it."""
        from optuna.distributions import FloatDistribution

        return FloatDistribution(self.low, self.high, log=self.log)

    def rounded(self, value: Value) -> Value:
        """The number as people type it: to hundredths, or to two digits where magnitude is what counts."""
        return float(f"{value:.2g}") if self.log else round(value, 2)

    def nearest(self, value: Value) -> Value:
        """The nearest of these numbers, which a rounded one or the run's own may just not be."""
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Choice:
    """One of some whole numbers."""

    options: tuple[int, ...]

    def distribution(self) -> BaseDistribution:
        """As Optuna has it."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.options)

    def rounded(self, value: Value) -> Value:
        """The number itself."""
        return value

    def nearest(self, value: Value) -> Value:
        """The number itself."""
        return value


def _dropout(_own: Value) -> Numbers:
    return Numbers(0.0, 0.6)


def _word_dropout(_own: Value) -> Numbers:
    return Numbers(0.0, 0.3)


def _learning_rate(own: Value) -> Numbers:
    return Numbers(own / 10, own * 10, log=True)


def _width(own: Value) -> Choice:
    half = int(own) // 2 // 4 * 4  # it divides among the Transformer's heads
    return Choice(tuple(dict.fromkeys((half or 4, int(own), 2 * int(own)))))


def _weight_decay(_own: Value) -> Numbers:
    return Numbers(1e-6, 1e-1, log=True)


# What a family trains itself. The linear model has a search of its own, and what is made of others nothing to search.
SEARCHED_OF = {
    Family.WORDS: ("dropout", "word_dropout", "learning_rate", "width", "weight_decay"),
    Family.ENCODER: ("head_dropout", "head_learning_rate", "weight_decay"),
}
SEARCHED: dict[str, Callable[[Value], Numbers | Choice]] = {
    "dropout": _dropout,
    "word_dropout": _word_dropout,
    "learning_rate": _learning_rate,
    "width": _width,
    "weight_decay": _weight_decay,
    "head_dropout": _dropout,
    "head_learning_rate": _learning_rate,
}


def settings_searched(model: str) -> tuple[str, ...]:
    """The settings of a model that can be searched, by name; none where it is made of others or has its own search.

    >>> settings_searched("lstm"), settings_searched("linear")
    (('dropout', 'word_dropout', 'learning_rate', 'width', 'weight_decay'), ())
    """
    architecture = CATALOG[model]
    return () if architecture.needs else SEARCHED_OF.get(architecture.family, ())


def space_around(own: Values) -> dict[str, Numbers | Choice]:
    """Among which values to search.

    Args:
        own: the run's values of the settings that are searched.
    """
    return {name: SEARCHED[name](value) for name, value in own.items()}
