"""From what every trial left in a run folder to one comparison: a row per model, means over its seeds."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.catalog import CATALOG, Family
from models.metrics import BY_NAME
from models.run_folder import RunFolder, RunFolderError
from reports.numbers import listed
from reports.reading.facts import DataFacts, RunFacts, read_data, read_run
from reports.reading.trials import Accuracy, Failure, Trial, pool_groups, read_failure, read_trial

OTHER_WORK = 0.1  # share of the cores; less changes seconds by less than they vary


@dataclass(frozen=True)
class Row:
    """A model that was trained with at least one seed; numbers are means over its seeds unless they say otherwise.

    Attributes:
        model: its name in the catalog, in folders and in tables.
        position: its place among the run's models, counted from 0; decides its color and its mark.
        by_seed: its trials; never empty.
        failures: its seeds that have no trial, and why.
        needs: how many other models have to be trained before it.
        attention: whether it has attention heads.
        metrics: of the test split, by name; `None` where no seed has it.
        accuracy_std: standard deviation of test accuracy over the seeds, `None` for one seed.
        validation_accuracy, train_accuracy: shares.
        texts_per_second: by how many are answered at once.
        accuracy_by_group: over the test texts of all seeds, `None` where texts have no groups.
        peak_memory_mb, peak_device_memory_mb, estimated_memory_mb: the highest of all seeds.
        collapsed, overfitted: on at least one seed.
    """

    model: str
    position: int
    by_seed: tuple[Trial, ...]
    failures: tuple[Failure, ...]
    needs: int
    attention: bool
    metrics: dict[str, float | None]
    accuracy_std: float | None
    validation_accuracy: float
    train_accuracy: float
    epochs: float | None
    best_epoch: float | None
    seconds_per_epoch: float | None
    seconds_training: float
    seconds_total: float
    accuracy_per_million_parameters: float | None
    texts_per_second: dict[str, float]
    accuracy_by_group: dict[str, Accuracy] | None
    peak_memory_mb: float
    peak_device_memory_mb: float | None
    estimated_memory_mb: float | None
    collapsed: bool
    overfitted: bool

    @property
    def last(self) -> Trial:
        """The trial of the last seed, for what is the same with every seed."""
        return self.by_seed[-1]

    def trial(self, seed: int) -> Trial:
        """That of a seed, or of its first where it has none of that seed."""
        return next((trial for trial in self.by_seed if trial.seed == seed), self.by_seed[0])

    def model_of(self, seed: int) -> str:
        """The model's name above what is shown of a seed; says so where it is shown of another."""
        shown = self.trial(seed).seed
        return self.model if shown == seed else f"{self.model} (seed {shown})"

    @property
    def title(self) -> str:
        """Its name beside a number, with the weights, members or teachers behind it; those of all seeds."""
        title, found = self.last.description.title, [trial.description for trial in self.by_seed]
        members = Counter(member for description in found for member in description.members)
        if members:
            seeds = len(found)
            shown = [name if count == seeds else f"{name} {count} of {seeds}" for name, count in members.items()]
            return f"{self.model} ({', '.join(shown)})"
        teachers = list(dict.fromkeys(description.taught_by for description in found if description.taught_by))
        return title.replace(f"taught by {teachers[-1]}", f"taught by {' or '.join(teachers)}") if teachers else title

    @property
    def other_work(self) -> float:
        """Share of the cores that other programs took from it, the mean of its seeds."""
        return statistics.fmean(trial.other_work for trial in self.by_seed)

    @property
    def slowed(self) -> bool:
        """Whether its seconds and speeds would have been others on an idle machine."""
        return self.other_work > OTHER_WORK

    @property
    def family(self) -> Family:
        """What kind of model it is."""
        return self.last.description.family

    @property
    def recurrent(self) -> bool:
        """Whether it reads word by word."""
        return self.last.description.recurrent

    @property
    def is_network(self) -> bool:
        """Whether it was trained in epochs."""
        return self.family in (Family.WORDS, Family.ENCODER)

    @property
    def taught(self) -> bool:
        """Whether it learned from another model's answers too."""
        return self.last.description.taught_by is not None

    @property
    def reads(self) -> str:
        """What it reads of a text, in words."""
        return self.last.description.reads

    @property
    def parameters(self) -> int:
        """All weights."""
        return self.last.parameters

    @property
    def trainable_parameters(self) -> int:
        """Those that were trained."""
        return self.last.trainable_parameters

    @property
    def accuracy(self) -> float:
        """Share of test texts answered right."""
        return self.metrics["accuracy"] or 0.0

    @property
    def sound(self) -> list[Trial]:
        """Its trials that did not collapse."""
        return [trial for trial in self.by_seed if not trial.collapsed]

    @property
    def failed(self) -> str | None:
        """Why a seed has no trial, `None` where nothing failed."""
        return self.failures[0].reason if self.failures else None


@dataclass(frozen=True)
class Absent:
    """A model that was trained with no seed.

    Attributes:
        model: its name.
        position: its place among the run's models.
        failed: whether its training failed; else it could not begin, for want of weights or of time.
        reason: in words.
    """

    model: str
    position: int
    failed: bool
    reason: str


