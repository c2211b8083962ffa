"""The picture of the outcome: on the page, and as the file `accuracy.svg`."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence

from markupsafe import Markup

from reports.evaluation import Evaluation
from reports.figures.axes import Axes, ticks
from reports.figures.diagrams import shape, style
from reports.numbers import count_range, listed, percent
from reports.reading.comparison import Row
from reports.reading.facts import Published

TITLE = "Test accuracy of each model with its 95 % interval"
LETTER, LONGEST = 6.2, 34  # pixels a letter takes; letters of a name
LINE = 15  # pixels from one line of words to the next


def on_page(evaluation: Evaluation) -> Markup:
    """Models by their names; its caption says what the marks are."""
    return _draw(evaluation, 420, lambda row: row.model, ()).render(TITLE, _said(evaluation.comparison.rows))


def as_file(evaluation: Evaluation) -> str:
    """Models by their titles; what the marks are stands above."""
    lines = textwrap.wrap(_legend(evaluation), 96)
    axes = _draw(evaluation, 640, lambda row: row.title, lines)
    return axes.render_file(TITLE, _said(evaluation.comparison.rows))


def compared(evaluation: Evaluation) -> list[Published]:
    """What others published of the models of this run."""
    trained = {row.model for row in evaluation.comparison.rows}
    return [entry for entry in evaluation.comparison.data.published if entry.model in trained]


def _draw(evaluation: Evaluation, width: int, name: Callable[[Row], str], lines: Sequence[str]) -> Axes:
    """A line for each model: its accuracy with the interval, what was published on it, and the largest class."""
    rows, test = evaluation.comparison.rows, evaluation.statistics.test
    majority = evaluation.comparison.majority_share
    ends = {row.model: test.interval(row.model, "accuracy") or [row.accuracy] * 2 for row in rows}
    published = {entry.model: entry.accuracy for entry in compared(evaluation)}
    shown = [end for pair in ends.values() for end in pair] + [*published.values()]
    shown += [row.accuracy for row in rows] + ([] if majority is None else [majority])
    low = max(0.0, math.floor(20 * min(shown, default=0.0) - 0.2) / 20)
    names = [textwrap.shorten(name(row), LONGEST, placeholder="…") or "…" for row in rows]
    left = round(LETTER * max([10, *map(len, names)])) + 12
    above = 4 + LINE * len(lines)
    axes = Axes((low, 1.0), (0, len(rows) or 1), (width, above + 40 + 26 * len(rows)), (left, 46, above, 36))
    for at, line in enumerate(lines):
        axes.words(4, LINE * (at + 1) - 3, line, "start")
    axes.frame("test accuracy, %", "", {value: f"{100 * value:.0f}" for value in ticks(low, 1.0, 6)}, {})
    if majority is not None:
        axes.line([majority] * 2, [0, len(rows)], "reference")
    for at, row in enumerate(rows):
        y = len(rows) - at - 0.5
        if row.model in published:
            axes.mark(published[row.model], y, "published", "circle", 3.5)
        axes.line(ends[row.model], [y, y], f"{style(row)} interval")
        axes.mark(row.accuracy, y, style(row), shape(row), 4.5)
        x, pixel = axes.at(max(*ends[row.model], row.accuracy), y)
        axes.words(x + 7, pixel + 4, percent(row.accuracy), "start", "words strong")
        axes.words(axes.left - 8, pixel + 4, names[at], "end")
    return axes


def _said(rows: Sequence[Row]) -> str:
    return "; ".join(f"{row.title} {percent(row.accuracy)}" for row in rows) or "No model was trained."


def _legend(evaluation: Evaluation) -> str:
    comparison, seeds = evaluation.comparison, evaluation.comparison.run.seeds
    spread = f"mean of {len(seeds)} seeds" if len(seeds) > 1 else f"seed {seeds[0]}"
    n = f"n = {count_range(comparison.test_sizes)}"
    sentences = [f"Test split of {comparison.data.name}, {n}, {spread}; bars: 95 % interval."]
    if comparison.majority_share is not None:
        sentences.append(f"Dashed: {percent(comparison.majority_share)}, the share of the largest class.")
    if published := compared(evaluation):
        sentences.append(f"Open circles: {listed(list(dict.fromkeys(entry.source for entry in published)))}.")
    return " ".join(sentences)
