"""When a trial has to end before its time: Ctrl-C, and `--time-limit`. One process trains one model, so one state.

The parent passes Ctrl-C on as SIGTERM: the epoch in flight is then finished and saved; whatever else the process is
doing can be done again, and ends at once.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass

from data.exits import EXIT_INTERRUPTED


class TimeIsUp(Exception):
    """`--time-limit` was over before there was anything to keep."""


@dataclass
class Ending:
    """What is known of the end of this process's work.

    Attributes:
        deadline: when it has to end, in seconds of `time.monotonic`, which all processes of a machine share.
        in_epoch: whether an epoch is in flight.
        asked: whether Ctrl-C was pressed during it.
        cut_short: whether `--time-limit` ended training before its own rules did.
    """

    deadline: float | None = None
    in_epoch: bool = False
    asked: bool = False
    cut_short: bool = False

    def time_is_up(self, needed: float = 0.0) -> bool:
        """Whether `needed` seconds more would go beyond the deadline."""
        return self.deadline is not None and time.monotonic() + needed > self.deadline

    def leave_if_asked(self) -> None:
        """To be called when an epoch is saved: ends the process after Ctrl-C."""
        self.in_epoch = False
        if self.asked:
            raise SystemExit(EXIT_INTERRUPTED)


ending = Ending()


def begin(deadline: float | None) -> None:
    """Makes this child process end when it has to: on SIGTERM, at the deadline."""
    ending.deadline = deadline
    signal.signal(signal.SIGTERM, _on_sigterm)


def _on_sigterm(_number: int, _frame: object) -> None:
    ending.asked = True
    if not ending.in_epoch:
        raise SystemExit(EXIT_INTERRUPTED)
