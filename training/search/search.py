"""`--search`: which settings suit each model, found out on validation texts before the run trains it with them.

The trials of a search lie in `search/<model>/<number>/` of the run folder, and `chosen.json` beside them says what came
of it. All of them have the split and the first weights of the run's first seed; every seed is then trained with what
was chosen, since one recipe for all of them is what a mean over seeds is a mean of.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.run_folder import RunFolder
from training.progress.overall import overall
from training.progress.planning import CLUSTER_SEARCH
from training.search.model_search import ModelSearch, try_settings
from training.search.wanted import searched
from training.setting_values import NONE
from training.settings import Settings

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
    ends = deadline and time.monotonic() + SHARE * (deadline - time.monotonic())
    searches = [ModelSearch(run, settings, model, wanted[model]) for model in models]
    if settings.cluster == NONE:
        _search_here(run, searches, ends)
    else:
        from training.cluster.searching import search_on_cluster

        overall.begin(CLUSTER_SEARCH)
        search_on_cluster(run, settings, searches, ends)


def _search_here(run: RunFolder, searches: Sequence[ModelSearch], ends: float | None) -> None:
    """One trial after another; each model has an equal part of the time that is left."""
    progress = Progress(sum(search.wanted for search in searches))
    for at, search in enumerate(searches):
        now = time.monotonic()
        until = ends and now + max(ends - now, 0) / (len(searches) - at)
        planned = progress.left - search.wanted
        for number in range(search.wanted):
            begun = time.monotonic()
            if not search.is_trained(number):
                if until and begun > until:
                    search.end_by_time()
                    break
                overall.begin(search.title(number))
                try_settings(run, search.settings, search.model, number, search.seed, search.values(number), until)
                progress.seconds.append(time.monotonic() - begun)
            progress.left -= 1
            search.settle(number, progress.sentence)
            if search.is_over:
                break
        search.choose()
        progress.left = planned
