"""Which trials of a run are left, and which of them wait for which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from models.catalog import CATALOG, Family, in_order
from models.run_folder import RunFolder
from training.settings import Settings
from training.trial_processes import forget_dependents, is_finished


@dataclass(frozen=True)
class Job:
    """One trial of the run."""

    model: str
    seed: int


def jobs_left(run: RunFolder, settings: Settings) -> list[Job]:
    """The trials that are not finished, in the order of a run on one machine.

    What is made of others is forgotten where one of these is to be trained.
    """
    for seed in settings.seed_numbers:
        alone = [model for model in settings.models if not CATALOG[model].needs]
        if not all(is_finished(run.metrics(model, seed)) for model in alone):
            forget_dependents(run, settings, seed)
    return [
        Job(model, seed)
        for seed in settings.seed_numbers
        for model in in_order(settings.models)
        if not is_finished(run.metrics(model, seed))
    ]


def has_to_wait(job: Job, others: Collection[Job]) -> bool:
    """Whether one of the unfinished `others` has to be trained before.

    A model that is made of others, or taught by one, comes behind all that stand before it in the catalog; and of an
    encoder the first seed decides which weights all have.

    >>> others = [Job("linear", 0), Job("ensemble", 0), Job("distilbert", 0)]
    >>> [has_to_wait(job, others) for job in (Job("ensemble", 1), Job("student", 0), Job("distilbert", 1))]
    [False, True, True]
    """
    order, entry = list(CATALOG), CATALOG[job.model]
    if entry.needs:
        return any(other.seed == job.seed and order.index(other.model) < order.index(job.model) for other in others)
    return entry.family is Family.ENCODER and any(
        other.model == job.model and other.seed < job.seed for other in others
    )
