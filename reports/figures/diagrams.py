"""The figures of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from reports.figures.accuracy import SLIDES
from reports.figures.axes import MARKS, Axes, legend, log_ticks, ticks
from reports.numbers import percent, significant

ORDER = ("rnn", "lstm", "transformer", "distilbert", "linear")


def style(model: str) -> str:
    """The class that gives a model its color in every figure."""
    return f"m{ORDER.index(model) if model in ORDER else len(ORDER) - 1}"


def shape(model: str) -> str:
    """The mark of a model in every figure."""
    return MARKS[ORDER.index(model) if model in ORDER else len(ORDER) - 1]


def model_legend(rows: Sequence[dict]) -> Markup:
    """What the colors and shapes of models stand for."""
    return legend([(row["model"], style(row["model"]), shape(row["model"])) for row in rows])


def accuracies(rows: Sequence[dict], intervals: dict, majority: float | None, published: bool) -> Markup:
    """Test accuracy of each model with its interval, and what answering the largest class would give."""
    ends = [end for row in rows for end in intervals.get(row["model"], {}).get("accuracy") or [row["accuracy"]]]
    shown = ends + ([majority] if majority else [])
    shown += [SLIDES[row["model"]] / 100 for row in rows if published and row["model"] in SLIDES]
    low = max(0.0, math.floor(20 * min(shown) - 0.2) / 20)
    axes = Axes((low, 1.0), (0, len(rows)), (420, 44 + 26 * len(rows)), (74, 46, 4, 36))
    axes.frame("test accuracy, %", "", {value: f"{100 * value:.0f}" for value in ticks(low, 1.0, 6)}, {})
    if majority is not None:
        axes.line([majority] * 2, [0, len(rows)], "reference")
    for at, row in enumerate(rows):
        y = len(rows) - at - 0.5
        found = intervals.get(row["model"], {}).get("accuracy") or [row["accuracy"]] * 2
        if published and row["model"] in SLIDES:
            axes.mark(SLIDES[row["model"]] / 100, y, "published", "circle", 3.5)
        axes.line(found, [y, y], f"{style(row['model'])} interval")
        axes.mark(row["accuracy"], y, style(row["model"]), shape(row["model"]), 4.5)
        x, pixel = axes.at(max(*found, row["accuracy"]), y)
        axes.words(x + 7, pixel + 4, percent(row["accuracy"]), "start", "words strong")
        axes.words(axes.left - 8, pixel + 4, row["model"], "end")
    said = "; ".join(f"{row['title']} {percent(row['accuracy'])}" for row in rows)
    return axes.render("Test accuracy of each model with its 95 % interval", said)


def learning_curves(rows: Sequence[dict]) -> list[dict]:
    """A panel per network for accuracy and for loss, all on the same axes; of the first seed."""
    trials = [(row, row["by_seed"][0]) for row in rows if row["by_seed"] and row["by_seed"][0]["history"]]
    if not trials:
        return []
    longest = max(len(trial["history"]["loss"]) for _, trial in trials)
    panels = []
    for name, label, unit, scale in (("accuracy", "accuracy", "%", 100), ("loss", "loss", "nats", 1)):
        values = [
            value for _, trial in trials for part in ("", "val_") for value in trial["history"].get(part + name, ())
        ]
        if not values:
            continue
        low, high = _padded(min(values), max(values), 1.0 if name == "accuracy" else None)
        for row, trial in trials:
            train, validation = trial["history"][name], trial["history"]["val_" + name]
            epochs = list(range(1, len(train) + 1))
            axes = Axes((0.7, max(longest, 2) + 0.3), (low, high), (250, 180), (42, 8, 16, 34))
            y_ticks = {value: f"{scale * value:.{0 if scale == 100 else 1}f}" for value in ticks(low, high, 4)}
            axes.frame("epoch", f"{label}, {unit}", {at: f"{at:.0f}" for at in ticks(1, longest, 6, True)}, y_ticks)
            axes.area(epochs, train, validation, style(row["model"]))
            axes.line([trial["best_epoch"]] * 2, [low, high], "reference")
            x, _ = axes.at(trial["best_epoch"], high)
            anchor = "end" if x > axes.width * 0.7 else "start" if x < axes.width * 0.35 else "middle"
            axes.words(x, axes.top - 5, f"kept: epoch {trial['best_epoch']}", anchor, "words small")
            axes.line(epochs, train, "training")
            axes.line(epochs, validation, f"{style(row['model'])} plain")
            axes.mark(trial["best_epoch"], validation[trial["best_epoch"] - 1], style(row["model"]), "circle", 3.2)
            if len(epochs) == 1:
                axes.mark(1, train[0], "muted", "circle", 2.5)
            at = trial["best_epoch"] - 1
            panels.append(
                {
                    "title": row["model"],
                    "svg": axes.render(
                        f"{row['title']}: {label} by epoch",
                        f"{len(epochs)} epochs, kept: epoch {trial['best_epoch']}; there training "
                        f"{_written(train[at], scale)}, validation {_written(validation[at], scale)}.",
                    ),
                    "measure": label,
                }
            )
    return panels


def _written(value: float, scale: int) -> str:
    return percent(value) if scale == 100 else f"{value:.2f}"


def _padded(low: float, high: float, ceiling: float | None) -> tuple[float, float]:
    pad = 0.05 * (high - low) or 0.05
    return max(0.0, low - pad), min(high + pad, ceiling) if ceiling else high + pad


def reliability_diagram(row: dict, bins: Sequence[dict], least: float) -> Markup:
    """Share of right answers against confidence; on the diagonal confidence is right."""
    low = max(0.0, math.floor(10 * least) / 10)
    axes = Axes((low, 1.0), (0.0, 1.0), (230, 220), (40, 12, 10, 34))
    marks = {value: f"{100 * value:.0f}" for value in ticks(0, 1, 5)}
    axes.frame("confidence, %", "right, %", {value: f"{100 * value:.0f}" for value in ticks(low, 1.0, 5)}, marks)
    axes.line([low, 1.0], [low, 1.0], "reference")
    most = max(found["n"] for found in bins)
    for found in bins:
        axes.line([found["confidence"]] * 2, [found["confidence"], found["accuracy"]], f"{style(row['model'])} gap")
    for found in bins:
        radius = 2 + 6 * math.sqrt(found["n"] / most)
        axes.mark(found["confidence"], found["accuracy"], f"{style(row['model'])} see-through", "circle", radius)
    said = "; ".join(
        f"confidence {percent(found['confidence'], 0)}: {percent(found['accuracy'], 0)} right of {found['n']}"
        for found in bins
    )
    return axes.render(f"{row['title']}: share of right answers by confidence", said)


def operating_diagram(curves: Sequence[tuple[dict, dict]], kind: str) -> Markup:
    """ROC (`kind` "roc") or precision-recall curves ("precision_recall") of all models."""
    axes = Axes((0.0, 1.0), (0.0, 1.0), (340, 300), (44, 12, 10, 36))
    marks = {value: f"{100 * value:.0f}" for value in ticks(0, 1, 5)}
    if kind == "roc":
        axes.frame("false positive rate, %", "true positive rate, %", marks, marks)
        axes.line([0, 1], [0, 1], "reference")
        title, area = "ROC curves", "roc_auc"
    else:
        axes.frame("recall, %", "precision, %", marks, marks)
        axes.line([0, 1], [curves[0][1]["positive_share"]] * 2, "reference")
        title, area = "Precision-recall curves", "average_precision"
    for row, found in curves:
        axes.line(*found[kind], style(row["model"]))
    return axes.render(title, "; ".join(f"{row['title']}: area {found[area]:.2f}" for row, found in curves))


def front_diagram(rows: Sequence[dict], latency: dict[str, float], front: Sequence[str], chosen: str | None) -> Markup:
    """Test accuracy against latency; the line joins the models that no other beats in both."""
    accuracy = {row["model"]: row["accuracy"] for row in rows}
    low, high = min(latency.values()) / 1.6, max(latency.values()) * 1.6
    bottom, top = _padded(min(accuracy.values()) - 0.015, min(1.0, max(accuracy.values()) + 0.015), 1.0)
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
        x, y = axes.at(latency[row["model"]], row["accuracy"])
        if row["model"] == chosen:
            axes.mark(latency[row["model"]], row["accuracy"], "chosen", "circle", 10)
        axes.mark(latency[row["model"]], row["accuracy"], style(row["model"]), shape(row["model"]), 5)
        taken.append((x - 8, x + 8, y))
    for row in rows:
        x, y = axes.at(latency[row["model"]], row["accuracy"])
        _label(axes, row["model"], x, y, taken)
    return axes.render(
        "Test accuracy against latency",
        "; ".join(
            f"{row['title']}: {percent(row['accuracy'])}, {significant(latency[row['model']])} ms"
            f"{', on the front' if row['model'] in front else ''}"
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


def lengths_diagram(rows: Sequence[dict], ranges: Sequence[dict]) -> Markup:
    """Test accuracy of each model by the words of a text."""
    values = [value for found in ranges for value in found["accuracy"].values()]
    low, high = _padded(min(values), max(values), 1.0)
    axes = Axes((-0.35, len(ranges) - 0.65), (low, high), (420, 260), (42, 12, 12, 50))
    axes.frame(
        "words in the cleaned text",
        "accuracy, %",
        {},
        {value: f"{100 * value:.0f}" for value in ticks(low, high, 6)},
    )
    for at, found in enumerate(ranges):
        x, _ = axes.at(at, low)
        axes.words(x, axes.bottom + 15.5, found["words"])
        axes.words(x, axes.bottom + 29, f"n = {found['n']:,}", "middle", "words small")
    for number, row in enumerate(rows):
        shift = 0.05 * (number - (len(rows) - 1) / 2)  # so that equal values do not hide each other
        known = [at for at, found in enumerate(ranges) if row["model"] in found["accuracy"]]
        heights = [ranges[at]["accuracy"][row["model"]] for at in known]
        axes.line([at + shift for at in known], heights, style(row["model"]))
        for at, height in zip(known, heights, strict=True):
            axes.mark(at + shift, height, style(row["model"]), shape(row["model"]))
    return axes.render("Test accuracy by length of the text", "The numbers are in the table below.")
