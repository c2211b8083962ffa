"""Runs a function, or a command, in a child process: its memory is watched, Ctrl-C is passed on to it.

Children are forked from a server that has imported the framework; where the system has none (Windows), each starts from
a bare interpreter.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from data.amounts import MEBIBYTE
from data.exits import EXIT_INTERRUPTED
from models.backends.allocator import memory_kept

CHECK_SECONDS = 0.5  # looking through all processes of the machine takes 2 ms for each hundred of them
EXIT_LOST = 255  # what multiprocessing gives where the fork server cannot say how a child ended
FORKED_OF = "models.backends.fork_server"  # what it imports before all else
FORK_SERVER, BARE = "forkserver", "spawn"  # how children start, as `multiprocessing` names it
FINISHING = "Finishing the epoch in flight; press Ctrl-C again to stop at once."
STOPPING = "Stopping; press Ctrl-C again to stop at once."


class MemoryExceeded(Exception):
    """The child took more memory than it may, and was ended; the message says how much."""


def start_fork_server(module: str) -> None:
    """Begins to import `module`, in a process of which later children are forked; each then starts in hundredths of a
    second. Does nothing where the system has no fork server.
    """
    if start_method(FORK_SERVER) != FORK_SERVER:
        return
    from multiprocessing import forkserver

    multiprocessing.get_context(FORK_SERVER).set_forkserver_preload([FORKED_OF, module])
    with unheard_ctrl_c(), memory_kept():
        forkserver.ensure_running()


def start_method(wanted: str) -> str:
    """How a child can be started here: as is wanted, or from a bare interpreter where the system knows no such way."""
    return wanted if wanted in multiprocessing.get_all_start_methods() else BARE


def run_in_child(
    method: str,
    target: Callable[..., None],
    *arguments,
    memory_limit_mb: float = float("inf"),
    on_ctrl_c: str = FINISHING,
) -> int:
    """Runs `target` in a child process, which ends with this one.

    Args:
        method: how the child is started where the system can, as `multiprocessing` names it.
        target, arguments: what it does. Ctrl-C reaches it as SIGTERM, which raises `SystemExit` there.
        memory_limit_mb: most memory in MB (of 1,048,576 bytes) that the child and its own children may hold.
        on_ctrl_c: said when Ctrl-C is pressed.

    Returns:
        The exit code, negative where a signal ended the child.

    Raises:
        MemoryExceeded: the child held more.
        KeyboardInterrupt: on Ctrl-C, once the child has ended; on a second Ctrl-C at once.
    """
    context: Any = multiprocessing.get_context(
        start_method(method)
    )  # every kind of context has a Process, but not their base class
    child = context.Process(target=_run, args=(target, *arguments))
    try:
        with unheard_ctrl_c():
            child.start()
    except (EOFError, ConnectionError):  # the fork server was killed
        return EXIT_LOST
    try:
        while child.exitcode is None:
            child.join(CHECK_SECONDS)
            if child.exitcode is None and (held := resident_mb(child.pid)) > memory_limit_mb:
                raise MemoryExceeded(f"{held:,.0f} MB")
    except KeyboardInterrupt:
        print(f"\n{on_ctrl_c}", file=sys.stderr, flush=True)
        child.terminate()
        child.join()
        raise
    finally:
        _kill(child)
    return child.exitcode


def run_command(module: str, *arguments: str, memory_limit_mb: float = float("inf")) -> int:
    """Runs `python -m module arguments` in a child process, as `run_in_child` runs a function."""
    return run_in_child(BARE, _run_module, module, arguments, memory_limit_mb=memory_limit_mb, on_ctrl_c=STOPPING)


def call_module(module: str, *arguments: str, say: Callable[[str], None] | None = None) -> tuple[int, str]:
    """Runs `python -m module arguments` as a program of its own, whatever process, thread or notebook this is.

    Unlike the children above it does not import the caller's main script, and it shares no fork server with it. Its
    standard input stays open as long as this process lives.

    Args:
        module, arguments: what is run; it finds the same packages as this process.
        say: gets each line that it prints, as it comes.

    Returns:
        Its exit code, and what it wrote to standard error.

    Raises:
        KeyboardInterrupt: on Ctrl-C, which it is told of, once it has ended; on a second one at once.
    """
    root = Path(__file__).parents[1]  # installed, it is on the path already, behind the standard library
    places = [str(root) if root.name != "site-packages" else "", os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, places)), "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],  # no module of the working directory is taken for ours
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # else a terminal would send it Ctrl-C too
        )
        try:
            _listen(process, say)
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise
        finally:
            process.kill()  # nothing where it has ended
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        errors.seek(0)
        return process.returncode, errors.read().decode("utf-8", "replace")


def end_with_caller() -> None:
    """Ends this process, and with it its children, once the one that called it as a module is gone."""

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)  # nothing is ever written there
        os._exit(EXIT_INTERRUPTED)

    threading.Thread(target=wait, daemon=True).start()


def _listen(process: subprocess.Popen, say: Callable[[str], None] | None) -> None:
    for line in process.stdout or ():
        if say:
            say(line.rstrip("\n"))
    process.wait()


def exit_name(code: int) -> str:
    """How a child ended, in words.

    >>> exit_name(-9), exit_name(1)
    ('SIGKILL', 'exit code 1')
    """
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


@contextmanager
def unheard_ctrl_c() -> Iterator[None]:
    """Has the processes that are started meanwhile ignore Ctrl-C, from their first instruction on.

    A terminal sends it to all of them, and what they should do about it is for this process to say.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which they inherit
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def resident_mb(pid: int) -> float:
    """Memory that a process and its children hold, in MB; pages that several of them share are counted in each."""
    total = 0
    for process in _family(pid):
        try:
            total += process.memory_info().rss
        except psutil.Error:  # it has ended, or is ending
            continue
    return total / MEBIBYTE


def _run(target: Callable[..., None], *arguments) -> None:
    """What the child does."""
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    target(*arguments)


def _run_module(module: str, arguments: tuple[str, ...]) -> None:
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(EXIT_INTERRUPTED)


def _end_with_parent() -> None:
    """Ends this process once the one that waits for it is gone, or the fork server that would tell how it ended."""
    started_by, waiting = os.getppid(), multiprocessing.parent_process()
    while waiting is not None and os.getppid() == started_by and waiting.is_alive():
        waiting.join(CHECK_SECONDS)
    os._exit(EXIT_INTERRUPTED)


def _kill(child: multiprocessing.process.BaseProcess) -> None:
    if child.exitcode is not None or child.pid is None:
        return
    for process in reversed(_family(child.pid)):  # the youngest first, so that none is left behind
        try:
            process.kill()
        except psutil.Error:
            continue
    child.join()


def _family(pid: int) -> list[psutil.Process]:
    """A process and what it started, as far as they are still there."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []
