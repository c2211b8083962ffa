"""Accuracy over the number of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from reports.figures.axes import Axes, log_ticks, ticks
from reports.figures.diagrams import padded, shape_at, style_at
from reports.measuring.label_curve import ModelCurve
from reports.numbers import count, percent

APART = 1.02  # what neighbors' numbers of labels differ by, so that equal values do not hide each other


def label_curve_diagram(positions: Mapping[str, int], curves: Sequence[ModelCurve]) -> Markup:
    """Validation accuracy of each model, its interval, and the fitted curve to more labels where there is one.

    Args:
        positions: of the models among those of the run, by name.
        curves: at least one.
    """
    points = [point for curve in curves for point in curve.points]
    fitted = [at for curve in curves if curve.extrapolation for at in curve.extrapolation.curve]
    few, most = min(point.labels for point in points), max(point.labels for point in points)
    end = max([most, *(labels for labels, _ in fitted)])
    heights = [value for point in points for value in (*point.validation.interval, point.validation.accuracy)]
    low, high = padded(min(heights), max([*heights, *(value for _, value in fitted)]), 1.0)
    axes = Axes((few / 1.15, end * 1.15), (low, high), (420, 280), (42, 14, 12, 38), log_x=True)
    axes.frame(
        "labels (logarithmic)",
        "validation accuracy, %",
        {value: count(value) for value in log_ticks(few / 1.15, end * 1.15)},
        {value: f"{100 * value:.0f}" for value in ticks(low, high, 6)},
    )
    if fitted:
        axes.line([most] * 2, [low, high], "reference")
    for number, curve in enumerate(curves):
        style, shape = style_at(positions[curve.model]), shape_at(positions[curve.model])
        aside = APART ** (number - (len(curves) - 1) / 2)
        if curve.extrapolation:
            along, fit = zip(*curve.extrapolation.curve, strict=True)
            axes.line(along, fit, f"{style} extrapolated")
        labels = [aside * point.labels for point in curve.points]
        for at, point in zip(labels, curve.points, strict=True):
            axes.line([at] * 2, point.validation.interval, f"{style} gap")
        axes.line(labels, [point.validation.accuracy for point in curve.points], style)
        for at, point in zip(labels, curve.points, strict=True):
            axes.mark(at, point.validation.accuracy, style, shape)
    said = "; ".join(
        f"{curve.model}: "
        + ", ".join(f"{percent(point.validation.accuracy)} with {count(point.labels)}" for point in curve.points)
        for curve in curves
    )
    return axes.render("Validation accuracy by number of labels", said)
