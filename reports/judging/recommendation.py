"""Which model to take: chosen on validation, confirmed on test, within the reader's limits.

Among the models that validation cannot tell from the most accurate one, the quickest to answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.measuring.costs import Cost
from reports.measuring.significance import find_pair
from reports.measuring.statistics import LEVEL
from reports.numbers import listed, p_value, percent, points, points_range, rounded, significant


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


def recommend(comparison: dict, costs: dict[str, list[Cost]], limits: Limits = NO_LIMITS) -> dict:
    """The choice and its reason.

    Args:
        comparison: with `statistics` of validation and test.
        costs: of `reports.measuring.costs.read_costs`.
        limits: of the reader.

    Returns:
        `model` and `seed` (that of the least validation log loss), both `None` where nothing was trained or nothing
        meets the limits; `form`, the way to run it; `limits`, those it had to meet; `equals`, the models validation
        cannot tell from the best; `reason`, two sentences or, where there is no choice, one; and `details`, further
        sentences.
    """
    rows = {row["model"]: row for row in comparison["rows"] if row["by_seed"]}
    nothing = {"model": None, "seed": None, "form": None, "limits": limits.words(), "equals": [], "details": []}
    if not rows:
        return nothing | {"reason": "No model was trained, so there is none to take."}
    sound = {name: row for name, row in rows.items() if not row["collapsed"]}
    if not sound:
        return nothing | {"reason": "Every model answers one class to everything: none of them is worth taking."}
    fitting = {
        name: fits
        for name, row in sound.items()
        if (fits := [cost for cost in costs[name] if not limits.excess(cost, row["validation_accuracy"])])
    }
    if not fitting:
        return nothing | {"reason": _nearest(sound, costs, limits)}
    validation = comparison["statistics"]["validation"]
    best = max(fitting, key=lambda name: (rows[name]["validation_accuracy"], -fitting[name][0].latency_ms))
    equals = [best] + [
        name
        for name in fitting
        if name != best and (pair := find_pair(validation, name, best)) is not None and not pair["apart"]
    ]
    model = min(equals, key=lambda name: fitting[name][0].latency_ms)
    choice = _choice(model, best, equals, fitting, rows, comparison, limits)
    confirmation = _confirmation(model, _rival(model, best, rows), rows, comparison)
    chosen = min(rows[model]["by_seed"], key=lambda trial: trial["validation"]["log_loss"])
    return {
        "model": model,
        "seed": chosen["seed"],
        "form": fitting[model][0].form,
        "limits": limits.words(),
        "equals": equals,
        "reason": f"{choice} {confirmation}",
        "details": _details(model, best, equals, rows, comparison),
    }


def _choice(
    model: str, best: str, equals: list[str], fitting: dict, rows: dict, comparison: dict, limits: Limits
) -> str:
    title = {name: row["title"] for name, row in rows.items()}
    within = f"Within the limits ({listed(limits.words())}) " if limits.words() else "On this data "
    if len(rows) == 1:
        return f"Only {title[model]} was trained, so there is no choice to make."
    if len(fitting) == 1:
        alone = "is the only model" if limits.words() else "is the only model that did not collapse to one class"
        return f"{within}{title[model]} {alone}: take it."
    if len(equals) == 1:
        return f"{within}{title[model]} is the most accurate: take it."
    if model == best:
        names = listed([title[name] for name in equals])
        return f"{within}{names} cannot be told apart; {model} is the quickest to answer: take it."
    pair = find_pair(comparison["statistics"]["validation"], model, best)
    pairs = len(comparison["statistics"]["validation"]["pairs"])
    corrected = f", corrected for {pairs} comparisons" if pairs > 1 else ""
    times = significant(fitting[best][0].latency_ms / fitting[model][0].latency_ms)
    return (
        f"{within}{title[model]} and {title[best]} cannot be told apart ({p_value(pair['p_holm'])}"
        f"{corrected}); {model} answers {times}× faster: take it."
    )


def _rival(model: str, best: str, rows: dict) -> str | None:
    """The model a reader would ask about next: the most accurate, or for a network the linear reference."""
    if best != model:
        return best
    if model != "linear" and "linear" in rows:
        return "linear"
    return max(
        (name for name in rows if name != model), key=lambda name: rows[name]["validation_accuracy"], default=None
    )


def _confirmation(model: str, rival: str | None, rows: dict, comparison: dict) -> str:
    """What the test texts, unused until now, say of the choice: one comparison, named before, so p stays as it is."""
    row, n = rows[model], comparison["statistics"]["test"]["n"]
    pair = find_pair(comparison["statistics"]["test"], model, rival) if rival else None
    if pair is None:
        return f"{row['title']} gets {percent(row['accuracy'])} of the test texts right."
    other, sign = rows[rival], 1 if pair["models"][0] == model else -1
    difference, ends = sign * pair["difference"], sorted(sign * end for end in pair["interval"])
    ahead = (
        "as many"
        if points(difference) == "0.0"
        else f"{points(abs(difference))[1:]} points " + ("more" if difference > 0 else "fewer")
    )
    sentence = (
        f"On {n:,} test texts it gets {percent(row['accuracy'])} right, {ahead}"
        f"{' as' if ahead == 'as many' else ' than'} {rival} (95 % interval of the difference "
        f"{points_range(ends)}, {p_value(pair['p'])}), which trains in {significant(other['seconds_training'])} s "
        f"against {significant(row['seconds_training'])} s"
    )
    if pair["p"] < LEVEL and difference < 0:
        return f"{sentence}; here they do differ, so take {rival} where accuracy counts most."
    return sentence + "."


def _details(model: str, best: str, equals: list[str], rows: dict, comparison: dict) -> list[str]:
    """The other equals, and how many texts would part the choice from the most accurate."""
    validation = comparison["statistics"]["validation"]
    sentences = []
    others = [name for name in equals if name not in (model, best)]
    if others and model != best:
        sentences.append(f"Not to be told from {best} either, but slower to answer: {listed(others)}.")
    pair = find_pair(validation, model, best) if model != best else None
    if pair and pair["needed_texts"]:
        sentences.append(
            f"The choice was made on {pair['n']:,} validation texts; a difference as the one seen there, "
            f"{points(abs(pair['difference']))[1:]} points, would show on about {rounded(pair['needed_texts'])}."
        )
    return sentences


def _nearest(rows: dict, costs: dict[str, list[Cost]], limits: Limits) -> str:
    """That no model meets the limits, and which limit is nearest to being met."""
    misses = [
        (max(excess.values()), len(excess), name, cost, excess)
        for name, row in rows.items()
        for cost in costs[name]
        if (excess := limits.excess(cost, row["validation_accuracy"]))
    ]
    _, _, name, cost, excess = min(misses, key=lambda miss: miss[:3])
    row = rows[name]
    says = {
        "latency_ms": f"needs {significant(cost.latency_ms)} ms for one text, not {limits.latency_ms or 0:g}",
        "memory_mb": f"needs {significant(cost.memory_mb)} MB of memory, not {limits.memory_mb or 0:g}",
        "model_mb": f"is {significant(cost.model_mb)} MB large, not {limits.model_mb or 0:g}",
        "accuracy": f"gets {percent(row['validation_accuracy'])} right on validation, not "
        f"{percent(limits.accuracy or 0)}",
    }
    return (
        f"No model meets the limits ({listed(limits.words())}). Nearest comes {row['title']} ({cost.form}), which "
        f"{listed([says[limit] for limit in excess])}."
    )
