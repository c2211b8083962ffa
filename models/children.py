"""Runs a function in a child process, watches its memory, and passes Ctrl-C on to it."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

CHECK_SECONDS = 0.5  # looking through all processes of the machine takes 2 ms for each hundred of them
EXIT_LOST = 255  # what multiprocessing gives where the fork server cannot say how a child ended
BYTES_PER_MEBIBYTE = 2**20


class MemoryExceeded(Exception):
    """The child took more memory than it may, and was ended; the message says how much."""


def run_in_child(method: str, target: Callable[..., None], *arguments, memory_limit_mb: float = float("inf")) -> int:
    """Runs `target` in a child process.

    Args:
        method: how the child is started, as `multiprocessing` names it.
        target, arguments: what it does; `training.ending.begin` is to come first in it.
        memory_limit_mb: most memory in MB (of 1,048,576 bytes) that the child and its own children may hold.

    Returns:
        The exit code, negative where a signal ended the child.

    Raises:
        MemoryExceeded: the child held more.
        KeyboardInterrupt: on Ctrl-C, once the child has finished its epoch; on a second Ctrl-C at once.
    """
    child = multiprocessing.get_context(method).Process(target=target, args=arguments)
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
        print("\nFinishing the epoch in flight; press Ctrl-C again to stop at once.", file=sys.stderr, flush=True)
        child.terminate()
        child.join()
        raise
    finally:
        _kill(child)
    return child.exitcode


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
    return total / BYTES_PER_MEBIBYTE


def _kill(child: multiprocessing.process.BaseProcess) -> None:
    if child.exitcode is not None:
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
