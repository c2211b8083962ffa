"""Which model to take: chosen on validation, confirmed on test, within the reader's limits.

Of the models that are expected to give up at most a margin of accuracy to the best one, the quickest to answer, unless
it is hardly quicker than the best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reports.judging.limits import NO_LIMITS, Limits
from reports.judging.reasons import Choice, confirm, details, nearest, reason
from reports.measuring.correctness import Correctness
from reports.measuring.costs import Cost
from reports.measuring.expected_loss import choose, estimate_losses, most_accurate
from reports.measuring.significance import PartStatistics
from reports.measuring.statistics import Interval
from reports.reading.comparison import Row

MARGIN = 0.01  # accuracy that a quicker answer is worth, unless the reader says otherwise


@dataclass(frozen=True)
class Recommendation:
    """Which model to take.

    Attributes:
        reason: two sentences, or one where there is no choice.
        model: its name, `None` where nothing was trained or nothing meets the limits.
        seed: the one of the least validation log loss, of those that did not collapse.
        form: the way to run it.
        limits: those it had to meet, in words.
        margin: accuracy that it may give up to the best model that meets them, a share.
        equals: the models whose expected loss of accuracy is within the margin.
        expected_loss: accuracy that it is expected to give up to the best, a share; `None` without validation answers.
        loss_interval: the middle 95 % of what that may be.
        settling_texts: validation texts that would bring the upper end of the interval down to the margin; `None` where
            it is there, or where no number of texts would.
        details: further sentences.
    """

    reason: str
    model: str | None = None
    seed: int | None = None
    form: str | None = None
    limits: list[str] = field(default_factory=list)
    margin: float = MARGIN
    equals: list[str] = field(default_factory=list)
    expected_loss: float | None = None
    loss_interval: Interval | None = None
    settling_texts: int | None = None
    details: list[str] = field(default_factory=list)


def recommend(
    rows: Sequence[Row],
    validation: Correctness,
    test: PartStatistics,
    costs: Mapping[str, list[Cost]],
    limits: Limits = NO_LIMITS,
    margin: float = MARGIN,
) -> Recommendation:
    """The choice and its reason.

    Args:
        rows: the trained models.
        validation: which of their validation answers are right; a model without any is not chosen while another has.
        test: statistics of the test split.
        costs: of `reports.measuring.costs.read_costs`.
        limits: of the reader.
        margin: accuracy that a quicker model may give up to the best, a share.
    """
    words = limits.words()
    if not rows:
        return Recommendation("No model was trained, so there is none to take.", limits=words, margin=margin)
    sound = [row for row in rows if row.sound]
    if not sound:
        sentence = "Every model gives one class to every text: none of them is worth taking."
        return Recommendation(sentence, limits=words, margin=margin)
    fitting = {
        row.model: fits
        for row in sound
        if (
            fits := [
                cost
                for cost in costs[row.model]
                if not limits.excess(cost, row.validation_accuracy - cost.accuracy_loss)
            ]
        )
    }
    if not fitting:
        return Recommendation(nearest(sound, costs, limits), limits=words, margin=margin)
    choice = _choose({row.model: row for row in rows}, fitting, validation, limits, margin)
    return Recommendation(
        reason=f"{reason(choice)} {confirm(choice, test)}",
        model=choice.model,
        seed=min(choice.row.sound, key=lambda trial: trial.validation.log_loss).seed,
        form=choice.cost.form,
        limits=words,
        margin=margin,
        equals=choice.within,
        expected_loss=choice.expected_loss,
        loss_interval=choice.loss_interval,
        settling_texts=choice.settling_texts,
        details=details(choice),
    )


def _choose(
    rows: dict[str, Row], fitting: dict[str, list[Cost]], validation: Correctness, limits: Limits, margin: float
) -> Choice:
    """Chooses among the models that meet the limits.

    Args:
        rows: all that were trained, by name.
        fitting: the ways to run each model that meet the limits; no model of which every seed collapsed.
        validation, limits, margin: as in `recommend`.
    """
    judged = [model for model in fitting if model in validation.models]
    if not judged:  # their answers are not in the run folder any more
        quickest = {model: min(ways, key=lambda cost: cost.latency_ms) for model, ways in fitting.items()}
        model = max(fitting, key=lambda name: (rows[name].validation_accuracy, -quickest[name].latency_ms))
        return Choice(rows, quickest, model, model, limits, margin)
    # A model is judged by its most accurate form that meets the limits; quicker forms are held against that.
    least = {model: min(cost.accuracy_loss for cost in fitting[model]) for model in judged}
    losses = estimate_losses(validation.compared(judged)).reduced(least)
    quickest = {model: _quickest(fitting[model], least[model], losses.expected(model), margin) for model in judged}
    latency = {name: cost.latency_ms for name, cost in quickest.items()}
    model, best = choose(losses, latency, margin), most_accurate(losses, latency)
    unjudged = [name for name in fitting if name not in judged]
    lost = quickest[model].accuracy_loss - least[model]
    return Choice(rows, quickest, model, best, limits, margin, losses, lost, unjudged)


def _quickest(ways: list[Cost], least: float, expected: float, margin: float) -> Cost:
    """The quickest way to run a model whose own loss of accuracy, beyond the least, the margin leaves room for."""
    room = max(margin - expected, 0.0)
    return min(
        (cost for cost in ways if cost.accuracy_loss - least <= room),
        key=lambda cost: (cost.latency_ms, cost.accuracy_loss),
    )
