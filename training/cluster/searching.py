"""`--search` with `--cluster`: the trials of all models' searches side by side, as many of each as may be.

They are those of a search on one machine, whatever the number of nodes: what a trial is proposed from is decided by its
number, see `training.search.proposal`. Only where a time limit ends the search it depends on how fast the trials are.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from models.catalog import CATALOG, Family
from models.run_folder import RunFolder
from training.cluster.job import Job, Searched
from training.cluster.trials import carry_out
from training.search.model_search import ModelSearch
from training.settings import Settings


def search_on_cluster(run: RunFolder, settings: Settings, searches: Sequence[ModelSearch], ends: float | None) -> None:
    """Tries what is not tried yet, and has every search choose.

    Args:
        run: its first seed is prepared.
        settings: of the run.
        searches: one for each model.
        ends: when they have to end, in seconds of `time.monotonic`.

    Raises:
        RunFailed: there is no such cluster, or its nodes cannot train.
        KeyboardInterrupt: on Ctrl-C; finished trials are kept.
    """
    carry_out(run, settings, _Trials(searches, ends), ends)
    for search in searches:
        search.choose()


class _Trials:
    """The trials of several searches; see `training.cluster.trials.Plan`."""

    def __init__(self, searches: Sequence[ModelSearch], ends: float | None):
        self.searches = {search.model: search for search in searches}
        self.next = dict.fromkeys(self.searches, 0)
        self.ends = ends

    def ready(self) -> list[Job]:
        return [job for search in self.searches.values() for job in self._ready(search)]

    def _ready(self, search: ModelSearch) -> Iterator[Job]:
        model = search.model
        while self.next[model] < search.wanted and not search.is_over and self._may_begin(search, self.next[model]):
            number = self.next[model]
            if search.is_trained(number):
                search.settle(number)
            elif self.ends and time.monotonic() > self.ends:
                search.end_by_time()
            else:
                yield Job(model, search.seed, searched=Searched(number, search.values(number)))
            self.next[model] += 1

    def _may_begin(self, search: ModelSearch, number: int) -> bool:
        # The first trial of an encoder decides which weights all have.
        first = CATALOG[search.model].family is not Family.ENCODER or 0 in search.settled or number == 0
        return first and search.can_propose(number)

    def done(self, job: Job) -> None:
        self.searches[job.model].settle(job.number)
