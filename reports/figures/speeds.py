"""Seconds per epoch over one size."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reports.figures.axes import Axes, log_ticks
from reports.figures.diagrams import shape_at, style_at
from reports.numbers import count, significant
from reports.reading.benchmark import Growth

TITLES = {"texts": "texts", "length": "tokens of a text", "vocabulary": "words known", "batch": "texts per step"}
LEGEND = 18  # pixels a line


def speed_picture(growths: Sequence[Growth]) -> str:
    """The picture of one axis as a file of its own, both axes logarithmic.

    Args:
        growths: of the same axis, at least one.
    """
    axis = growths[0].axis
    sizes = [size for growth in growths for size in growth.points[0]]
    seconds = [math.log10(taken) for growth in growths for taken in growth.points[1]]
    low, high = min(seconds) - 0.1, max(seconds) + 0.1
    top = 12 + LEGEND * len(growths)
    x = min(sizes) / 1.15, max(sizes) * 1.15
    axes = Axes(x, (low, high), (560, 260 + top), (54, 14, top, 38), log_x=True)
    axes.frame(
        f"{TITLES[axis]} (logarithmic)",
        "seconds per epoch (logarithmic)",
        {value: count(value) for value in log_ticks(*x)},
        {math.log10(value): significant(value) for value in log_ticks(10**low, 10**high)},
    )
    for number, growth in enumerate(growths):
        along, taken = growth.points
        heights = [math.log10(value) for value in taken]
        axes.line(along, heights, style_at(number))
        for at, height in zip(along, heights, strict=True):
            axes.mark(at, height, style_at(number), shape_at(number))
        y = 16 + LEGEND * number
        axes.sample(axes.left + 6, y - 4, style_at(number), shape_at(number))
        axes.words(axes.left + 18, y, f"{growth.speeds[0].name}: exponent {growth.exponent:.2f}", "start")
    said = "; ".join(f"{growth.speeds[0].name}: exponent {growth.exponent:.2f}" for growth in growths)
    return axes.render_file(f"Seconds per epoch by {TITLES[axis]}", said)
