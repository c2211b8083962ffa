"""What the page's section of evidence shows, made ready for its template."""

from __future__ import annotations

from pathlib import Path

from models.predictions import AllAnswers
from reports.figures import diagrams
from reports.figures.axes import legend
from reports.figures.curves import accuracy_by_length, operating_curves, reliability

NUMBERED = 8  # classes from which a confusion matrix heads its columns with numbers
MOST_CLASSES = 25  # shown as a matrix; of more, only what is confused most
MOST_CONFUSIONS = 15
STRONGEST = 45  # % of the accent color behind words that must stay readable


def gather(run: Path, comparison: dict, answers: AllAnswers) -> dict:
    """Everything `evidence.html` needs."""
    rows = [row for row in comparison["rows"] if row["by_seed"]]
    names = comparison["data"]["class_names"]
    numbered = len(names) >= NUMBERED
    ranges = accuracy_by_length(run, answers)
    first = rows[0]["by_seed"][0] if rows else None
    return {
        "rows": rows,
        "legend": diagrams.model_legend(rows),
        "learning": diagrams.learning_curves(rows),
        "learning_legend": legend([("training", "training", ""), ("validation, in the model's color", "plain", "")]),
        "confusions": [_confusion(row, names, numbered) for row in rows] if len(names) <= MOST_CLASSES else [],
        "most_confused": [_most_confused(row, names) for row in rows] if len(names) > MOST_CLASSES else [],
        "class_heads": [str(at + 1) for at in range(len(names))] if numbered else names,
        "numbered": numbered,
        "reliability": _reliability(rows, answers, 1 / max(len(names), 1)),
        "operating": _operating(rows, answers, names),
        "lengths": {"svg": diagrams.lengths_diagram(rows, ranges), "ranges": ranges} if ranges else None,
        "groups": _groups(rows, comparison["data"]["name"]),
        "seeds": len(comparison["run"]["seeds"]),
        "first_seed": first["seed"] if first else None,
        "n_train": f"{first['train']['n']:,}" if first else None,
        "n_validation": f"{first['validation']['n']:,}" if first else None,
        "n_first_test": f"{first['test']['n']:,}" if first else None,
    }


def _confusion(row: dict, names: list[str], numbered: bool) -> dict:
    test = row["by_seed"][0]["test"]
    lines = []
    for at, (name, counts) in enumerate(zip(names, test["confusion_matrix"], strict=True)):
        total = sum(counts)
        lines.append(
            {
                "name": f"{at + 1} {name}" if numbered else name,
                "cells": [{"n": n, "share": round(STRONGEST * n / max(total, 1))} for n in counts],
                "recall": test["per_class"][name]["recall"] if total else None,
            }
        )
    return {"title": row["model"], "lines": lines}


def _most_confused(row: dict, names: list[str]) -> dict:
    test = row["by_seed"][0]["test"]
    found = [
        (n, names[true], names[said])
        for true, counts in enumerate(test["confusion_matrix"])
        for said, n in enumerate(counts)
        if n and true != said
    ]
    found.sort(key=lambda cell: -cell[0])
    lines = [
        {"true": true, "said": said, "n": n, "share": n / test["per_class"][true]["n"]}
        for n, true, said in found[:MOST_CONFUSIONS]
    ]
    return {"title": row["model"], "lines": lines}


def _first_answers(row: dict, answers: AllAnswers):
    return answers.get(row["model"], {}).get(row["by_seed"][0]["seed"], {}).get("test")


def _reliability(rows: list[dict], answers: AllAnswers, least: float) -> list[dict]:
    return [
        {
            "title": row["model"],
            "ece": row["by_seed"][0]["test"]["expected_calibration_error"],
            "svg": diagrams.reliability_diagram(row, reliability(found), least),
        }
        for row in rows
        if (found := _first_answers(row, answers)) is not None
    ]


def _operating(rows: list[dict], answers: AllAnswers, names: list[str]) -> dict | None:
    curves = [
        (row, curve)
        for row in rows
        if (found := _first_answers(row, answers)) is not None and (curve := operating_curves(found)) is not None
    ]
    if not curves:
        return None
    if len(names) == 2:
        what = f"ROC and precision-recall curves; positive is {names[1]}."
    else:
        what = "ROC and precision-recall curves of every class against the rest, all decisions taken together."
    return {
        "roc": diagrams.operating_diagram(curves, "roc"),
        "precision_recall": diagrams.operating_diagram(curves, "precision_recall"),
        "what": what,
        "positive_share": curves[0][1]["positive_share"],
        "areas": [{"title": row["model"], **curve} for row, curve in curves],
    }


def _groups(rows: list[dict], data: str) -> dict | None:
    rows = [row for row in rows if row["accuracy_by_group"]]
    if not rows:
        return None
    found = [row["accuracy_by_group"] for row in rows]
    lines = [
        {
            "name": group,
            "n": max(cells[group]["n"] for cells in found if group in cells),
            "cells": [cells[group]["accuracy"] if group in cells else None for cells in found],
        }
        for group in set().union(*found)
    ]
    known = {line["name"]: [cell for cell in line["cells"] if cell is not None] for line in lines}
    lines.sort(key=lambda line: (sum(known[line["name"]]) / len(known[line["name"]]), line["name"]))
    what = {"20newsgroups": "newsgroup", "sample": "phenomenon"}.get(data, "group")
    return {"title": f"Accuracy by {what}", "what": what, "rows": rows, "lines": lines}
