"""`--search`: which settings suit each model, found out on validation texts before the run trains it with them.

The trials of a search lie in `search/<model>/<number>/` of the run folder, and `chosen.json` beside them says what came
of it. All of them have the split and the first weights of the run's first seed; every seed is then trained with what
was chosen, since one recipe for all of them is what a mean over seeds is a mean of.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field

from data.files import read_json, write_json
from models.run_folder import RunFolder
from training.progress.overall import overall
from training.progress.planning import search_name
from training.search.chosen import Chosen, described
from training.search.proposal import Tried, best, propose
from training.search.space import Values, settings_searched
from training.search.trial import run_search_trial
from training.search.wanted import grid, searched
from training.settings import Settings
from training.trial_processes import is_finished, train_in_child

SHARE = 0.5  # of --time-limit: what is chosen has to be trained too


@dataclass
class Progress:
    """What is known of the time a search takes.

    Attributes:
        left: trials that are not done yet, of all models.
        seconds: what each took that was done by this process.
    """

    left: int
    seconds: list[float] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """When it will end."""
        if not self.left or not self.seconds:
            return ""
        each = statistics.fmean(self.seconds)
        minutes, seconds = divmod(round(self.left * each), 60)
        return f" A trial took {each:.1f} s; the search ends after about {minutes}:{seconds:02d}."


def search_settings(run: RunFolder, settings: Settings, deadline: float | None) -> None:
    """Searches what is not searched yet; a search that was interrupted goes on with the same trials.

    Args:
        run: its first seed is prepared.
        settings: of the run.
        deadline: when `--time-limit` is over, in seconds of `time.monotonic`; the search may take half of what is left.

    Raises:
        OSError: the disk is full.
        KeyboardInterrupt: on Ctrl-C; finished trials are kept.
    """
    wanted = searched(settings.search, settings.models)
    models = [model for model in wanted if not run.chosen(model).exists()]
    if not models:
        return
    seed = settings.seed_numbers[0]
    counted = ", ".join(f"{wanted[model]} of {model}" for model in models)
    limited = f", within half of --time-limit {settings.time_limit}" if deadline else ""
    print(f"Search: {counted} on validation texts of seed {seed}; the test texts take no part{limited}.", flush=True)
    progress = Progress(sum(wanted[model] for model in models))
    ends = deadline and time.monotonic() + SHARE * (deadline - time.monotonic())
    for at, model in enumerate(models):
        now = time.monotonic()
        until = ends and now + max(ends - now, 0) / (len(models) - at)
        planned = progress.left - wanted[model]
        _search_model(run, settings, model, seed, wanted[model], until, progress)
        progress.left = planned


def _search_model(
    run: RunFolder, settings: Settings, model: str, seed: int, wanted: int, until: float | None, progress: Progress
) -> None:
    """Tries all settings of a model, and writes down what is chosen; nothing where its weights cannot be had."""
    tried: list[Tried] = []
    ended_by = None
    for number in range(wanted):
        metrics, failed = run.search.metrics(model, number), run.search.failure(model, number)
        begun, of = time.monotonic(), search_name(model, number, wanted)
        if not is_finished(metrics) and not _has_failed(run, model, number):
            if until and begun > until:
                ended_by = f"--time-limit {settings.time_limit}"
                break
            overall.begin(of)
            _try(run, settings, model, number, seed, _values(settings, model, seed, number, tried), until)
            progress.seconds.append(time.monotonic() - begun)
        progress.left -= 1
        if is_finished(metrics):
            found = read_json(metrics)
            validation = found["validation"]
            tried.append(Tried(number, found["settings"], validation["loss"], validation["accuracy"]))
            print(
                f"{of}: {described(found['settings'])}: validation loss {validation['loss']:.3f}, accuracy "
                f"{validation['accuracy']:.1%}.{progress.sentence}",
                flush=True,
            )
        elif not failed.exists():  # a time limit cut it short
            ended_by = f"--time-limit {settings.time_limit}"
            break
        else:
            failure = read_json(failed)
            print(f"{of}: {failure['kind']}: {failure['reason']}", flush=True)
            if failure["kind"] == "missing":
                return
            if failure["kind"] == "unfinished":
                ended_by = f"--time-limit {settings.time_limit}"
                break
    taken = best(tried)
    chosen = Chosen(wanted, len(tried), seed, ended_by=ended_by)
    if taken:
        chosen = Chosen(wanted, len(tried), seed, taken.number, taken.values, taken.loss, taken.accuracy, ended_by)
    chosen.save(run.chosen(model))
    said = chosen.sentence or "no trial was finished, so the run's own settings stay"
    print(f"{model}: {said}{f'; {ended_by} ended the search' if ended_by else ''}.", flush=True)


def _values(settings: Settings, model: str, seed: int, number: int, tried: list[Tried]) -> Values:
    """The settings of a trial."""
    combinations = grid(settings.search, model)
    if combinations:
        return combinations[number]
    own: Values = {name: getattr(settings, name) for name in settings_searched(model)}
    return propose(own, tried, seed, number)


def _try(
    run: RunFolder, settings: Settings, model: str, number: int, seed: int, values: Values, until: float | None
) -> None:
    """Leaves the metrics of a trial, or its failure with its settings.

    A process that was killed is started once more: that it was says nothing of its settings, and those that are
    proposed later depend on all before them.
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


def _has_failed(run: RunFolder, model: str, number: int) -> bool:
    """Whether a trial failed for good: what is tried after it was proposed without it. `_try` has then been through."""
    failed = run.search.failure(model, number)
    failure = read_json(failed) if failed.exists() else {}
    return "settings" in failure and failure["kind"] == "failed"
