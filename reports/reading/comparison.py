"""From the metrics that every trial left in a run folder to one comparison: a row per model, means over the seeds."""

from __future__ import annotations

import csv
import json
import statistics
from pathlib import Path

import yaml

from models.catalog import CATALOG
from models.description import Description
from models.run_folder import RunFolderError

MEANS = (
    "accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "weighted_precision",
    "weighted_recall",
    "weighted_f1",
    "roc_auc",
    "log_loss",
    "expected_calibration_error",
)
TRIAL_MEANS = (
    "epochs",
    "best_epoch",
    "seconds_per_epoch",
    "seconds_training",
    "seconds_total",
    "accuracy_per_million_parameters",
)
OTHERS = (
    "reads",
    "accuracy_std",
    "validation_accuracy",
    "train_accuracy",
    "parameters",
    "trainable_parameters",
    "peak_memory_mb",
    "estimated_memory_mb",
    "texts_per_second",
    "accuracy_by_group",
    "collapsed",
    "overfitted",
)

DESCRIBED = ("title", "family", "recurrent", "reads", "weights", "weights_key", "chosen")
CORPUS = ("name", "source", "notes", "texts", "class_names", "class_shares", "keep_negations")


def compare(run: Path) -> dict:
    """Reads a run folder.

    Returns:
        `run` (recipe, backend, seeds), `data` (name, positive share, samples and overlaps before and
        after removal, of the first seed; `splits` has them of every seed), `rows` (one for each model
        that was trained or failed, with `None` for what a failed one has not; its `by_seed` has every
        trial's metrics and `history`, a list of numbers per epoch by name) and `missing` (models
        whose weights could not be had).

    Raises:
        RunFolderError: the folder is no run folder, or a file in it is damaged.
    """
    settings, environment, card = read_settings(run), read_environment(run), _read_card(run)
    seeds = list(range(settings["seed"], settings["seed"] + settings["seeds"]))
    rows, missing = [], []
    for model in dict.fromkeys(settings["models"]):
        finished = [found for seed in seeds if (found := _read_trial(run / model / str(seed)))]
        failures = [found for seed in seeds if (found := _read(run / model / str(seed) / "failure.json"))]
        if finished or any(failure["kind"] == "failed" for failure in failures):
            rows.append(_row(model, finished, failures))
        elif failures:
            missing.append({"model": model, "reason": failures[0]["reason"]})
    first = card["splits"][0] if card["splits"] else {}
    return {
        "run": {
            "name": run.resolve().name,
            "recipe": settings["recipe"],
            "seeds": seeds,
            **{name: environment[name] for name in ("backend", "processor", "cores")},
        },
        "data": {
            **{name: card[name] for name in CORPUS},
            **{name: first.get(name) for name in ("positive_share", "samples", "overlaps")},
            "splits": card["splits"],
        },
        "rows": rows,
        "missing": missing,
    }


def _row(model: str, finished: list[dict], failures: list[dict]) -> dict:
    failed = failures[0]["reason"] if failures else None
    if not finished:
        unknown = dict.fromkeys((*MEANS, *TRIAL_MEANS, *OTHERS))
        return {
            "model": model,
            "title": model,
            "family": CATALOG[model].family,
            "recurrent": CATALOG[model].recurrent,
            **unknown,
            "failed": failed,
            "by_seed": [],
        }
    accuracies = [trial["test"]["accuracy"] for trial in finished]
    last = finished[-1]
    return {
        "model": model,
        "title": last["title"],
        "family": last["family"],
        "recurrent": last["recurrent"],
        "reads": last["reads"],
        **{name: _mean([trial["test"][name] for trial in finished]) for name in MEANS},
        "accuracy_std": statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        "validation_accuracy": _mean([trial["validation"]["accuracy"] for trial in finished]),
        "train_accuracy": _mean([trial["train"]["accuracy"] for trial in finished]),
        "parameters": last["parameters"],
        "trainable_parameters": last["trainable_parameters"],
        **{name: _mean([trial[name] for trial in finished]) for name in TRIAL_MEANS},
        "peak_memory_mb": max(trial["peak_memory_mb"] for trial in finished),
        "estimated_memory_mb": max(trial.get("estimated_memory_mb", 0) for trial in finished) or None,
        "texts_per_second": {
            size: _mean([trial["texts_per_second"][size] for trial in finished]) for size in last["texts_per_second"]
        },
        "accuracy_by_group": _by_group(
            [trial["accuracy_by_group"] for trial in finished if trial["accuracy_by_group"]]
        ),
        "collapsed": any(trial["collapsed"] for trial in finished),
        "overfitted": any(trial["overfitted"] for trial in finished),
        "failed": failed,
        "by_seed": finished,
    }


def _mean(values: list) -> float | int | None:
    """The mean of what was measured; a single value is kept as it is."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return known[0] if known else None
    return statistics.fmean(known)


def _by_group(found: list[dict]) -> dict[str, dict] | None:
    """Accuracy per group over the test texts of all seeds."""
    if not found:
        return None
    pooled = {}
    for group in sorted({name for trial in found for name in trial}):
        cells = [trial[group] for trial in found if group in trial]
        n = sum(cell["n"] for cell in cells)
        pooled[group] = {"n": n, "accuracy": sum(cell["accuracy"] * cell["n"] for cell in cells) / n}
    return pooled


def _read_trial(folder: Path) -> dict | None:
    """Metrics of a finished trial, what its model says of itself, and its `history`, `None` where it has no epochs."""
    found = _read(folder / "metrics.json")
    if found is None:
        return None
    description = Description.load(folder / "model.json")
    said = {name: getattr(description, name) for name in DESCRIBED}
    return found | said | {"history": _read_history(folder / "history.csv")}


def _read_history(path: Path) -> dict[str, list[float]] | None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {name: [float(row[name]) for row in rows] for name in rows[0]} if rows else None
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, csv.Error) as error:
        raise RunFolderError(f"{path} is damaged: {error}.") from error


def read_settings(run: Path) -> dict:
    """The settings of a run."""
    return _require(run / "settings.yaml", {"recipe", "models", "seed", "seeds"})


def read_environment(run: Path) -> dict:
    """The machine and the versions of a run."""
    return _require(run / "environment.json", {"backend", "processor", "cores", "python", "system", "packages"})


def _read_card(run: Path) -> dict:
    return _require(run / "data_card.json", {*CORPUS, "splits"})


def _require(path: Path, names: set[str]) -> dict:
    found = _read(path)
    if not isinstance(found, dict) or not names <= found.keys():
        state = "is not in it" if found is None else "is not one that python -m training.run writes"
        raise RunFolderError(f"{path.parent} is no run folder: {path.name} {state}.")
    return found


def _read(path: Path) -> dict | None:
    """What a YAML or JSON file holds, `None` where there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, yaml.YAMLError) as error:
        raise RunFolderError(f"{path} is damaged: {' '.join(str(error).split())}.") from error
