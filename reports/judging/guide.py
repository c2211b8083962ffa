"""The advice of the course slides, compared with what this run measured."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalog import Family
from reports.measuring.costs import Cost, pareto
from reports.measuring.significance import PartStatistics
from reports.numbers import listed, percent, significant
from reports.reading.comparison import Comparison, Row


@dataclass(frozen=True)
class Advice:
    """A piece of advice of the slides.

    Attributes:
        wish: what the reader wants.
        advice: the kind of network that the slides recommend for it.
        measured: what this run has to say.
        holds: `yes`, `no` or `open`.
    """

    wish: str
    advice: str
    measured: str
    holds: str


def confront(comparison: Comparison, test: PartStatistics, costs: dict[str, list[Cost]]) -> list[Advice]:
    """The pieces of advice whose networks were trained, of which there must be two at least.

    The slides know no network that is taught by another.
    """
    rows = [row for row in comparison.rows if row.is_network and not row.taught]
    if len(rows) < 2:
        return []
    latency = {row.model: costs[row.model][0].latency_ms for row in rows}
    return [*_speed(rows, latency), *_accuracy(rows, test), *_balance(rows, latency)]


def _speed(rows: list[Row], latency: dict[str, float]) -> list[Advice]:
    if not any(row.recurrent for row in rows):
        return []
    quickest, slowest = (pick(rows, key=lambda row: latency[row.model]) for pick in (min, max))
    return [
        Advice(
            "speed",
            "recurrent networks",
            f"{quickest.model} answers first, {significant(latency[quickest.model])} ms for one text; the slowest, "
            f"{slowest.model}, takes {significant(latency[slowest.model])} ms",
            "yes" if quickest.recurrent else "no",
        )
    ]


def _accuracy(rows: list[Row], test: PartStatistics) -> list[Advice]:
    encoder = max((row for row in rows if row.family is Family.ENCODER), key=lambda row: row.accuracy, default=None)
    second = max((row for row in rows if row.family is not Family.ENCODER), key=lambda row: row.accuracy, default=None)
    if encoder is None or second is None:
        return []
    pair = test.pair(encoder.model, second.model)
    apart = pair is not None and pair.apart
    return [
        Advice(
            "accuracy",
            "a pretrained encoder",
            f"{encoder.model} {percent(encoder.accuracy)}, next best of the others {second.model} "
            f"{percent(second.accuracy)}" + ("" if apart else "; not significantly different on test"),
            "open" if not apart else "yes" if encoder.accuracy > second.accuracy else "no",
        )
    ]


def _balance(rows: list[Row], latency: dict[str, float]) -> list[Advice]:
    transformer = next((row for row in rows if row.attention), None)
    if transformer is None or len(rows) < 3:
        return []
    front = pareto({row.model: (row.accuracy, latency[row.model]) for row in rows})
    better = [
        row.model
        for row in rows
        if row.accuracy >= transformer.accuracy
        and latency[row.model] <= latency[transformer.model]
        and row is not transformer
    ]
    on_front = transformer.model in front
    return [
        Advice(
            "balance",
            "a Transformer",
            "no other network is at once as accurate and as quick"
            if on_front
            else f"{listed(better)}: as accurate or more, and as quick or more",
            "yes" if on_front else "no",
        )
    ]
