"""What a run will do, and how long its parts usually take."""

from __future__ import annotations

from models.catalog import CATALOG, Family, in_order
from models.run_folder import RunFolder
from training.progress.overall import Task
from training.search.wanted import searched
from training.setting_values import NONE
from training.settings import Settings
from training.steps import steps_after
from training.trial_processes import is_finished, is_prepared

# Seconds, in a default run on two cores.
DATA = 10.0
TRIAL = {Family.WORDS: 20.0, Family.ENCODER: 100.0, Family.LINEAR: 5.0, Family.COMBINED: 2.0}
# On a cluster, where trials are side by side.
CLUSTER, CLUSTER_SEARCH, CLUSTER_CURVE = "trials on the cluster", "search on the cluster", "label curve on the cluster"
TAUGHT = 6.0  # more texts, which are read further


def tasks_of(run: RunFolder, settings: Settings) -> list[Task]:
    """What is left to do of a run, in the order in which it is done."""
    tasks, trials, curve = [], [], []
    for seed in settings.seed_numbers:
        if not is_prepared(run, seed):
            tasks.append(Task(data_name(settings, seed), DATA))
        if seed == settings.seed_numbers[0]:
            search = [
                Task(search_name(model, number, wanted), _seconds(model))
                for model, wanted in searched(settings.search, settings.models).items()
                for number in range(wanted)
                if not run.chosen(model).exists() and not is_finished(run.search.metrics(model, number))
            ]
            tasks += search if settings.cluster == NONE else _together(CLUSTER_SEARCH, search)
        trials += _trials(run, settings, seed)
        if settings.cluster == NONE:
            tasks, trials = tasks + trials, []
    tasks += _together(CLUSTER, trials)
    for seed in settings.seed_numbers:
        for labels in settings.label_curve:
            curve += _trials(run.with_fewer_labels(labels), settings, seed, labels)
    tasks += curve if settings.cluster == NONE else _together(CLUSTER_CURVE, curve)
    return tasks + [Task(step.title, step.seconds) for step in steps_after(settings)]


def _together(name: str, tasks: list[Task]) -> list[Task]:
    """Tasks that are done side by side, as one."""
    return [Task(name, sum(task.seconds for task in tasks))] if tasks else []


def data_name(settings: Settings, seed: int) -> str:
    """What is read, split and made into arrays."""
    return settings.title_of("data", seed)


def trial_name(settings: Settings, model: str, seed: int, labels: int | None = None) -> str:
    """One architecture with one seed; `labels` where it is trained with fewer of them."""
    name = settings.title_of(model, seed)
    return name if labels is None else f"{name} with {labels:,} labels"


def search_name(model: str, number: int, wanted: int) -> str:
    """One trial of a search."""
    return f"{model}: search trial {number + 1} of {wanted}"


def _trials(run: RunFolder, settings: Settings, seed: int, labels: int | None = None) -> list[Task]:
    return [
        Task(trial_name(settings, model, seed, labels), _seconds(model))
        for model in in_order(settings.models)
        if not is_finished(run.metrics(model, seed))
    ]


def _seconds(model: str) -> float:
    entry = CATALOG[model]
    return TRIAL[entry.family] * (TAUGHT if entry.taught else 1)
