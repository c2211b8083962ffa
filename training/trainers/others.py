"""What models that are made of others, or taught by them, find of these in the run folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from data.files import read_json, whole
from data.splits.leakage import UNLABELLED
from models.calibration import at_temperature, fit_temperature
from models.catalog import CATALOG
from models.description import Description
from models.metrics import SMALLEST
from models.predictions import read_predictions
from models.run_folder import RunFolder
from training.trainers.trained import Task

LEARNED_FROM = ("train", UNLABELLED)


class OthersMissing(Exception):
    """Too few other models of the run are trained; the message is one sentence."""


@dataclass(frozen=True)
class Other:
    """A trained model of the same run and seed.

    Attributes:
        description: what it says of itself.
        metrics: its `metrics.json`.
        probabilities: its answers by split, and to the unlabelled texts where there are any: `(n, classes)` each.
        probes: its answers to `data.probes`, `(probes, classes)`.
    """

    description: Description
    metrics: dict[str, Any]
    probabilities: dict[str, np.ndarray]
    probes: np.ndarray


def write_learned_from(run: RunFolder, model: str, seed: int, probabilities: dict[str, np.ndarray]) -> None:
    """Keeps the answers to the texts that were learned from; those to the others are in `predictions.csv`."""
    kept = {part: found.astype(np.float32) for part, found in probabilities.items() if part in LEARNED_FROM}
    with whole(run.learned_from(model, seed)) as aside:
        np.savez(aside, allow_pickle=False, **kept)


def validation_loss(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Log loss at the temperature that suits the answers best, so that being unsure alone does not tell against a mean.

    Args:
        probabilities: of validation, `(n, classes)`.
        labels: of its texts, integer array of shape `(n,)`.
        weights: of its texts, `(n,)`; `None` for 1 each.
    """
    return _fit(probabilities, labels, weights)[1]


def _fit(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray | None) -> tuple[float, float]:
    return fit_temperature(np.log(np.maximum(probabilities, SMALLEST)), labels, weights)


def find_others(task: Task) -> list[Other]:
    """The finished models of the run, of the task's seed, that come before the task's own, best on validation first.

    Raises:
        OthersMissing: there are fewer than its entry in the catalog says it needs.
    """
    wanted = task.architecture
    order = list(CATALOG)
    names = [
        name
        for name in order[: order.index(wanted.name)]
        if name in task.settings.models and not CATALOG[name].taught and task.run.metrics(name, task.seed).exists()
    ]
    found = [_read(task, name) for name in names]
    if len(found) < wanted.needs:
        raise OthersMissing(f"it needs {wanted.needs} other trained models and has {len(found)}: name more in --models")
    labels, weights = task.parts["validation"].labels, task.weights("validation")
    return sorted(found, key=lambda other: validation_loss(other.probabilities["validation"], labels, weights))


def lesson_of(teacher: Other, task: Task) -> dict[str, np.ndarray]:
    """Its answers to the texts that are learned from, by split, as sure as it is right on validation: a mean of models
    is less sure than that, and who learns from it would be, too.
    """
    on_validation = teacher.probabilities["validation"]
    temperature, _ = _fit(on_validation, task.parts["validation"].labels, task.weights("validation"))
    learned = [part for part in LEARNED_FROM if part in teacher.probabilities]
    return {part: at_temperature(teacher.probabilities[part], temperature) for part in learned}


def _read(task: Task, name: str) -> Other:
    run, seed = task.run, task.seed
    answers = read_predictions(run.predictions(name, seed), read_json(run.data_card)["class_names"])
    with np.load(run.learned_from(name, seed), allow_pickle=False) as arrays:
        # Before NumPy 2.1 the file also holds what the writer said of pickles.
        probabilities = {part: arrays[part] for part in LEARNED_FROM if part in arrays}
    probabilities |= {part: found.probabilities.astype(np.float32) for part, found in answers.items()}
    probes = [probe["probabilities"] for probe in read_json(run.probes(name, seed)).values()]
    description = Description.load(run.description(name, seed))
    return Other(description, read_json(run.metrics(name, seed)), probabilities, np.array(probes, np.float32))


def cost_of(others: list[Other]) -> dict[str, Any]:
    """What it took to train these, for the row of a model that could not be had without them."""
    return {
        "seconds_training_needed": sum(other.metrics["seconds_training"] for other in others),
        "seconds_needed": sum(other.metrics["seconds_total"] for other in others),
        "memory_needed_mb": max(other.metrics["peak_memory_mb"] for other in others),
    }
