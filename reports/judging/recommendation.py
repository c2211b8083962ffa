"""Which model to take: chosen on validation, confirmed on test, within the reader's limits.

Of the models that are not significantly less accurate than the best one on validation, the quickest to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.catalog import Family
from reports.measuring.costs import Cost
from reports.measuring.significance import Statistics
from reports.measuring.statistics import LEVEL
from reports.numbers import listed, p_value, percent, plural, points, points_range, rounded, significant
from reports.reading.comparison import Row


@dataclass(frozen=True)
class Limits:
    """What the reader can spend and must have; `None` is no limit.

    Attributes:
        latency_ms: most milliseconds for one text.
        memory_mb: most megabytes of memory.
        model_mb: most megabytes to keep.
        accuracy: least validation accuracy, a share.
    """

    latency_ms: float | None = None
    memory_mb: float | None = None
    model_mb: float | None = None
    accuracy: float | None = None

    def words(self) -> list[str]:
        """The limits that are set."""
        names = {
            "latency_ms": "at most {:g} ms for one text",
            "memory_mb": "at most {:g} MB of memory",
            "model_mb": "a model of at most {:g} MB",
        }
        found = [words.format(getattr(self, name)) for name, words in names.items() if getattr(self, name) is not None]
        return found + ([] if self.accuracy is None else [f"at least {percent(self.accuracy)} right on validation"])

    def excess(self, cost: Cost, accuracy: float) -> dict[str, float]:
        """By limit that is not met, how far off it is, as a share of the limit; an unknown cost is infinitely far."""
        found = {}
        for name in ("latency_ms", "memory_mb", "model_mb"):
            limit, value = getattr(self, name), getattr(cost, name)
            if limit is not None and (value is None or value > limit):
                found[name] = float("inf") if value is None else value / limit - 1
        if self.accuracy is not None and accuracy < self.accuracy:
            found["accuracy"] = 1 - accuracy / self.accuracy
        return found


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Recommendation:
    """Which model to take.

    Attributes:
        reason: two sentences, or one where there is no choice.
        model: its name, `None` where nothing was trained or nothing meets the limits.
        seed: the one of the least validation log loss.
        form: the way to run it.
        limits: those it had to meet, in words.
        equals: the models that are not significantly less accurate than the best on validation.
        details: further sentences.
    """

    reason: str
    model: str | None = None
    seed: int | None = None
    form: str | None = None
    limits: list[str] = field(default_factory=list)
    equals: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidates:
    """The models a choice is made from.

    Attributes:
        rows: all that were trained, by name.
        fitting: the ways to run a model that meet the limits, the quickest first, by name; no collapsed model.
        statistics: of both splits.
        limits: of the reader.
    """

    rows: dict[str, Row]
    fitting: dict[str, list[Cost]]
    statistics: Statistics
    limits: Limits

    def latency(self, model: str) -> float:
        """Of its quickest way that fits, in milliseconds for one text."""
        return self.fitting[model][0].latency_ms


def recommend(
    rows: Sequence[Row], statistics: Statistics, costs: dict[str, list[Cost]], limits: Limits = NO_LIMITS
) -> Recommendation:
    """The choice and its reason.

    Args:
        rows: the trained models.
        statistics: of validation and test.
        costs: of `reports.measuring.costs.read_costs`.
        limits: of the reader.
    """
    words = limits.words()
    if not rows:
        return Recommendation("No model was trained, so there is none to take.", limits=words)
    sound = [row for row in rows if not row.collapsed]
    if not sound:
        return Recommendation("Every model gives one class to every text: none of them is worth taking.", limits=words)
    fitting = {
        row.model: fits
        for row in sound
        if (fits := [cost for cost in costs[row.model] if not limits.excess(cost, row.validation_accuracy)])
    }
    if not fitting:
        return Recommendation(_nearest(sound, costs, limits), limits=words)
    candidates = _Candidates({row.model: row for row in rows}, fitting, statistics, limits)
    best = max(fitting, key=lambda name: (candidates.rows[name].validation_accuracy, -candidates.latency(name)))
    equals = [best] + [
        name
        for name in fitting
        if name != best and (pair := statistics.validation.pair(name, best)) is not None and not pair.apart
    ]
    model = min(equals, key=candidates.latency)
    chosen = min(candidates.rows[model].by_seed, key=lambda trial: trial.validation.log_loss)
    return Recommendation(
        model=model,
        seed=chosen.seed,
        form=fitting[model][0].form,
        limits=words,
        equals=equals,
        reason=f"{_choice(model, best, equals, candidates)} {_confirmation(model, best, candidates)}",
        details=_details(model, best, equals, statistics),
    )


def _choice(model: str, best: str, equals: list[str], candidates: _Candidates) -> str:
    title = {name: row.title for name, row in candidates.rows.items()}
    limits = candidates.limits.words()
    within = f"Within the limits ({listed(limits)}) " if limits else "On this data "
    if len(candidates.rows) == 1:
        return f"Only {title[model]} was trained, so there is no choice to make."
    if len(candidates.fitting) == 1:
        alone = "is the only model" if limits else "is the only model that did not collapse to one class"
        return f"{within}{title[model]} {alone}: take it."
    if len(equals) == 1:
        return f"{within}{title[model]} is the most accurate on validation: take it."
    if model == best:
        names = listed([title[name] for name in equals])
        return f"{within}{names} are not significantly different on validation; {model} is the quickest: take it."
    pair = candidates.statistics.validation.pair(model, best)
    pairs = len(candidates.statistics.validation.pairs)
    corrected = f", corrected for {pairs} comparisons" if pairs > 1 else ""
    times = significant(candidates.latency(best) / candidates.latency(model))
    return (
        f"{within}{title[model]} and {title[best]} are not significantly different on validation (McNemar, "
        f"{p_value(pair.p_holm if pair else None)}{corrected}); {model} answers {times} times as fast: take it."
    )


def _rival(model: str, best: str, rows: dict[str, Row]) -> Row | None:
    """The model a reader would ask about next: the most accurate, or for a network the linear reference."""
    if best != model:
        return rows[best]
    linear = next((row for row in rows.values() if row.family is Family.LINEAR), None)
    if linear is not None and linear.model != model:
        return linear
    return max(
        (row for row in rows.values() if row.model != model), key=lambda row: row.validation_accuracy, default=None
    )


def _confirmation(model: str, best: str, candidates: _Candidates) -> str:
    """What the test texts, unused until now, say of the choice: one comparison, named before, so p stays as it is."""
    row, rival, test = candidates.rows[model], _rival(model, best, candidates.rows), candidates.statistics.test
    pair = test.pair(model, rival.model) if rival else None
    if rival is None or pair is None:
        return f"{row.title} gets {percent(row.accuracy)} of the test texts right."
    distance = f"{points(abs(pair.difference))[1:]} points {'above' if pair.difference > 0 else 'below'}"
    ahead = "the same as" if points(pair.difference) == "0.0" else distance
    sentence = (
        f"On {plural(test.n, 'test text')} it gets {percent(row.accuracy)} right, {ahead} {rival.model} (95 % interval "
        f"of the difference {points_range(pair.interval)}; McNemar, {p_value(pair.p)}), and trained in "
        f"{significant(row.seconds_training)} s against {significant(rival.seconds_training)} s"
    )
    if pair.p < LEVEL and pair.difference < 0:
        return f"{sentence}; on test the difference is significant: take {rival.model} where accuracy counts most."
    return sentence + "."


def _details(model: str, best: str, equals: list[str], statistics: Statistics) -> list[str]:
    """The others that are not significantly less accurate, and how many texts would settle it."""
    sentences = []
    others = [name for name in equals if name not in (model, best)]
    if others and model != best:
        sentences.append(
            f"Also not significantly different from {best} on validation, but slower to answer: {listed(others)}."
        )
    pair = statistics.validation.pair(model, best) if model != best else None
    if pair and pair.needed_texts:
        sentences.append(
            f"The choice was made on {plural(pair.n, 'validation text')}; a difference as large as the one seen there, "
            f"{points(abs(pair.difference))[1:]} points, would be significant with about {rounded(pair.needed_texts)}."
        )
    return sentences


def _nearest(rows: Sequence[Row], costs: dict[str, list[Cost]], limits: Limits) -> str:
    """That no model meets the limits, and which limit is nearest to being met."""
    misses = [
        (max(excess.values()), len(excess), at, row, cost, excess)
        for at, row in enumerate(rows)
        for cost in costs[row.model]
        if (excess := limits.excess(cost, row.validation_accuracy))
    ]
    _, _, _, row, cost, excess = min(misses, key=lambda miss: miss[:3])
    says = {
        "latency_ms": f"needs {significant(cost.latency_ms)} ms for one text instead of {limits.latency_ms or 0:g}",
        "memory_mb": f"needs {significant(cost.memory_mb)} MB of memory instead of {limits.memory_mb or 0:g}",
        "model_mb": f"is {significant(cost.model_mb)} MB large instead of {limits.model_mb or 0:g}",
        "accuracy": f"gets {percent(row.validation_accuracy)} right on validation instead of "
        f"{percent(limits.accuracy or 0)}",
    }
    return (
        f"No model meets the limits ({listed(limits.words())}). The closest is {row.title} ({cost.form}), which "
        f"{listed([says[limit] for limit in excess])}."
    )
