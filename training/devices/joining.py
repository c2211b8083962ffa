"""What the processes behind the first one do: wait for a trial, train their share of it, and wait for the next."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from models.children import run_in_child, start_fork_server
from models.run_folder import RunFolder
from training.devices.device_set import prepare_devices
from training.devices.processes import Processes, tell_all
from training.settings import Settings

ENDED = "ended"  # told instead of a trial, once there is none left
EXIT_ENDED = 75  # of a child that was told so
LOOK_SECONDS = 0.5  # between two looks whether the first process listens


def join(settings: Settings, processes: Processes) -> int:
    """Trains along until the first process says that the run has ended; the exit code."""
    print(
        f"Process {processes.index} of {processes.count}: it trains along with the first one, {processes.address}, "
        "which writes the run folder.",
        flush=True,
    )
    start_fork_server("models.framework")
    code = None
    while code != EXIT_ENDED:
        _wait_for(processes.address)
        code = run_in_child("forkserver", _train_along, settings.devices, memory_limit_mb=settings.memory_limit_mb)
        time.sleep(LOOK_SECONDS)  # the trial that ends listens a moment longer
    return 0


def dismiss(settings: Settings) -> None:
    """Has a child process of the first one tell the others that the run has ended."""
    run_in_child("forkserver", _tell_the_end, settings.devices)


def _wait_for(address: str) -> None:
    host, _, port = address.rpartition(":")
    while True:
        try:
            with socket.create_connection((host, int(port)), timeout=LOOK_SECONDS):
                return
        except OSError:
            time.sleep(LOOK_SECONDS)


def _train_along(devices: int) -> None:
    """A share of one trial, as `share_task` tells it. It ends where training does, or with `EXIT_ENDED`."""
    from models import framework  # noqa: F401 -- it sets the backend up
    from training.ending import begin
    from training.search.trial import search_task_of
    from training.trials import TRAINERS, task_of

    begin(None)
    prepare_devices(devices, "", Processes.of())
    told = tell_all(None)
    if told.get(ENDED):
        _leave(EXIT_ENDED)
    run, model, seed = RunFolder(Path(told["run"])), told["model"], told["seed"]
    if "trial" in told:
        task = search_task_of(run, model, told["trial"], seed, told["values"])
    else:
        task = task_of(run, model, seed)
    TRAINERS[task.architecture.family](task)


def _tell_the_end(devices: int) -> None:
    from models import framework  # noqa: F401 -- it sets the backend up

    prepare_devices(devices, "", Processes.of())
    tell_all({ENDED: True})
    _leave(0)


def _leave(code: int) -> None:
    import jax

    jax.distributed.shutdown()
    raise SystemExit(code)
