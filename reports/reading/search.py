"""What a search of settings left in a run folder: its trials, and which of them was chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.run_folder import RunFolder
from reports.reading.comparison import Comparison
from reports.reading.files import build, read_mapping, understood


@dataclass(frozen=True)
class SearchScores:
    """How well a trial does on a split.

    Attributes:
        n: texts.
        accuracy: share of right answers.
        loss: log loss, where texts weigh what they do in training.
        majority_share: what always answering the largest class would get right.
    """

    n: int
    accuracy: float
    loss: float
    majority_share: float


@dataclass(frozen=True)
class SearchTrial:
    """A network, trained with some settings in place of the run's.

    Attributes:
        trial: its number, from 0.
        settings: the values that were tried, by name.
        train, validation: how well it does; test texts are not known to it.
        epochs, best_epoch: how many there were, and the one whose weights count.
        seconds_total: that it took.
        collapsed, overfitted: what went wrong.
    """

    trial: int
    settings: dict[str, float]
    train: SearchScores
    validation: SearchScores
    epochs: int
    best_epoch: int
    seconds_total: float
    collapsed: bool
    overfitted: bool


@dataclass(frozen=True)
class FailedSearchTrial:
    """A trial without an outcome."""

    trial: int
    settings: dict[str, float]
    reason: str


@dataclass(frozen=True)
class ModelSearch:
    """The search of one model's settings.

    Attributes:
        model: its name.
        seed: whose split and first weights the trials had.
        wanted: how many trials there were to be; `None` while the search goes on.
        trials: those that are finished.
        failed: those that could not be.
        chosen: the number of the trial whose settings the run has; `None` where there is none.
        ended_by: the setting that ended the search before its time.
    """

    model: str
    seed: int
    wanted: int | None
    trials: tuple[SearchTrial, ...]
    failed: tuple[FailedSearchTrial, ...] = ()
    chosen: int | None = None
    ended_by: str | None = None

    @property
    def best(self) -> SearchTrial | None:
        """The trial that was chosen."""
        return next((trial for trial in self.trials if trial.trial == self.chosen), None)

    @property
    def names(self) -> list[str]:
        """The settings that were searched."""
        return list(self.trials[0].settings) if self.trials else []


@dataclass(frozen=True)
class Search:
    """The searches of a run.

    Attributes:
        asked: as `--search` has it: a number of trials, or settings with their values; empty where nothing was.
        models: those that have trials, in the order of the run.
    """

    asked: tuple[str, ...] = ()
    models: tuple[ModelSearch, ...] = ()

    @property
    def is_grid(self) -> bool:
        """Whether values were named, and not a number of trials."""
        return any("=" in item for item in self.asked)


def read_search(comparison: Comparison) -> Search:
    """Reads what is finished.

    Raises:
        RunFolderError: a file is damaged.
    """
    asked = tuple(comparison.run.settings.get("search") or ())
    if not asked:
        return Search()
    run = RunFolder(comparison.run.path)
    found = [_read_model(run, model, comparison.run.seeds[0]) for model in comparison.run.models]
    return Search(asked, tuple(search for search in found if search))


def _read_model(run: RunFolder, model: str, seed: int) -> ModelSearch | None:
    folder = run.search.path / model
    numbers = sorted(int(path.name) for path in folder.iterdir() if path.name.isdecimal()) if folder.is_dir() else []
    read = [
        (number, read_mapping(run.search.metrics(model, number)), read_mapping(run.search.failure(model, number)))
        for number in numbers
    ]
    trials = [
        _trial(run.search.metrics(model, number), values)
        for number, values, _ in read
        if values and not values.get("stopped_by")
    ]
    failed = [
        FailedSearchTrial(number, values["settings"], str(values["reason"]))
        for number, _, values in read
        if values and values.get("kind") == "failed" and "settings" in values
    ]
    if not trials and not failed:
        return None
    chosen = read_mapping(run.chosen(model)) or {}
    return ModelSearch(
        model,
        seed,
        chosen.get("wanted"),
        tuple(trials),
        tuple(failed),
        chosen.get("trial"),
        chosen.get("ended_by"),
    )


def _trial(path: Path, values: dict[str, Any]) -> SearchTrial:
    with understood(path):
        return replace(
            build(SearchTrial, values),
            train=build(SearchScores, values["train"]),
            validation=build(SearchScores, values["validation"]),
        )
