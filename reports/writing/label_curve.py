"""What the page and `report.md` say of trainings with fewer labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from reports.evaluation import Evaluation
from reports.figures.diagrams import model_legend
from reports.figures.label_curve import label_curve_diagram
from reports.measuring.label_curve import ModelCurve, Score
from reports.numbers import count, decimals, listed, percent_range, plural, points, points_range

TITLE = "Would more labels help?"
WARNING = (
    "An extrapolation goes where nothing was measured. It is the mean of two power laws, one that levels off and one "
    "that goes on to 100 %, and holds as far as new texts are like those there are; its interval covers other texts, "
    "other trainings and both laws, but no other shape."
)
HOW = (
    "Each model was trained again with fewer labels, the smaller draws within the larger ones; validation and test "
    "texts stayed the same."
)
OTHERS_UNLABELLED = "Training texts that lost their label count as unlabelled, so that labels alone differ."


class Cell(NamedTuple):
    """A cell of a table, with its small print."""

    text: str
    second: str = ""


def gather(evaluation: Evaluation) -> dict[str, Any]:
    """Everything `labels.html` needs, of a run that was asked for a curve."""
    curves = evaluation.curves
    rows = {row.model: row for row in evaluation.comparison.rows}
    sizes = sorted({point.labels for curve in curves for point in curve.points})
    extrapolated = any(curve.extrapolation for curve in curves)
    sentences = [_answer(evaluation), *([WARNING] if extrapolated else []), HOW]
    if evaluation.comparison.run.settings.get("unlabelled") != "none":
        sentences.append(OTHERS_UNLABELLED)
    return {
        "sentences": sentences if curves else [f"No model has been trained with fewer labels yet. {HOW}"],
        "figure": label_curve_diagram(rows, curves) if curves else None,
        "legend": model_legend([rows[curve.model] for curve in curves]),
        "extrapolated": extrapolated,
        "sizes": [count(labels) for labels in sizes],
        "tables": _tables(curves, sizes, len(evaluation.comparison.run.seeds)) if curves else [],
        "notes": _notes(evaluation),
    }


def _answer(evaluation: Evaluation) -> str:
    """What more labels would do for the recommended model, or for the best on validation where none is."""
    curves = {curve.model: curve for curve in evaluation.curves}
    best = max(evaluation.curves, key=lambda curve: curve.points[-1].validation.accuracy, default=None)
    curve = curves.get(evaluation.recommended.model or "", best)
    if curve is None:
        return ""
    before, last = curve.points[-2:]
    so_far = (
        f"From {count(before.labels)} to {count(last.labels)} labels its validation accuracy changed by "
        f"{points(curve.last_step)} points (95 % interval {points_range(curve.last_interval)})."
    )
    if found := curve.extrapolation:
        return (
            f"Twice the labels ({count(found.labels)}): about {points(found.gain)} points for {curve.model} (95 % "
            f"interval {points_range(found.interval)}), an extrapolation. {so_far}"
        )
    return (
        f"What twice the labels ({count(2 * last.labels)}) would bring {curve.model} is not determined: "
        f"{curve.undetermined}. {so_far}"
    )


def _tables(curves: Sequence[ModelCurve], sizes: Sequence[int], seeds: int) -> list[dict[str, Any]]:
    def cells(curve: ModelCurve, part: str) -> list[Cell]:
        scores: dict[int, Score] = {point.labels: getattr(point, part) for point in curve.points}
        return [
            Cell(decimals(100 * score.accuracy, 1), percent_range(score.interval))
            if (score := scores.get(labels))
            else Cell("–")
            for labels in sizes
        ]

    names = {curve.model: _named(curve, seeds) for curve in curves}
    return [
        {
            "part": "Validation",
            "heads": ["twice the labels, points"],
            "lines": [
                {"name": names[curve.model], "cells": [*cells(curve, "validation"), _twice(curve)]} for curve in curves
            ],
        },
        {
            "part": "Test",
            "heads": [],
            "lines": [{"name": names[curve.model], "cells": cells(curve, "test")} for curve in curves],
        },
    ]


def _named(curve: ModelCurve, seeds: int) -> str:
    fewest = min(len(point.seeds) for point in curve.points)
    return curve.model if fewest == seeds else f"{curve.model} ({fewest} of {plural(seeds, 'seed')})"


def _twice(curve: ModelCurve) -> Cell:
    found = curve.extrapolation
    return Cell(points(found.gain), points_range(found.interval)) if found else Cell("not determined")


def _notes(evaluation: Evaluation) -> list[str]:
    """Why a number is not there."""
    found, notes = evaluation.label_curve, []
    if found.lacking and found.answers:
        largest = count(found.answers[-1][0])
        notes.append(
            f"Asked for and not there: {listed([count(labels) for labels in found.lacking])} labels. The run has "
            f"{largest} training texts."
        )
    reasons: dict[str, list[str]] = {}
    for curve in evaluation.curves:
        if curve.undetermined:
            reasons.setdefault(curve.undetermined, []).append(curve.model)
    notes += [f"Not determined for {listed(models)}: {reason}." for reason, models in reasons.items()]
    notes += [
        f"{entry.model} has no answers with {count(entry.labels)} labels and seed {entry.seed}: {entry.reason}."
        for entry in found.untrained
    ]
    return notes
