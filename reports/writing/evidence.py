"""What the page's section of evidence shows, made ready for its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from models.predictions import PARTS, AllAnswers, Answers
from reports.evaluation import Evaluation
from reports.figures import diagrams
from reports.figures.axes import legend
from reports.figures.curves import accuracy_by_length, operating_curves, reliability
from reports.figures.diagrams import shape_at, style_at
from reports.figures.label_curve import label_curve_diagram
from reports.figures.search import is_over_one_setting, search_diagram
from reports.judging import more_labels, searched
from reports.measuring.coverage import WANTED, cover
from reports.measuring.label_curve import ModelCurve, Score
from reports.numbers import count, decimals, percent_range, plural, points, points_range, significant
from reports.reading.comparison import Row
from reports.reading.facts import DataFacts
from reports.reading.search import ModelSearch
from reports.writing.confusion import MOST_CLASSES, most_confused

NUMBERED = 8  # classes from which a confusion matrix heads its columns with numbers
MOST_TRIALS = 50  # of a search that a table lists
STRONGEST = 45  # % of the accent color behind words that must stay readable


class Cell(NamedTuple):
    """A cell of a table, with its small print."""

    text: str
    second: str = ""


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


def gather_search(evaluation: Evaluation) -> dict[str, Any]:
    """Everything `search.html` needs, of a run whose settings were searched."""
    search, models = evaluation.search, evaluation.comparison.run.models
    drawn = [found for found in search.models if found.trials]
    tried = replace(search, models=tuple(drawn))
    positions = {model: at for at, model in enumerate(models)}
    best = searched.best_accuracy(evaluation)
    return {
        "sentences": searched.answer(evaluation),
        "figure": search_diagram(tried, positions) if drawn else None,
        "over_one_setting": is_over_one_setting(tried),
        "legend": legend(
            [(found.model, style_at(positions[found.model]), shape_at(positions[found.model])) for found in drawn]
        ),
        "tables": [_search_table(found, best) for found in drawn],
        "notes": searched.notes(evaluation),
    }


def _search_table(found: ModelSearch, best: float) -> dict[str, Any]:
    shown = sorted(found.trials, key=lambda trial: trial.validation.loss)[:MOST_TRIALS]
    lines = [
        {
            "name": count(trial.trial + 1),
            "chosen": trial.trial == found.chosen,
            "cells": [
                *(f"{value:g}" for value in trial.settings.values()),
                *(decimals(100 * scores.accuracy, 1) for scores in (trial.train, trial.validation)),
                *(decimals(scores.loss, 3) for scores in (trial.train, trial.validation)),
                f"{trial.best_epoch} of {trial.epochs}",
                significant(trial.seconds_total),
            ],
            "outcome": searched.judge(trial, best),
        }
        for trial in found.trials
        if trial in shown
    ]
    cut = len(found.trials) > len(lines)
    return {
        "model": found.model,
        "names": [searched.words(name) for name in found.names],
        "lines": lines,
        "which": f", the {len(lines)} best of {len(found.trials)} (all of them are in comparison.json)" if cut else "",
    }


def gather_labels(evaluation: Evaluation) -> dict[str, Any]:
    """Everything `labels.html` needs, of a run that was asked for a label curve."""
    curves = evaluation.curves
    rows = {row.model: row for row in evaluation.comparison.rows}
    sizes = sorted({point.labels for curve in curves for point in curve.points})
    return {
        "sentences": more_labels.answer(evaluation),
        "figure": label_curve_diagram({row.model: row.position for row in rows.values()}, curves) if curves else None,
        "legend": diagrams.model_legend([rows[curve.model] for curve in curves]),
        "extrapolated": any(curve.extrapolation for curve in curves),
        "sizes": [count(labels) for labels in sizes],
        "tables": _label_tables(curves, sizes, len(evaluation.comparison.run.seeds)) if curves else [],
        "notes": more_labels.notes(evaluation),
    }


def _label_tables(curves: Sequence[ModelCurve], sizes: Sequence[int], seeds: int) -> list[dict[str, Any]]:
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
