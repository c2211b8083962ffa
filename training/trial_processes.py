"""The child processes of a run: what trains one architecture, and shows its outcome."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from data.exits import EXIT_DISK_FULL
from data.files import read_json, write_json
from models.catalog import CATALOG
from models.children import EXIT_LOST, MemoryExceeded, exit_name, run_in_child
from models.run_folder import RunFolder
from training.settings import Settings
from training.trials import run_trial, show_trial


def is_prepared(run: RunFolder, seed: int) -> bool:
    """Whether the card describes the seed's split, which is the last step of preparing it."""
    return run.data_card.exists() and any(split["seed"] == seed for split in read_json(run.data_card)["splits"])


def train_trial(run: RunFolder, settings: Settings, model: str, seed: int, deadline: float | None) -> str:
    """Trains one architecture: `finished`, `failed`, `missing` where weights cannot be had, `unfinished` where
    `--time-limit` was over. What is made of other models is forgotten where one of these is trained.
    """
    if not is_finished(run.metrics(model, seed)):
        if not CATALOG[model].needs:
            forget_dependents(run, settings, seed)
        run.failure(model, seed).unlink(missing_ok=True)
        _train(run, settings, model, seed, deadline)
    return outcome_of(run, model, seed, model)


def outcome_of(run: RunFolder, model: str, seed: int, title: str) -> str:
    """What became of a trial, as `train_trial` has it; of a failure a line says why, which begins with `title`."""
    failed = run.failure(model, seed)
    if is_finished(run.metrics(model, seed)):
        failed.unlink(missing_ok=True)  # left by a process that outlived its parent for a moment
        return "finished"
    if not failed.exists():
        return "unfinished"
    failure = read_json(failed)
    print(f"{title}: {failure['kind']}: {failure['reason']}", flush=True)
    return failure["kind"]


def forget_dependents(run: RunFolder, settings: Settings, seed: int) -> None:
    """What is made of others is made anew where one of these is trained now, as in a run that was not interrupted."""
    for model in settings.models:
        if CATALOG[model].needs:
            shutil.rmtree(run.trial(model, seed), ignore_errors=True)


def show_in_tensorboard(run: RunFolder, settings: Settings, model: str, seed: int) -> bool:
    """Adds the outcome of a finished trial to what TensorBoard reads; whether it is there."""
    shown = run.shown_in_tensorboard(model, seed)
    if shown.exists():
        return True
    try:
        code = run_in_child(
            _start_method(model), show_trial, run.path, model, seed, memory_limit_mb=settings.memory_limit_mb
        )
    except MemoryExceeded as error:
        wrong = f"took {error}, more than --memory-limit {settings.memory_limit}"
    else:
        if shown.exists():
            return True
        wrong = f"ended with {exit_name(code)}"
    print(f"{model}: what TensorBoard shows of it could not be written: the process {wrong}.", flush=True)
    return False


def is_finished(metrics: Path) -> bool:
    """Whether a trial has left its metrics, and no time limit cut it short."""
    return metrics.exists() and not read_json(metrics).get("stopped_by")


def _train(run: RunFolder, settings: Settings, model: str, seed: int, deadline: float | None) -> None:
    """Leaves the trial's metrics, or its failure."""
    if deadline and time.monotonic() > deadline:
        _fail(run, model, seed, f"--time-limit {settings.time_limit} was over before its turn", "unfinished")
        return
    train_in_child(run, settings, model, seed, run_trial, run.path, model, seed, deadline)


def train_in_child(
    place: RunFolder, settings: Settings, model: str, number: int, target: Callable[..., None], *arguments
) -> bool:
    """Has a child process train and leave the trial's metrics, or its failure.

    Args:
        place: a run folder, or that of a search.
        settings: of the run; they hold the memory limit.
        model, number: which trial of it.
        target, arguments: what the child does.

    Returns:
        Whether somebody, or the system, killed it.

    Raises:
        OSError: the disk is full.
        KeyboardInterrupt: on Ctrl-C.
    """
    try:
        code = run_in_child(
            _start_method(model),
            target,
            *arguments,
            memory_limit_mb=settings.memory_limit_mb,
        )
    except MemoryExceeded as error:
        _fail(place, model, number, f"it took {error}, more than --memory-limit {settings.memory_limit}")
        return False
    if code == EXIT_DISK_FULL:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place.path))
    finished = is_finished(place.metrics(model, number))  # a crash behind the last line of a trial costs nothing
    if code != 0 and not finished and not place.failure(model, number).exists():
        system = ", as when the system runs out of memory" if code == -signal.SIGKILL else ""
        _fail(place, model, number, f"its process ended with {exit_name(code)}{system}")
    return not finished and (code < 0 or code == EXIT_LOST)


def _start_method(model: str) -> str:
    """How the processes of a trial are started: what Keras does not train from a bare interpreter, which imports what
    it needs and whose peak memory is its own.
    """
    return "forkserver" if CATALOG[model].is_network else "spawn"


def _fail(run: RunFolder, model: str, seed: int, reason: str, kind: str = "failed") -> None:
    run.trial(model, seed).mkdir(parents=True, exist_ok=True)
    write_json(run.failure(model, seed), {"kind": kind, "reason": reason})
