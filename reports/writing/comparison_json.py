"""`comparison.json`: an evaluation for programs. Names that are in it stay."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from models.metrics import BY_NAME
from reports.evaluation import Evaluation
from reports.judging import searched
from reports.reading.comparison import Absent, Row
from reports.reading.facts import DataFacts
from reports.reading.trials import Scores, Trial

DESCRIBED = ("title", "family", "recurrent", "reads", "weights", "weights_key", "chosen")
OF_ROW = ("title", "family", "recurrent", "reads", "parameters", "trainable_parameters", "failed")
NOT_IN_JSON = {"position", "attention", "metrics", "by_seed", "failures"}


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The content of `comparison.json`.

    `rows` has the models that were trained or failed, in the order of the run, with `None` for every number of one that
    failed; `by_seed` of a row has every trial. `missing` has the models whose weights could not be had or whose turn
    never came. `label_curve` is `None` where no trainings with fewer labels were asked for, `search` where no settings
    were to be searched.
    """
    comparison, run = evaluation.comparison, evaluation.comparison.run
    environment = run.environment
    return {
        "run": {
            "name": run.name,
            "recipe": run.recipe,
            "seeds": run.seeds,
            "backend": environment.backend,
            "processor": environment.processor,
            "cores": environment.cores,
            "device": environment.device,
        },
        "data": _data(comparison.data),
        "rows": [
            _row(entry) if isinstance(entry, Row) else _failed(entry)
            for entry in comparison.entries
            if entry not in comparison.missing
        ],
        "missing": [{"model": entry.model, "reason": entry.reason} for entry in comparison.missing],
        "statistics": asdict(evaluation.statistics),
        "costs": {model: [asdict(cost) for cost in ways] for model, ways in evaluation.costs.items()},
        "recommended": asdict(evaluation.recommended),
        "guide": [asdict(advice) for advice in evaluation.guide],
        "verdicts": evaluation.verdicts,
        "label_curve": _label_curve(evaluation),
        "search": _search(evaluation),
    }


def _label_curve(evaluation: Evaluation) -> dict[str, Any] | None:
    """What fewer labels did, `None` where `--label-curve` was not asked for."""
    found = evaluation.label_curve
    if not found.wanted:
        return None
    return {
        "wanted": list(found.wanted),
        "lacking": found.lacking,
        "models": [asdict(curve) for curve in evaluation.curves],
        "untrained": [asdict(entry) for entry in found.untrained],
    }


def _search(evaluation: Evaluation) -> dict[str, Any] | None:
    """What was tried and chosen, `None` where `--search` was not asked for."""
    found = evaluation.search
    if not found.asked:
        return None
    best = searched.best_accuracy(evaluation)
    return {
        "asked": list(found.asked),
        "models": [
            asdict(model)
            | {"trials": [asdict(trial) | {"outcome": searched.judge(trial, best)} for trial in model.trials]}
            for model in found.models
        ],
    }


def _data(data: DataFacts) -> dict[str, Any]:
    """The data card, with some facts of the first split beside it."""
    values = asdict(data)
    first = values["splits"][0] if values["splits"] else {}
    return {**values, **{name: first.get(name) for name in ("positive_share", "samples", "overlaps")}}


def _row(row: Row) -> dict[str, Any]:
    numbers = {field.name: getattr(row, field.name) for field in fields(row) if field.name not in NOT_IN_JSON}
    if row.accuracy_by_group:
        numbers["accuracy_by_group"] = {name: asdict(cell) for name, cell in row.accuracy_by_group.items()}
    described = {name: getattr(row, name) for name in OF_ROW}
    return numbers | described | row.metrics | {"by_seed": [_trial(trial) for trial in row.by_seed]}


def _failed(entry: Absent) -> dict[str, Any]:
    names = {field.name for field in fields(Row)} - NOT_IN_JSON | {*OF_ROW, *BY_NAME}
    known = {"model": entry.model, "title": entry.model, "needs": 0, "failed": entry.reason, "by_seed": []}
    return dict.fromkeys(sorted(names)) | known


def _trial(trial: Trial) -> dict[str, Any]:
    values = asdict(trial)
    del values["description"]
    described = {name: getattr(trial.description, name) for name in DESCRIBED}
    return values | described | {part: _scores(getattr(trial, part)) for part in ("validation", "test")}


def _scores(scores: Scores) -> dict[str, Any]:
    values = asdict(scores)
    return values | values.pop("metrics")
