"""Makes, finds and claims the folder of a run, so that it can be continued whatever happened to it."""

from __future__ import annotations

import datetime
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data.corpus import DataError
from data.files import point_link, read_json, remove_unfinished, write_json
from data.sources.source import Data, values_of
from models.run_folder import RunFolder
from training import command_line
from training.environment import describe_environment
from training.settings import Settings
from training.storage.places import folder_here

LATEST, LOCK = "latest", ".lock"
LONGEST_NAME = 50  # characters of the data's name in that of a folder


class RunFailed(Exception):
    """The run as a whole cannot go on; the message is one sentence."""


class StorageUnusable(RunFailed):
    """The copy of a run has no place, see `training.storage.mirror`."""


@contextmanager
def open_run(settings: Settings, resumed: Path | None, command: str) -> Iterator[RunFolder]:
    """The run folder, new or the one in `resumed`, for this process alone.

    A new folder is there before the data is looked for, so that a run killed while it downloads can be continued too.
    It goes again where the data is refused, or the place of its copy.

    Raises:
        RunFailed: it cannot be made, is none, is in use, or was begun on another backend.
    """
    if resumed:
        run = RunFolder(resumed.resolve())
        with _claim(run.path):
            _check(run, resumed)
            remove_unfinished(run.path)
            command_line.save(settings, run.settings)
            yield run
        return
    run, before = _make(folder_here(settings.output), settings.data)
    with _claim(run.path):
        try:
            command_line.save(settings, run.settings)
            begun = {"begun": datetime.date.today().isoformat(), "command": command}
            write_json(run.environment, begun | describe_environment())
            point_link(run.path.parent / LATEST, run.path)
        except OSError:
            _discard(run.path, before)
            raise
        try:
            yield run
        except (DataError, StorageUnusable):
            if not run.data_card.exists():  # nothing was begun
                _discard(run.path, before)
            raise


def command_to_continue(run: RunFolder) -> str:
    """What a user types to go on with a run that was stopped."""
    return f"python -m training.run --resume {_path_to_type(run)}"


def command_line_of(module: str, run: RunFolder, *flags: str) -> str:
    """What a user types to have one of the commands read the run folder."""
    return " ".join(["python", "-m", module, _path_to_type(run), *map(shlex.quote, flags)])


def _path_to_type(run: RunFolder) -> str:
    """The run's folder as a shell reads it: from here where it is below here, else from the root."""
    path = os.path.relpath(run.path)
    return shlex.quote(str(run.path.absolute()) if path.startswith(("..", "-")) else path)


def _make(output: Path, data: Data) -> tuple[RunFolder, Path | None]:
    """A new folder `<date>-<data>` in `output`, and what `latest` pointed at; `None` where `output` is new too."""
    name = "+".join(Path(value).stem for value in values_of(data))[:LONGEST_NAME] or "data"
    stem = f"{time.strftime('%Y-%m-%d-%H%M%S')}-{''.join(c if _may_be_in_a_name(c) else '-' for c in name)}"
    latest = output / LATEST
    try:
        before = latest.readlink() if latest.is_symlink() else Path() if output.exists() else None
        output.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, 1000):
            path = output / (stem if attempt == 1 else f"{stem}-{attempt}")
            try:
                path.mkdir()
                break
            except FileExistsError:
                continue
    except OSError as error:
        raise RunFailed(
            f"No run folder can be made in {output} ({error.strerror}): choose another with --output."
        ) from error
    return RunFolder(path), before


def _may_be_in_a_name(character: str) -> bool:
    """Whether a run folder may be called so; TensorFlow takes every name of a file for UTF-8."""
    readable = character.isascii() or sys.getfilesystemencoding() == "utf-8"
    return readable and (character.isalnum() or character in "-_")


@contextmanager
def _claim(path: Path) -> Iterator[None]:
    """Keeps other processes out of the folder. The system takes the lock back when this process ends, however it ends.

    Raises:
        RunFailed: another process has the folder, or it cannot be written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise RunFailed(f"{path} is in use by another run: wait for it to end, or stop it.") from None
    except OSError as error:
        raise RunFailed(f"{path} cannot be written to ({error.strerror}): copy it to where it can.") from error
    try:
        yield
    finally:
        lock.release()


def _check(run: RunFolder, name: Path) -> None:
    """Whether this process would come to the same numbers as the one that began the run."""
    try:
        began, now = read_json(run.environment), describe_environment()
    except FileNotFoundError:  # killed in its first moments, when there was nothing that a backend decides
        write_json(run.environment, describe_environment())
        return
    if began["backend"] != now["backend"]:
        raise RunFailed(
            f"{name} was begun on {began['backend']}: continue it with "
            f"KERAS_BACKEND={shlex.quote(began['backend'])} python -m training.run --resume {shlex.quote(str(name))}"
        )
    moved = [name for name, version in began["packages"].items() if now["packages"].get(name) != version]
    if moved:
        print(f"Other versions than when the run began: {', '.join(moved)}. Numbers may differ.", flush=True)


def _discard(path: Path, before: Path | None) -> None:
    """Removes a new run folder, and puts back what `latest` was."""
    shutil.rmtree(path, ignore_errors=True)
    if before and before.name:
        point_link(path.parent / LATEST, path.parent / before)
        return
    (path.parent / LATEST).unlink(missing_ok=True)
    if before is None:  # the folder of all runs is new too
        with suppress(OSError):
            path.parent.rmdir()
