"""The figures of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from reports.figures.axes import COLORS, MARKS, Axes, legend, log_ticks, ticks
from reports.figures.curves import Bin, LengthRange, OperatingCurves
from reports.numbers import percent, significant
from reports.reading.comparison import Row
from reports.reading.trials import History


def style(row: Row) -> str:
    """The class that gives a model its color in every figure of a run."""
    return style_at(row.position)


def shape(row: Row) -> str:
    """The mark of a model in every figure."""
    return shape_at(row.position)


def style_at(position: int) -> str:
    """The class of the model at a place among the run's models."""
    return f"m{position % COLORS}"


def shape_at(position: int) -> str:
    """The mark of the model there; with its color it is its own for more models than a run has."""
    return MARKS[position % len(MARKS)]


def model_legend(rows: Sequence[Row]) -> Markup:
    """What the colors and shapes of models stand for."""
    return legend([(row.model, style(row), shape(row)) for row in rows])


def learning_curves(rows: Sequence[Row], seed: int) -> list[dict]:
    """A panel per network for accuracy and for loss, all on the same axes; of one seed as far as models have it."""
    learned = [(row, history) for row in rows if (history := row.trial(seed).history)]
    return [
        {"title": row.model_of(seed), "measure": name, "svg": _learning_panel(row, seed, name, learned)}
        for name in ("accuracy", "loss")
        for row, history in learned
        if history.get(name) and history.get(f"val_{name}")
    ]


def _learning_panel(row: Row, seed: int, name: str, learned: Sequence[tuple[Row, History]]) -> Markup:
    trial = row.trial(seed)
    history = trial.history or {}
    every = [value for _, other in learned for part in ("", "val_") for value in other.get(part + name, ())]
    longest = max(len(other.get(name, ())) for _, other in learned)
    low, high = padded(min(every), max(every), 1.0 if name == "accuracy" else None)
    unit, scale = ("%", 100) if name == "accuracy" else ("nats", 1)
    train, validation = history[name], history[f"val_{name}"]
    epochs = list(range(1, len(train) + 1))
    axes = Axes((0.7, max(longest, 2) + 0.3), (low, high), (250, 180), (42, 8, 16, 34))
    y_ticks = {value: f"{scale * value:.{0 if scale == 100 else 1}f}" for value in ticks(low, high, 4)}
    axes.frame("epoch", f"{name}, {unit}", {at: f"{at:.0f}" for at in ticks(1, longest, 6, True)}, y_ticks)
    axes.area(epochs, train, validation, style(row))
    axes.line(epochs, train, "training")
    axes.line(epochs, validation, f"{style(row)} plain")
    if len(epochs) == 1:
        axes.mark(1, train[0], "muted", "circle", 2.5)
    kept = trial.best_epoch
    words = f"{len(epochs)} epochs"
    if kept is not None and kept in epochs:
        axes.line([kept] * 2, [low, high], "reference")
        x, _ = axes.at(kept, high)
        anchor = "end" if x > axes.width * 0.7 else "start" if x < axes.width * 0.35 else "middle"
        axes.words(x, axes.top - 5, f"kept: epoch {kept}", anchor, "words small")
        axes.mark(kept, validation[kept - 1], style(row), "circle", 3.2)
        words += (
            f", kept: epoch {kept}; there training {_written(train[kept - 1], scale)}, validation "
            f"{_written(validation[kept - 1], scale)}"
        )
    return axes.render(f"{row.title}: {name} by epoch", f"{words}.")


def _written(value: float, scale: int) -> str:
    return percent(value) if scale == 100 else f"{value:.2f}"


def padded(low: float, high: float, ceiling: float | None) -> tuple[float, float]:
    """The ends of an axis that shows values from `low` to `high`, at least 0, at most `ceiling`."""
    pad = 0.05 * (high - low) or 0.05
    return max(0.0, low - pad), min(high + pad, ceiling) if ceiling else high + pad


def reliability_diagram(row: Row, bins: Sequence[Bin], least: float) -> Markup:
    """Share of right answers against confidence; on the diagonal confidence is right."""
    low = max(0.0, math.floor(10 * least) / 10)
    axes = Axes((low, 1.0), (0.0, 1.0), (230, 220), (40, 12, 10, 34))
    marks = {value: f"{100 * value:.0f}" for value in ticks(0, 1, 5)}
    axes.frame("confidence, %", "right, %", {value: f"{100 * value:.0f}" for value in ticks(low, 1.0, 5)}, marks)
    axes.line([low, 1.0], [low, 1.0], "reference")
    most = max(entry.n for entry in bins)
    for entry in bins:
        axes.line([entry.confidence] * 2, [entry.confidence, entry.accuracy], f"{style(row)} gap")
    for entry in bins:
        radius = 2 + 6 * math.sqrt(entry.n / most)
        axes.mark(entry.confidence, entry.accuracy, f"{style(row)} see-through", "circle", radius)
    said = "; ".join(
        f"confidence {percent(entry.confidence, 0)}: {percent(entry.accuracy, 0)} right of {entry.n}" for entry in bins
    )
    return axes.render(f"{row.title}: share of right answers by confidence", said)


