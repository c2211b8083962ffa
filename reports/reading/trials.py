"""What one training left behind: `metrics.json`, `model.json`, `history.csv` of a trial, or `failure.json`."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.calibration import Calibration
from models.description import Description
from models.metrics import BY_NAME
from models.run_folder import RunFolder
from reports.reading.files import build, damaged, read_mapping, understood

History = dict[str, list[float]]  # by the name Keras gives it, a value per epoch


@dataclass(frozen=True)
class Accuracy:
    """The share of n texts that was answered right."""

    n: int
    accuracy: float


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of one class, which n texts belong to."""

    precision: float
    recall: float
    f1: float
    n: float


@dataclass(frozen=True)
class Scores:
    """All scores of one trial on one split.

    Attributes:
        n: texts.
        metrics: by name; `None` where it could not be computed.
        per_class: by name of the class.
        confusion_matrix: counts; rows are true classes, columns answers.
        largest_answer_share: share of the answers that are the class answered most.
        collapsed: whether it answers (nearly) one class to everything.
    """

    n: int
    metrics: dict[str, float | None]
    per_class: dict[str, ClassScores]
    confusion_matrix: list[list[int]]
    largest_answer_share: float
    collapsed: bool

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return self.metrics["accuracy"] or 0.0

    @property
    def log_loss(self) -> float:
        """Mean of minus the logarithm of the true class's probability, in nats."""
        loss = self.metrics["log_loss"]
        return float("inf") if loss is None else loss

    @property
    def majority_share(self) -> float:
        """What always answering the largest class would get right."""
        return max(scores.n for scores in self.per_class.values()) / self.n


@dataclass(frozen=True)
class Trial:
    """One model, trained with one seed.

    Attributes:
        model: its name in the catalog.
        seed: of its split and its first weights.
        description: what the model says of itself.
        train: how much of its own training texts it knows.
        validation, test: its scores.
        leaked: of the texts that were taken out of the test split, since they stand in an earlier one or nearly do;
            `None` where there were none, or that was not measured.
        accuracy_by_group: on test texts, `None` where texts have no groups.
        calibration: what a temperature would do for it, `None` where that was not measured.
        parameters, trainable_parameters: all weights, and those that were trained.
        epochs, best_epoch: how many there were, and the one whose weights are kept, counted from 1; `None` where a
            model has none.
        epochs_allowed: the most there could have been, `None` where that is not known.
        epochs_setting: the setting to raise for more of them.
        learning_rate_moved: whether it fell during training.
        seconds_per_epoch, seconds_training, seconds_total: the last includes evaluation.
        texts_per_second: by how many are answered at once.
        peak_memory_mb: of the process that trained it.
        peak_device_memory_mb: of the GPU or other device that it was trained on, `None` where there was none.
        estimated_memory_mb: said before.
        accuracy_per_million_parameters: of test texts.
        collapsed, overfitted: what went wrong; both are judged without the test split.
        stopped_by: the setting that ended training before its own rules did.
        cached_texts: texts whose features were there before.
        learned_precision: in which an encoder read the texts that its head learned from, where it was not full.
        other_work: share of its cores that other programs took from it.
        devices: how many shared its batches.
        virtual_devices: whether they were parts of the processor.
        wordpiece: share of word pieces known (`coverage`) and of texts cut (`cut`), by part.
        history: a value per epoch, `None` where it has no epochs or the file is missing.
    """

    model: str
    seed: int
    description: Description
    train: Accuracy
    validation: Scores
    test: Scores
    parameters: int
    trainable_parameters: int
    seconds_training: float
    seconds_total: float
    texts_per_second: dict[str, float]
    peak_memory_mb: float
    accuracy_by_group: dict[str, Accuracy] | None = None
    calibration: Calibration | None = None
    leaked: Accuracy | None = None
    epochs: int | None = None
    best_epoch: int | None = None
    epochs_allowed: int | None = None
    epochs_setting: str = "--epochs"
    learning_rate_moved: bool | None = None
    seconds_per_epoch: float | None = None
    peak_device_memory_mb: float | None = None
    estimated_memory_mb: float | None = None
    accuracy_per_million_parameters: float | None = None
    collapsed: bool = False
    overfitted: bool = False
    stopped_by: str | None = None
    cached_texts: int = 0
    learned_precision: str = ""
    other_work: float = 0.0
    devices: int = 1
    virtual_devices: bool = False
    wordpiece: dict[str, dict[str, float]] | None = None
    history: History | None = None


