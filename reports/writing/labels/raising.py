"""What could raise accuracy: what the report shows of it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.figures.axes import legend
from reports.figures.diagrams import shape_at, style_at
from reports.figures.label_curve import label_curve_diagram
from reports.judging import changes
from reports.judging.more_labels import WARNING
from reports.measuring.label_curve import ModelCurve, Score
from reports.numbers import count, decimals, percent_range, points, points_range
from reports.reading.judged_data import Change, DataFindings
from reports.writing.evidence import Cell
from reports.writing.labels.blocks import Block, Head, cell

CHANGES = [
    Head("change", is_text=True),
    Head("gain", "points"),
    Head("measured with", is_text=True),
    Head("how", is_text=True),
]


def blocks(findings: DataFindings) -> list[Block]:
    """The changes in order, and the quick label curve where the run has none of its own."""
    found = findings.changes
    if found is None:
        return []
    parts = [
        Block(
            sentences=changes.answer(findings),
            heads=CHANGES,
            rows=[_change(change) for change in found.changes],
            caption="What each change gained in validation accuracy; small print: 95 % interval.",
            small=[changes.HOW],
        )
    ]
    return [*parts, _curve(found.curves)] if found.quick and found.curves else parts


def _change(change: Change) -> list[Cell]:
    gain = cell(points(change.gain), points_range(change.interval)) if change.interval else cell("not determined")
    return [cell(change.name), gain, cell(change.model), cell(change.measured)]


def _curve(curves: Sequence[ModelCurve]) -> Block:
    positions = {curve.model: at for at, curve in enumerate(curves)}
    sizes = sorted({point.labels for curve in curves for point in curve.points})
    draws = max(len(point.seeds) for curve in curves for point in curve.points)
    extrapolated = any(curve.extrapolation for curve in curves)
    return Block(
        title="Accuracy of quick models with fewer labels",
        figure=label_curve_diagram(positions, curves),
        legend=legend([(model, style_at(at), shape_at(at)) for model, at in positions.items()]),
        figure_caption="Validation accuracy over the number of labels (logarithmic), with 95 % intervals."
        + (" Dotted: the fitted curve, beyond the vertical line an extrapolation." if extrapolated else ""),
        heads=[Head("model", is_text=True), *(Head(count(size), "labels, %") for size in sizes)],
        rows=[[cell(curve.model), *_points(curve, sizes)] for curve in curves],
        caption=f"Validation accuracy by number of labels, mean of {draws} draws; small print: 95 % interval.",
        small=[WARNING] if extrapolated else [],
    )


def _points(curve: ModelCurve, sizes: Sequence[int]) -> list[Cell]:
    scores: dict[int, Score] = {point.labels: point.validation for point in curve.points}
    return [
        cell(decimals(100 * scores[size].accuracy, 1), percent_range(scores[size].interval))
        if size in scores
        else cell(None)
        for size in sizes
    ]
