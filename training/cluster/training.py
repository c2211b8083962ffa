"""`--cluster`: the trials of a run side by side on the nodes of a Ray cluster."""

from __future__ import annotations

from collections.abc import Sequence

from models.run_folder import RunFolder
from training.cluster.job import Job
from training.cluster.jobs import has_to_wait
from training.cluster.trials import carry_out
from training.settings import Settings
from training.trial_processes import outcome_of


def train_on_cluster(run: RunFolder, settings: Settings, jobs: Sequence[Job], deadline: float | None) -> dict[Job, str]:
    """Trains trials of a run, or of it with fewer labels.

    Args:
        run: what they need is prepared.
        settings: of the run.
        jobs: which trials.
        deadline: when `--time-limit` is over, in seconds of `time.monotonic`.

    Returns:
        What became of each: `finished`, `failed`, `missing` or `unfinished`, as `training.trial_processes` has it.

    Raises:
        RunFailed: there is no such cluster, or its nodes cannot train.
        KeyboardInterrupt: on Ctrl-C; finished trials are kept.
    """
    trials = _Trials(run, jobs)
    carry_out(run, settings, trials, deadline)
    return trials.outcome


class _Trials:
    """Each as soon as what it is made of is there; see `training.cluster.trials.Plan`."""

    def __init__(self, run: RunFolder, jobs: Sequence[Job]):
        self.run, self.waiting = run, list(jobs)
        self.running: set[Job] = set()
        self.outcome: dict[Job, str] = {}

    def ready(self) -> list[Job]:
        unfinished = [*self.running, *self.waiting]
        begun = [job for job in self.waiting if not has_to_wait(job, [other for other in unfinished if other != job])]
        self.waiting = [job for job in self.waiting if job not in begun]
        self.running.update(begun)
        return begun

    def done(self, job: Job) -> None:
        self.running.discard(job)
        kind = self.outcome[job] = outcome_of(job.folder(self.run), job.model, job.seed, job.title)
        if kind == "finished":
            print(f"{job.title}: trained.", flush=True)
