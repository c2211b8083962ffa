"""The sentences that say which model to take and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.catalog import Family
from reports.judging.limits import Limits
from reports.measuring.costs import AS_TRAINED, Cost
from reports.measuring.expected_loss import Losses
from reports.measuring.significance import PartStatistics
from reports.measuring.statistics import LEVEL, Interval
from reports.numbers import (
    listed,
    margin_points,
    p_value,
    percent,
    percent_range,
    plural,
    points,
    points_range,
    rounded,
    significant,
)
from reports.reading.comparison import Row

_SHOWN = 0.0005  # the least share that is written as other than 0.0 points


@dataclass(frozen=True)
class Choice:
    """A model chosen among others.

    Attributes:
        rows: all that were trained, by name.
        candidates: the models it was chosen from, by name, each with the way to run it that was considered.
        model: the one chosen.
        best: the most accurate of the candidates on validation.
        limits: of the reader.
        margin: accuracy that the choice may give up to the best, a share.
        losses: of the candidates; `None` where there are no validation answers.
        lost: accuracy that the way to run it gives up beyond that, a share.
        unjudged: models that met the limits and have no validation answers.
    """

    rows: Mapping[str, Row]
    candidates: Mapping[str, Cost]
    model: str
    best: str
    limits: Limits
    margin: float
    losses: Losses | None = None
    lost: float = 0.0
    unjudged: Sequence[str] = field(default_factory=list)

    @property
    def row(self) -> Row:
        """Of the model chosen."""
        return self.rows[self.model]

    @property
    def cost(self) -> Cost:
        """Of the way to run it."""
        return self.candidates[self.model]

    @property
    def within(self) -> list[str]:
        """The candidates whose expected loss is within the margin."""
        return self.losses.within(self.margin) if self.losses else []

    @property
    def expected_loss(self) -> float | None:
        """Accuracy that the choice is expected to give up, a share."""
        return self.losses.expected(self.model) + self.lost if self.losses else None

    @property
    def loss_interval(self) -> Interval | None:
        """The middle 95 % of what that may be."""
        return [end + self.lost for end in self.losses.interval(self.model)] if self.losses else None

    @property
    def settling_texts(self) -> int | None:
        """Validation texts with which its loss would be known to be within the margin."""
        return self.losses.settling_texts(self.model, self.margin - self.lost) if self.losses else None


def reason(choice: Choice) -> str:
    """What validation says, in one sentence."""
    limits, title, losses = choice.limits.words(), choice.row.title, choice.losses
    where = f"Within the limits ({listed(limits)}) " if limits else "On this data "
    if len(choice.rows) == 1:
        return f"Only {title} was trained, so there is no choice to make."
    if len(choice.candidates) + len(choice.unjudged) == 1:
        alone = "is the only model" if limits else "is the only model that did not collapse to one class"
        return f"{where}{title} {alone}: take it."
    if losses and not choice.within and choice.margin:
        texts = f"{plural(losses.texts, 'validation text')} {'is' if losses.texts == 1 else 'are'}"
        return (
            f"{where}{texts} too few to say of any model that it gives up at most {margin_points(choice.margin)} of "
            f"accuracy; {title} is the most accurate on validation: take it."
        )
    if choice.model == choice.best:
        return f"{where}{title} is the most accurate on validation: take it."
    times = significant(choice.candidates[choice.best].latency_ms / choice.cost.latency_ms)
    return (
        f"{where}{title} is expected to give up {points(choice.expected_loss).lstrip('+')} points of accuracy to the "
        f"best model ({_interval(choice)}) and answers {times} times as fast as {choice.best}, the most accurate on "
        "validation: take it."
    )


def _interval(choice: Choice) -> str:
    texts = choice.losses.texts if choice.losses else 0
    return f"95 % interval {percent_range(choice.loss_interval)}, {plural(texts, 'validation text')}"


def _rival(model: str, best: str, rows: Mapping[str, Row]) -> Row | None:
    """The model a reader would ask about next: the most accurate, or for a network the linear reference."""
    if best != model:
        return rows[best]
    linear = next((row for row in rows.values() if row.family is Family.LINEAR), None)
    if linear is not None and linear.model != model:
        return linear
    return max(
        (row for row in rows.values() if row.model != model), key=lambda row: row.validation_accuracy, default=None
    )


def confirm(choice: Choice, test: PartStatistics) -> str:
    """What the test texts, unused until now, say of it: one comparison, named before, so p stays as it is."""
    row, rival = choice.row, _rival(choice.model, choice.best, choice.rows)
    pair = test.pair(choice.model, rival.model) if rival else None
    if rival is None or pair is None:
        return f"{row.title} gets {percent(row.accuracy)} of the test texts right."
    distance = f"{points(abs(pair.difference))[1:]} points {'above' if pair.difference > 0 else 'below'}"
    ahead = "the same as" if points(pair.difference) == "0.0" else distance
    it = "it" if choice.cost.same_answers else f"{choice.model} as trained"
    sentence = (
        f"On {plural(test.n, 'test text')} {it} gets {percent(row.accuracy)} right, {ahead} {rival.model} (95 % "
        f"interval of the difference {points_range(pair.interval)}; {pair.test}, {p_value(pair.p)}), and trained in "
        f"{significant(row.seconds_training)} s against {significant(rival.seconds_training)} s"
    )
    if pair.p >= LEVEL or pair.difference >= 0:
        return f"{sentence}."
    if -pair.difference <= choice.margin:
        return f"{sentence}; on test the difference is significant, but not above {margin_points(choice.margin)}."
    if rival.model not in choice.candidates:
        return f"{sentence}; on test the difference is significant."
    return f"{sentence}; on test the difference is significant: take {rival.model} where accuracy counts most."


def details(choice: Choice) -> list[str]:
    """How sure the choice is, what else could be taken, and how many texts would settle it."""
    sentences = []
    if choice.unjudged:
        has = "has" if len(choice.unjudged) == 1 else "have"
        sentences.append(
            f"{listed(choice.unjudged)} {has} no validation answers in the run folder, and so could not be chosen."
        )
    if not choice.cost.same_answers:
        sentences.append(
            f"The form to take, {choice.cost.form}, answers some texts otherwise than the trained model: it gets "
            f"{points(choice.cost.accuracy_loss).lstrip('+')} points fewer right on validation, which is counted in."
        )
    if not choice.losses or len(choice.candidates) == 1:
        return sentences
    if choice.model == choice.best and choice.losses.interval(choice.model)[1] >= _SHOWN:
        sentences.append(
            f"Another model may still be better: {choice.model} is expected to give up "
            f"{points(choice.expected_loss).lstrip('+')} points of accuracy to the best ({_interval(choice)})."
        )
    others = [name for name in choice.within if name not in (choice.model, choice.best)]
    worth = margin_points(choice.margin)
    if others:
        sentences.append(f"Also expected to give up at most {worth}, but not notably quicker: {listed(others)}.")
    if others or choice.model != choice.best:
        sentences += _slowed(choice)
    if choice.settling_texts:
        sentences.append(f"About {rounded(choice.settling_texts)} validation texts would settle it to within {worth}.")
    return sentences


def _slowed(choice: Choice) -> list[str]:
    """That speeds which decided were measured beside other work, where no export of the model was measured later."""
    slowed = [
        name
        for name, cost in choice.candidates.items()
        if cost.form == AS_TRAINED and name in choice.rows and choice.rows[name].slowed
    ]
    if not slowed:
        return []
    return [
        f"What is said of speed is uncertain: other programs slowed {listed(slowed)} while it was measured; measure "
        "again on an idle machine, or export the models."
    ]


def nearest(rows: Sequence[Row], costs: Mapping[str, list[Cost]], limits: Limits) -> str:
    """That no model meets the limits, and which limit is nearest to being met."""
    misses = [
        (max(excess.values()), len(excess), at, row, cost, excess)
        for at, row in enumerate(rows)
        for cost in costs[row.model]
        if (excess := limits.excess(cost, row.validation_accuracy - cost.accuracy_loss))
    ]
    _, _, _, row, cost, excess = min(misses, key=lambda miss: miss[:3])
    says = {
        "latency_ms": f"needs {significant(cost.latency_ms)} ms for one text instead of {limits.latency_ms or 0:g}",
        "memory_mb": f"needs {significant(cost.memory_mb)} MB of memory instead of {limits.memory_mb or 0:g}",
        "model_mb": f"is {significant(cost.model_mb)} MB large instead of {limits.model_mb or 0:g}",
        "accuracy": f"gets {percent(row.validation_accuracy - cost.accuracy_loss)} right on validation instead of "
        f"{percent(limits.accuracy or 0)}",
    }
    return (
        f"No model meets the limits ({listed(limits.words())}). The closest is {row.title} ({cost.form}), which "
        f"{listed([says[limit] for limit in excess])}."
    )