@dataclass(frozen=True)
class Failure:
    """Why a trial has no metrics.

    Attributes:
        seed: of the trial.
        kind: `failed`, `missing` where its weights could not be had, `unfinished` where there was no time.
        reason: in words.
    """

    seed: int
    kind: str
    reason: str

    @property
    def failed(self) -> bool:
        """Whether training began and could not be finished."""
        return self.kind == "failed"


def read_trial(run: RunFolder, model: str, seed: int) -> Trial | None:
    """What a finished trial left, `None` where there are no metrics.

    Raises:
        RunFolderError: a file is damaged, or `model.json` is missing.
    """
    path = run.metrics(model, seed)
    values = read_mapping(path)
    if values is None:
        return None
    description = Description.load(run.description(model, seed))
    history = read_history(run.trial(model, seed) / "history.csv")
    with understood(path):
        return make_trial({**values, "model": model, "seed": seed}, description, history)


def pool_groups(by_trial: list[dict[str, Accuracy]]) -> dict[str, Accuracy] | None:
    """Accuracy per group over the test texts of all seeds."""
    if not by_trial:
        return None
    pooled = {}
    for group in sorted({name for groups in by_trial for name in groups}):
        cells = [groups[group] for groups in by_trial if group in groups]
        n = sum(cell.n for cell in cells)
        pooled[group] = Accuracy(n, sum(cell.accuracy * cell.n for cell in cells) / n)
    return pooled


def make_trial(values: dict[str, Any], description: Description, history: History | None = None) -> Trial:
    """A trial from the content of its `metrics.json`.

    Raises:
        TypeError, KeyError, AttributeError: it lacks something.
    """
    validation = _scores(values["validation"])
    return replace(
        build(Trial, {**values, "description": description, "history": history}),
        collapsed=validation.collapsed,
        train=build(Accuracy, values["train"]),
        validation=validation,
        test=_scores(values["test"]),
        accuracy_by_group=_groups(values.get("accuracy_by_group")),
        leaked=build(Accuracy, found) if (found := values.get("leaked")) else None,
        calibration=build(Calibration, found) if (found := values.get("calibration")) else None,
    )


def read_failure(run: RunFolder, model: str, seed: int) -> Failure | None:
    """Why a trial was not finished, `None` where nothing says it.

    Raises:
        RunFolderError: the file is damaged.
    """
    path = run.failure(model, seed)
    values = read_mapping(path)
    if values is None:
        return None
    with understood(path):
        return Failure(seed, str(values["kind"]), str(values["reason"]))


def read_history(path: Path) -> History | None:
    """The columns of a `history.csv`, `None` where there is none or it has no epoch yet.

    Raises:
        RunFolderError: the file is damaged.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {name: [float(row[name]) for row in rows] for name in rows[0]} if rows else None
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, csv.Error) as error:
        raise damaged(path, error) from error


def _scores(values: dict[str, Any]) -> Scores:
    per_class = {name: build(ClassScores, scores) for name, scores in values["per_class"].items()}
    return build(Scores, {**values, "per_class": per_class, "metrics": {name: values.get(name) for name in BY_NAME}})


def _groups(values: dict[str, Any] | None) -> dict[str, Accuracy] | None:
    return {name: build(Accuracy, cell) for name, cell in values.items()} if values else None