@dataclass(frozen=True)
class Comparison:
    """What a run folder holds.

    Attributes:
        run: settings and machine.
        data: what it was trained and tested on.
        rows: the trained models, in the order of the run.
        absent: the others that the run came to, in the same order.
    """

    run: RunFacts
    data: DataFacts
    rows: tuple[Row, ...]
    absent: tuple[Absent, ...]

    @property
    def entries(self) -> list[Row | Absent]:
        """What tables list: trained and failed models in the order of the run, then the missing ones."""
        begun: list[Row | Absent] = [*self.rows, *self.failed]
        return [*sorted(begun, key=lambda entry: entry.position), *self.missing]

    @property
    def failed(self) -> list[Absent]:
        """Models whose training failed."""
        return [entry for entry in self.absent if entry.failed]

    @property
    def missing(self) -> list[Absent]:
        """Models whose training could not begin."""
        return [entry for entry in self.absent if not entry.failed]

    @property
    def first_seed(self) -> int | None:
        """The first seed that any model has; what is shown of one seed is shown of this one."""
        return min((trial.seed for row in self.rows for trial in row.by_seed), default=None)

    @property
    def majority_share(self) -> float | None:
        """What always answering the largest class would get right of the test texts, `None` without a trained model."""
        if not self.rows:
            return None
        return statistics.fmean(trial.test.majority_share for trial in self.rows[0].by_seed)

    @property
    def test_sizes(self) -> list[int]:
        """Texts of the test split, seed by seed."""
        return [split.samples.after["test"] for split in self.data.splits]


def compare(path: Path) -> Comparison:
    """Reads a run folder.

    Raises:
        RunFolderError: the folder is no run folder, a file in it is damaged, or the seeds of a model stand on different
            pretrained weights.
    """
    run, data = read_run(path), read_data(path)
    folder = RunFolder(path)
    rows, absent = [], []
    for position, model in enumerate(run.models):
        trials = [trial for seed in run.seeds if (trial := read_trial(folder, model, seed))]
        trained = {trial.seed for trial in trials}
        failures = [
            failure
            for seed in run.seeds
            if seed not in trained and (failure := read_failure(folder, model, seed)) is not None
        ]
        if trials:
            _require_same_weights(model, trials)
            rows.append(make_row(model, position, trials, failures))
        elif failures:
            failed = [failure for failure in failures if failure.failed]
            absent.append(Absent(model, position, bool(failed), (failed or failures)[0].reason))
    return Comparison(run, data, tuple(rows), tuple(absent))


def make_row(model: str, position: int, trials: Sequence[Trial], failures: Sequence[Failure] = ()) -> Row:
    """The row of a model from its trials, of which there is at least one."""
    accuracies = [trial.test.accuracy for trial in trials]
    architecture = CATALOG.get(model)
    return Row(
        model=model,
        position=position,
        by_seed=tuple(trials),
        failures=tuple(failures),
        needs=architecture.needs if architecture else 0,
        attention=bool(architecture and architecture.heads),
        metrics={name: _mean(trial.test.metrics[name] for trial in trials) for name in BY_NAME},
        accuracy_std=statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        validation_accuracy=statistics.fmean(trial.validation.accuracy for trial in trials),
        train_accuracy=statistics.fmean(trial.train.accuracy for trial in trials),
        epochs=_mean(trial.epochs for trial in trials),
        best_epoch=_mean(trial.best_epoch for trial in trials),
        seconds_per_epoch=_mean(trial.seconds_per_epoch for trial in trials),
        seconds_training=statistics.fmean(trial.seconds_training for trial in trials),
        seconds_total=statistics.fmean(trial.seconds_total for trial in trials),
        accuracy_per_million_parameters=_mean(trial.accuracy_per_million_parameters for trial in trials),
        texts_per_second={
            size: statistics.fmean(trial.texts_per_second[size] for trial in trials)
            for size in trials[-1].texts_per_second
        },
        accuracy_by_group=pool_groups([trial.accuracy_by_group for trial in trials if trial.accuracy_by_group]),
        peak_memory_mb=max(trial.peak_memory_mb for trial in trials),
        peak_device_memory_mb=max(trial.peak_device_memory_mb or 0 for trial in trials) or None,
        estimated_memory_mb=max(trial.estimated_memory_mb or 0 for trial in trials) or None,
        collapsed=any(trial.collapsed for trial in trials),
        overfitted=any(trial.overfitted for trial in trials),
    )


def _require_same_weights(model: str, trials: Sequence[Trial]) -> None:
    """A mean over seeds would hide which weights it is of."""
    weights = {trial.description.weights_key: trial.description.weights for trial in trials}
    if len(weights) > 1:
        names = [str(name) for name in (weights.values() if len(set(weights.values())) > 1 else weights)]
        raise RunFolderError(
            f"the seeds of {model} stand on different weights ({listed(names)}): train them again, or compare the runs "
            "apart."
        )


def _mean(values: Iterable[float | None]) -> float | None:
    """The mean of what was measured; a single value is kept as it is."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return known[0] if known else None
    return statistics.fmean(known)
