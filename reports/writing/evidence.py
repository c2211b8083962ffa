"""What the page's section of evidence shows, made ready for its template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.predictions import PARTS, AllAnswers, Answers
from reports.evaluation import Evaluation
from reports.figures import diagrams
from reports.figures.axes import legend
from reports.figures.curves import accuracy_by_length, operating_curves, reliability
from reports.measuring.coverage import WANTED, cover
from reports.reading.comparison import Row
from reports.reading.facts import DataFacts
from reports.writing.confusion import MOST_CLASSES, most_confused

NUMBERED = 8  # classes from which a confusion matrix heads its columns with numbers
STRONGEST = 45  # % of the accent color behind words that must stay readable


def gather(evaluation: Evaluation) -> dict[str, Any]:
    """Everything `evidence.html` needs."""
    comparison, answers = evaluation.comparison, evaluation.answers
    rows, names = comparison.rows, comparison.data.class_names
    numbered = len(names) >= NUMBERED
    ranges = accuracy_by_length(comparison.run.path, answers)
    seed = comparison.first_seed or 0
    first = next((trial for row in rows for trial in row.by_seed if trial.seed == seed), None)
    return {
        "rows": rows,
        "legend": diagrams.model_legend(rows),
        "learning": diagrams.learning_curves(rows, seed),
        "learning_legend": legend([("training", "training", ""), ("validation, in the model's color", "plain", "")]),
        "confusions": [_confusion(row, seed, names, numbered) for row in rows] if len(names) <= MOST_CLASSES else [],
        "most_confused": [
            {"title": row.model_of(seed), "lines": most_confused(row.trial(seed).test, names)}
            for row in rows
            if len(names) > MOST_CLASSES
        ],
        "class_heads": [str(at + 1) for at in range(len(names))] if numbered else names,
        "numbered": numbered,
        "reliability": _reliability(rows, seed, answers, 1 / max(len(names), 1)),
        "calibrations": [
            {"title": row.model_of(seed), "found": found} for row in rows if (found := row.trial(seed).calibration)
        ],
        "coverage": _coverage(rows, seed, answers),
        "covered": WANTED,
        "operating": _operating(rows, seed, answers, names),
        "lengths": {"svg": diagrams.lengths_diagram(rows, ranges), "ranges": ranges} if ranges else None,
        "groups": _groups(rows, comparison.data),
        "seeds": len(comparison.run.seeds),
        "first_seed": seed,
        "n_train": f"{first.train.n:,}" if first else None,
        "n_validation": f"{first.validation.n:,}" if first else None,
        "n_first_test": f"{first.test.n:,}" if first else None,
    }


def _confusion(row: Row, seed: int, names: Sequence[str], numbered: bool) -> dict[str, Any]:
    test = row.trial(seed).test
    lines = []
    for at, (name, counts) in enumerate(zip(names, test.confusion_matrix, strict=True)):
        total = sum(counts)
        lines.append(
            {
                "name": f"{at + 1} {name}" if numbered else name,
                "cells": [{"n": n, "share": round(STRONGEST * n / max(total, 1))} for n in counts],
                "recall": test.per_class[name].recall if total else None,
            }
        )
    return {"title": row.model_of(seed), "lines": lines}


def _answers_of(row: Row, seed: int, answers: AllAnswers) -> Answers | None:
    return answers.get(row.model, {}).get(row.trial(seed).seed, {}).get("test")


def _reliability(rows: Sequence[Row], seed: int, answers: AllAnswers, least: float) -> list[dict[str, Any]]:
    return [
        {
            "title": row.model_of(seed),
            "ece": row.trial(seed).test.metrics["expected_calibration_error"],
            "svg": diagrams.reliability_diagram(row, reliability(first), least),
        }
        for row in rows
        if (first := _answers_of(row, seed, answers)) is not None
    ]


def _coverage(rows: Sequence[Row], seed: int, answers: AllAnswers) -> list[dict[str, Any]]:
    lines = []
    for row in rows:
        parts = answers.get(row.model, {}).get(row.trial(seed).seed, {})
        if all(len(parts[part].labels) if part in parts else 0 for part in PARTS):
            at = [cover(parts["validation"], parts["test"], wanted) for wanted in WANTED]
            lines.append({"title": row.model_of(seed), "all": row.trial(seed).test.accuracy, "at": at})
    return lines


def _operating(rows: Sequence[Row], seed: int, answers: AllAnswers, names: Sequence[str]) -> dict[str, Any] | None:
    curves = [
        (row, curve)
        for row in rows
        if (first := _answers_of(row, seed, answers)) is not None and (curve := operating_curves(first)) is not None
    ]
    if not curves:
        return None
    if len(names) == 2:
        what = f"ROC and precision-recall curves; positive is {names[1]}."
    else:
        what = "ROC and precision-recall curves of every class against the rest, all decisions taken together."
    return {
        "roc": diagrams.roc_diagram(curves),
        "precision_recall": diagrams.precision_recall_diagram(curves),
        "what": what,
        "positive_share": curves[0][1].positive_share,
        "areas": [{"title": row.model_of(seed), "curve": curve} for row, curve in curves],
    }


def _groups(rows: Sequence[Row], data: DataFacts) -> dict[str, Any] | None:
    cells = {row.model: row.accuracy_by_group for row in rows if row.accuracy_by_group}
    if not cells:
        return None
    lines = []
    for group in set().union(*cells.values()):
        known = [groups[group] for groups in cells.values() if group in groups]
        lines.append(
            {
                "name": group,
                "n": max(cell.n for cell in known),
                "cells": [groups[group].accuracy if group in groups else None for groups in cells.values()],
                "mean": sum(cell.accuracy for cell in known) / len(known),
            }
        )
    lines.sort(key=lambda line: (line["mean"], line["name"]))
    what = data.group_kind or "group"
    return {"title": f"Accuracy by {what}", "what": what, "models": list(cells), "lines": lines}
