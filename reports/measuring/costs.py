"""What an answer costs: latency, memory and size of each model, as exported where it was, else as trained."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from models.run_folder import RunFolder, RunFolderError

BYTES_PER_PARAMETER = 4


@dataclass(frozen=True)
class Cost:
    """What one way to run a model costs.

    Attributes:
        form: name of the export, or `as trained`.
        latency_ms: of one text, milliseconds, median.
        memory_mb: peak of the process that answers; as trained, of the one that trained.
        model_mb: megabytes to keep; as trained, the file and 4 bytes for each frozen parameter that is not in it.
    """

    form: str
    latency_ms: float
    memory_mb: float | None
    model_mb: float | None


AS_TRAINED = "as trained"


def read_costs(run: Path, comparison: dict) -> dict[str, list[Cost]]:
    """By model, the ways to run it, the quickest first.

    An export is measured from raw text to label; a model as trained from prepared input. Where a model has exports that
    passed their check, only they count.

    Raises:
        RunFolderError: a `parity.json` is damaged.
    """
    found = {}
    for row in comparison["rows"]:
        if row["by_seed"]:
            exported = [
                Cost(name, entry["latency_ms"]["1"], entry.get("peak_memory_mb"), entry.get("megabytes"))
                for name, entry in read_exports(run, row["model"]).items()
                if not entry.get("refused") and (entry.get("latency_ms") or {}).get("1")
            ]
            costs = exported or [_as_trained(run, row)]
            found[row["model"]] = sorted(costs, key=lambda cost: cost.latency_ms)
    return found


def read_exports(run: Path, model: str) -> dict[str, dict]:
    """By format, what `parity.json` says of a model's exports; empty where there are none."""
    path = RunFolder(run).path / model / "export" / "parity.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))["formats"]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise RunFolderError(f"{path} is damaged: {' '.join(str(error).split())}.") from error


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


def as_dict(costs: dict[str, list[Cost]]) -> dict[str, list[dict]]:
    """For JSON."""
    return {model: [asdict(cost) for cost in found] for model, found in costs.items()}


def _as_trained(run: Path, row: dict) -> Cost:
    last = row["by_seed"][-1]
    folder = RunFolder(run).trial(row["model"], last["seed"])
    files = [path.stat().st_size for path in (folder / "model.keras", folder / "model.npz") if path.exists()]
    elsewhere = BYTES_PER_PARAMETER * (row["parameters"] - row["trainable_parameters"])
    return Cost(
        AS_TRAINED,
        1000 / row["texts_per_second"]["1"],
        row["peak_memory_mb"],
        (sum(files) + elsewhere) / 1e6 if files else None,
    )
