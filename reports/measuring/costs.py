"""What an answer costs: latency, memory and size of each model, as exported where it was, else as trained."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from models.run_folder import RunFolder
from models.serving.formats import FORMATS
from reports.reading.comparison import Comparison, Row
from reports.reading.files import build, read_mapping, understood

BYTES_PER_PARAMETER = 4


@dataclass(frozen=True)
class Cost:
    """What one way to run a model costs.

    Attributes:
        form: name of the export, or `as trained`.
        latency_ms: of one text, milliseconds, median.
        memory_mb: peak of the process that answers; as trained, of the one that trained.
        model_mb: megabytes to keep; as trained, the file and 4 bytes for each frozen parameter that is not in it.
        accuracy_loss: validation accuracy that the trained model has and this form has not, a share; 0 where the form
            gives the trained model's answers, at least 0 where it may give others.
        same_answers: whether it gives the trained model's answers, so that all accuracies measured are its own too.
    """

    form: str
    latency_ms: float
    memory_mb: float | None
    model_mb: float | None
    accuracy_loss: float = 0.0
    same_answers: bool = True


AS_TRAINED = "as trained"


@dataclass(frozen=True)
class Export:
    """What `parity.json` says of one export of a model.

    Attributes:
        latency_ms: by how many texts are answered at once, milliseconds, median.
        peak_memory_mb: of the process that answers.
        megabytes: of its files.
        accuracy: its own, on test.
        validation_accuracy_change: its own accuracy on validation minus the trained model's.
        largest_difference: of a probability from the trained model's.
        label_agreement: share of the texts that get the trained model's label.
        refused: why it is not usable, `None` where it is.
    """

    latency_ms: dict[str, float] = field(default_factory=dict)
    peak_memory_mb: float | None = None
    megabytes: float | None = None
    accuracy: float | None = None
    validation_accuracy_change: float | None = None
    largest_difference: float | None = None
    label_agreement: float | None = None
    refused: str | None = None


def read_costs(comparison: Comparison) -> dict[str, list[Cost]]:
    """By model, the ways to run it; those that give the trained model's answers first, of these the quickest.

    The first of each model is the one whose cost may stand beside the model's accuracy; each model has one. An export
    is measured from raw text to label; a model as trained from prepared input, and it counts only where no export that
    passed its check gives the same answers.

    Raises:
        RunFolderError: a `parity.json` is damaged.
    """
    costs = {}
    for row in comparison.rows:
        ways = [
            cost
            for name, export in read_exports(comparison.run.path, row.model).items()
            if (cost := _exported(name, export)) is not None
        ]
        if not any(cost.same_answers for cost in ways):
            ways.append(_as_trained(comparison.run.path, row))
        costs[row.model] = sorted(ways, key=lambda cost: (not cost.same_answers, cost.latency_ms))
    return costs


def read_exports(run: Path, model: str) -> dict[str, Export]:
    """By format, the exports of a model; empty where there are none.

    Raises:
        RunFolderError: its `parity.json` is damaged.
    """
    path = RunFolder(run).export(model) / "parity.json"
    content = read_mapping(path)
    if content is None:
        return {}
    with understood(path):
        return {
            name: build(Export, {key: value for key, value in entry.items() if value is not None})
            for name, entry in content["formats"].items()
        }


def pareto(points: dict[str, tuple[float, float]]) -> list[str]:
    """The names that no other beats in both: at least as accurate and at least as quick, and better in one.

    Args:
        points: by name, accuracy and latency.

    >>> pareto({"a": (0.9, 10.0), "b": (0.8, 1.0), "c": (0.7, 2.0)})
    ['b', 'a']
    """
    front = [
        name
        for name, (accuracy, latency) in points.items()
        if not any(
            other[0] >= accuracy and other[1] <= latency and other != (accuracy, latency) for other in points.values()
        )
    ]
    return sorted(front, key=lambda name: points[name][1])


def _exported(name: str, export: Export) -> Cost | None:
    """What an export costs; `None` where it is not usable, or where it is unknown what it loses."""
    if export.refused or not export.latency_ms.get("1"):
        return None
    cost = Cost(name, export.latency_ms["1"], export.peak_memory_mb, export.megabytes)
    if name not in FORMATS or not FORMATS[name].may_change_answers:
        return cost
    change = export.validation_accuracy_change
    return None if change is None else replace(cost, accuracy_loss=max(0.0, -change), same_answers=False)


def _as_trained(run: Path, row: Row) -> Cost:
    folder = RunFolder(run).trial(row.model, row.last.seed)
    files = [path.stat().st_size for path in (folder / "model.keras", folder / "model.npz") if path.exists()]
    elsewhere = BYTES_PER_PARAMETER * (row.parameters - row.trainable_parameters)
    return Cost(
        AS_TRAINED,
        1000 / row.texts_per_second["1"],
        row.peak_memory_mb,
        (sum(files) + elsewhere) / 1e6 if files else None,
    )
