"""The search of one model's settings: what is tried next, what came of it, what is chosen at its end."""

from __future__ import annotations

from data.files import read_json, write_json
from models.run_folder import RunFolder
from training.progress.planning import search_name
from training.search.chosen import Chosen, described
from training.search.proposal import Tried, best, known_to, propose
from training.search.space import Values, settings_searched
from training.search.trial import run_search_trial
from training.search.wanted import grid
from training.settings import Settings
from training.trial_processes import is_finished, train_in_child


class ModelSearch:
    """One model's search, whoever trains its trials.

    Args:
        run: its first seed is prepared.
        settings: of the run.
        model: its name in the catalog.
        wanted: how many trials there are to be.

    Attributes:
        tried: the trials that were finished.
        settled: the numbers of all whose outcome is known.
        ended_by: the setting that ended it before all were tried.
        missing: whether the model's weights cannot be had.
    """

    def __init__(self, run: RunFolder, settings: Settings, model: str, wanted: int):
        self.run, self.settings, self.model, self.wanted = run, settings, model, wanted
        self.seed = settings.seed_numbers[0]
        self.grid = grid(settings.search, model)
        self.tried: list[Tried] = []
        self.settled: set[int] = set()
        self.ended_by: str | None = None
        self.missing = False

    @property
    def is_over(self) -> bool:
        """Whether no further trial is to be begun."""
        return self.missing or self.ended_by is not None or len(self.settled) == self.wanted

    def is_trained(self, number: int) -> bool:
        """Whether a trial is finished, or failed for good: what is tried after it is proposed without it."""
        failed = self.run.search.failure(self.model, number)
        failure = read_json(failed) if failed.exists() else {}
        has_failed = "settings" in failure and failure["kind"] == "failed"  # `try_settings` has then been through
        return is_finished(self.run.search.metrics(self.model, number)) or has_failed

    def can_propose(self, number: int) -> bool:
        """Whether all is settled that a trial's settings are proposed from."""
        return bool(self.grid) or self.settled.issuperset(range(known_to(number)))

    def values(self, number: int) -> Values:
        """The settings of a trial."""
        if self.grid:
            return self.grid[number]
        own: Values = {name: getattr(self.settings, name) for name in settings_searched(self.model)}
        return propose(own, self.tried, self.seed, number)

    def title(self, number: int) -> str:
        """What a trial is called."""
        return search_name(self.model, number, self.wanted)

    def end_by_time(self) -> None:
        """Begins no further trial, since the time is over."""
        self.ended_by = f"--time-limit {self.settings.time_limit}"

    def settle(self, number: int, said_of_time: str = "") -> None:
        """Takes note of what a trial left in the run folder, and says it.

        Args:
            number: of the trial.
            said_of_time: a sentence behind it.
        """
        self.settled.add(number)
        metrics, failed = self.run.search.metrics(self.model, number), self.run.search.failure(self.model, number)
        if is_finished(metrics):
            found = read_json(metrics)
            validation = found["validation"]
            self.tried.append(Tried(number, found["settings"], validation["loss"], validation["accuracy"]))
            print(
                f"{self.title(number)}: {described(found['settings'])}: validation loss {validation['loss']:.3f}, "
                f"accuracy {validation['accuracy']:.1%}.{said_of_time}",
                flush=True,
            )
        elif not failed.exists():  # a time limit cut it short
            self.end_by_time()
        else:
            failure = read_json(failed)
            print(f"{self.title(number)}: {failure['kind']}: {failure['reason']}", flush=True)
            self.missing |= failure["kind"] == "missing"
            if failure["kind"] == "unfinished":
                self.end_by_time()

    def choose(self) -> None:
        """Writes down what is chosen; nothing where the model's weights cannot be had."""
        if self.missing:
            return
        taken = best(sorted(self.tried, key=lambda trial: trial.number))
        chosen = Chosen(self.wanted, len(self.tried), self.seed, ended_by=self.ended_by)
        if taken:
            of = taken.number, taken.values, taken.loss, taken.accuracy
            chosen = Chosen(self.wanted, len(self.tried), self.seed, *of, self.ended_by)
        chosen.save(self.run.chosen(self.model))
        said = chosen.sentence or "no trial was finished, so the run's own settings stay"
        print(f"{self.model}: {said}{f'; {self.ended_by} ended the search' if self.ended_by else ''}.", flush=True)


def try_settings(
    run: RunFolder, settings: Settings, model: str, number: int, seed: int, values: Values, until: float | None
) -> None:
    """Leaves the metrics of a trial, or its failure with its settings.

    A process that was killed is started once more: that it was says nothing of its settings, and those that are
    proposed later depend on all before them.

    Args:
        run: the run folder.
        settings: of the run.
        model: its name in the catalog.
        number: of the trial, from 0.
        seed: whose split and first weights it has.
        values: the settings, by name.
        until: when it has to end, in seconds of `time.monotonic`.
    """
    place, failed = run.search, run.search.failure(model, number)
    for _ in range(2):
        failed.unlink(missing_ok=True)
        if not train_in_child(
            place, settings, model, number, run_search_trial, run.path, model, number, seed, values, until
        ):
            break
    if failed.exists():
        write_json(failed, read_json(failed) | {"settings": values})
