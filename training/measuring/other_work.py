"""How much of the machine other programs used meanwhile: seconds and speeds measured beside them are too slow."""

from __future__ import annotations

import os
import time

import psutil

from data.parallel import cpu_count


class OtherWork:
    """Counts from its making on."""

    def __init__(self) -> None:
        self._started, self._all, self._own = time.monotonic(), _seconds_of_all(), _own_seconds()

    def share(self) -> float:
        """Share of this process's cores that others took from it, between 0 and 1.

        What others do on cores that this process may not use anyway, or that are left over, takes nothing.
        """
        wall = time.monotonic() - self._started
        others = _seconds_of_all() - self._all - (_own_seconds() - self._own)
        cores = cpu_count()
        return share_taken(others / wall, cores, psutil.cpu_count() or cores)


def share_taken(others: float, cores: int, of_machine: int) -> float:
    """What others that keep `others` cores busy take from a process that may use `cores` of the machine's.

    >>> share_taken(1.0, cores=2, of_machine=2), share_taken(1.0, cores=2, of_machine=16)
    (0.5, 0.0)
    """
    return min(1.0, max(0.0, others - (of_machine - cores)) / cores)


def _seconds_of_all() -> float:
    """Processor time that everything on the machine has taken; also what other virtual machines took from it."""
    times = psutil.cpu_times()
    idle = ("idle", "iowait", "guest", "guest_nice")  # a guest's time is in its host's user time already
    return sum(value for name, value in times._asdict().items() if name not in idle)


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
