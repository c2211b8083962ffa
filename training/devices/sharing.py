"""How a trial comes to its devices, and to the other processes that train it too."""

from __future__ import annotations

from models.catalog import Family
from training.devices.device_set import prepare_devices
from training.devices.processes import Processes, tell_all
from training.search.space import SEARCHED
from training.trainers.trained import Task


def share_task(task: Task) -> None:
    """Prepares the devices of a trial, and tells the other processes what to train where there are some.

    They share what is trained on all words. The head of an encoder takes seconds, and the first process trains it.
    """
    processes = Processes.of()
    shared = processes.count > 1 and task.architecture.family is Family.WORDS
    prepare_devices(task.devices, task.progress_title, processes if shared else None)
    if not shared:
        return
    told = {"run": str(task.run.path.resolve()), "model": task.architecture.name, "seed": task.seed}
    if task.search_trial is not None:
        told |= {"trial": task.search_trial, "values": {name: getattr(task.settings, name) for name in SEARCHED}}
    tell_all(told)
