"""Which trials of a run are left, and which of them wait for which."""

from __future__ import annotations

from collections.abc import Collection

from models.catalog import CATALOG, Family, in_order
from models.run_folder import RunFolder
from training.cluster.job import Job
from training.settings import Settings
from training.trial_processes import forget_dependents, is_finished


def jobs_left(run: RunFolder, settings: Settings) -> list[Job]:
    """The trials of the run that are not finished, in the order of a run on one machine.

    What is made of others is forgotten where one of these is to be trained.
    """
    return [job for seed in settings.seed_numbers for job in jobs_of_seed(run, settings, settings.models, seed)]


def jobs_of_seed(
    run: RunFolder, settings: Settings, models: Collection[str], seed: int, labels: int | None = None
) -> list[Job]:
    """Those of one seed, see `jobs_left`.

    Args:
        run: the run.
        settings: of it.
        models: that are to be trained.
        seed: whose trials.
        labels: how many of them they are trained with, `None` for all.
    """
    folder = run if labels is None else run.with_fewer_labels(labels)
    if not all(is_finished(folder.metrics(model, seed)) for model in models if not CATALOG[model].needs):
        forget_dependents(folder, settings, seed)
    return [Job(model, seed, labels) for model in in_order(models) if not is_finished(folder.metrics(model, seed))]


def has_to_wait(job: Job, others: Collection[Job]) -> bool:
    """Whether one of the unfinished `others` has to be trained before.

    A model that is made of others, or taught by one, comes behind all that stand before it in the catalog; and of an
    encoder the first seed decides which weights all have. Those with fewer labels are runs of their own.

    >>> others = [Job("linear", 0), Job("ensemble", 0), Job("distilbert", 0)]
    >>> [has_to_wait(job, others) for job in (Job("ensemble", 1), Job("student", 0), Job("distilbert", 1))]
    [False, True, True]
    >>> has_to_wait(Job("ensemble", 0, labels=50), others)
    False
    """
    others = [other for other in others if other.labels == job.labels]
    order, entry = list(CATALOG), CATALOG[job.model]
    if entry.needs:
        return any(other.seed == job.seed and order.index(other.model) < order.index(job.model) for other in others)
    return entry.family is Family.ENCODER and any(
        other.model == job.model and other.seed < job.seed for other in others
    )
