"""What a child process does for a search: train with some settings and see how well that does on validation texts.

The test texts are withheld from it.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from data.cleaning import Cleaner
from data.files import read_json, write_json
from data.preparing import load_texts
from data.splits.unlabelled import Unlabelled
from models.catalog import CATALOG
from models.metrics import SMALLEST
from models.peak_memory import peak_memory_mb
from models.run_folder import CHECKPOINTS, RunFolder
from training import command_line
from training.devices.sharing import share_task
from training.ending import ending
from training.fitting.history import describe_history
from training.measuring.evaluating import has_collapsed, overfits
from training.search.space import Values
from training.tensorboard.hyperparameters import hyperparameters
from training.tensorboard.outcome import write_search_outcome
from training.trainers.trained import Task
from training.trials import TRAINERS, attempt_trial

SEEN = ("train", "validation")


def run_search_trial(path: Path, model: str, number: int, seed: int, values: Values, deadline: float | None) -> None:
    """Trains `model` with some settings in place of the run's, and leaves `metrics.json` or `failure.json`.

    Ends the process as `training.trials.run_trial` does.

    Args:
        path: the run folder.
        model: its name in the catalog.
        number: of the trial, from 0.
        seed: whose split and first weights it has.
        values: the settings, by name.
        deadline: when it has to end, in seconds of `time.monotonic`.
    """
    run, started = RunFolder(path), time.perf_counter()
    attempt_trial(
        run.search, model, number, deadline, lambda: _train_and_validate(run, model, number, seed, values, started)
    )


def search_task_of(run: RunFolder, model: str, number: int, seed: int, values: Values) -> Task:
    """What is to be done for one trial of a search, see `run_search_trial`."""
    settings = replace(command_line.load(run.settings), **values)  # type: ignore[arg-type]
    parts = {name: part for name, part in load_texts(run.prepared(seed)).items() if name in SEEN}
    card = read_json(run.data_card)
    architecture, classes = CATALOG[model], len(card["class_names"])
    return Task(
        architecture, settings, run, seed, parts, Unlabelled([], []), classes, Cleaner.of(card), search_trial=number
    )


def _train_and_validate(run: RunFolder, model: str, number: int, seed: int, values: Values, started: float) -> None:
    task = search_task_of(run, model, number, seed, values)
    settings, parts, architecture = task.settings, task.parts, task.architecture
    share_task(task)
    trained = TRAINERS[architecture.family](task)
    seconds_training = time.perf_counter() - started
    scores = {
        name: _scores(trained.probabilities[name], part.labels, task.weights(name)) for name, part in parts.items()
    }
    validation = trained.probabilities["validation"].argmax(axis=1)
    result = {
        "model": model,
        "trial": number,
        "seed": seed,
        "settings": values,
        **scores,
        **describe_history(trained.history),
        "parameters": trained.parameters,
        "overfitted": overfits(scores["train"]["accuracy"], scores["validation"]["accuracy"]),
        "collapsed": has_collapsed(validation, parts["validation"].labels),
        "stopped_by": f"--time-limit {settings.time_limit}" if ending.cut_short else None,
        "seconds_training": seconds_training,
        "seconds_total": time.perf_counter() - started,
        "peak_memory_mb": peak_memory_mb(),
    }
    folder = run.search.trial(model, number)
    varied = hyperparameters(settings, model) | {"seed": seed, "search_trial": number} | asdict(task.cleaner)
    write_search_outcome(folder, f"{model} search {number} {run.path.resolve().name}", varied, result)
    # What it learned is not kept: the trials of the run are trained again, with what was chosen.
    for name in trained.description.files.values():
        (folder / name).unlink()
    replace(trained.description, files={}).save(run.search.description(model, number))
    write_json(run.search.metrics(model, number), result)
    if not ending.cut_short:
        for name in CHECKPOINTS:
            (folder / name).unlink(missing_ok=True)


def _scores(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray | None) -> dict:
    """Accuracy, and log loss where texts weigh what they do in training."""
    true = probabilities[np.arange(len(labels)), labels]
    return {
        "n": len(labels),
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        "loss": float(np.average(-np.log(np.maximum(true, SMALLEST)), weights=weights)),
        "majority_share": float(np.bincount(labels).max() / len(labels)),
    }