def roc_diagram(curves: Sequence[tuple[Row, OperatingCurves]]) -> Markup:
    """The ROC curves of all models."""
    axes, marks = _unit_square()
    axes.frame("false positive rate, %", "true positive rate, %", marks, marks)
    axes.line([0, 1], [0, 1], "reference")
    for row, curve in curves:
        axes.line(*curve.roc, style(row))
    return axes.render("ROC curves", "; ".join(f"{row.title}: area {curve.roc_auc:.2f}" for row, curve in curves))


def precision_recall_diagram(curves: Sequence[tuple[Row, OperatingCurves]]) -> Markup:
    """The precision-recall curves of all models."""
    axes, marks = _unit_square()
    axes.frame("recall, %", "precision, %", marks, marks)
    axes.line([0, 1], [curves[0][1].positive_share] * 2, "reference")
    for row, curve in curves:
        axes.line(*curve.precision_recall, style(row))
    areas = "; ".join(f"{row.title}: area {curve.average_precision:.2f}" for row, curve in curves)
    return axes.render("Precision-recall curves", areas)


def _unit_square() -> tuple[Axes, dict[float, str]]:
    axes = Axes((0.0, 1.0), (0.0, 1.0), (340, 300), (44, 12, 10, 36))
    return axes, {value: f"{100 * value:.0f}" for value in ticks(0, 1, 5)}


def front_diagram(
    rows: Sequence[Row], latency: Mapping[str, float], front: Sequence[str], chosen: str | None
) -> Markup:
    """Test accuracy against latency; the line joins the models that no other beats in both."""
    accuracy = {row.model: row.accuracy for row in rows}
    low, high = min(latency.values()) / 1.6, max(latency.values()) * 1.6
    bottom, top = padded(min(accuracy.values()) - 0.015, min(1.0, max(accuracy.values()) + 0.015), 1.0)
    axes = Axes((low, high), (bottom, top), (420, 280), (42, 14, 12, 38), log_x=True)
    axes.frame(
        "latency, ms for one text (logarithmic)",
        "test accuracy, %",
        {value: significant(value) for value in log_ticks(low, high)},
        {value: f"{100 * value:.0f}" for value in ticks(bottom, top, 6)},
    )
    if len(front) > 1:
        axes.line([latency[name] for name in front], [accuracy[name] for name in front], "front")
    taken: list[tuple[float, float, float]] = []
    for row in rows:
        x, y = axes.at(latency[row.model], row.accuracy)
        if row.model == chosen:
            axes.mark(latency[row.model], row.accuracy, "chosen", "circle", 10)
        axes.mark(latency[row.model], row.accuracy, style(row), shape(row), 5)
        taken.append((x - 8, x + 8, y))
    for row in rows:
        x, y = axes.at(latency[row.model], row.accuracy)
        _label(axes, row.model, x, y, taken)
    return axes.render(
        "Test accuracy against latency",
        "; ".join(
            f"{row.title}: {percent(row.accuracy)}, {significant(latency[row.model])} ms"
            f"{', on the front' if row.model in front else ''}"
            for row in rows
        ),
    )


def _label(axes: Axes, words: str, x: float, y: float, taken: list[tuple[float, float, float]]) -> None:
    """Writes a label beside its point where nothing else stands."""
    width = 6.6 * len(words)
    # Above left and below right first: the front rises to the right and passes between.
    for dx, dy, anchor in (
        (-9, -9, "end"), (10, 17, "start"), (0, 24, "middle"), (0, -16, "middle"), (12, 4, "start"), (-12, 4, "end"),
        (12, -9, "start"), (-10, 17, "end"), (0, 38, "middle"), (0, -30, "middle"),
    ):  # fmt: skip
        start = x + dx - {"start": 0, "end": width, "middle": width / 2}[anchor]
        inside = start > axes.left and start + width < axes.width and axes.top < y + dy < axes.bottom
        if inside and not any(
            start < right and left < start + width and abs(y + dy - 4 - height) < 13 for left, right, height in taken
        ):
            break
    axes.words(x + dx, y + dy, words, anchor)
    taken.append((start, start + width, y + dy - 4))


def lengths_diagram(rows: Sequence[Row], ranges: Sequence[LengthRange]) -> Markup:
    """Test accuracy of each model by the words of a text."""
    values = [value for entry in ranges for value in entry.accuracy.values()]
    low, high = padded(min(values), max(values), 1.0)
    axes = Axes((-0.35, len(ranges) - 0.65), (low, high), (420, 260), (42, 12, 12, 50))
    axes.frame(
        "words in the cleaned text",
        "accuracy, %",
        {},
        {value: f"{100 * value:.0f}" for value in ticks(low, high, 6)},
    )
    for at, entry in enumerate(ranges):
        x, _ = axes.at(at, low)
        axes.words(x, axes.bottom + 15.5, entry.words)
        axes.words(x, axes.bottom + 29, f"n = {entry.n:,}", "middle", "words small")
    for number, row in enumerate(rows):
        shift = 0.05 * (number - (len(rows) - 1) / 2)  # so that equal values do not hide each other
        known = [at for at, entry in enumerate(ranges) if row.model in entry.accuracy]
        heights = [ranges[at].accuracy[row.model] for at in known]
        axes.line([at + shift for at in known], heights, style(row))
        for at, height in zip(known, heights, strict=True):
            axes.mark(at + shift, height, style(row), shape(row))
    return axes.render("Test accuracy by length of the text", "The numbers are in the table below.")
