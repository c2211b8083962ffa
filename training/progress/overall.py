"""How far a whole run is: what is done, what is running, how much time is left."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tqdm import tqdm

# What a line of a child process says of its part of the work; that it is still understood is tested on a real run.
# A line may also quote whatever users name their classes and columns: it must be a number that can be divided.
COUNT = r"(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})"
PARTS = re.compile(rf"epoch +{COUNT}/{COUNT} |: {COUNT} of {COUNT} new texts encoded")
MOST = 0.9  # of a task that says nothing of how far it is, and has taken as long as was expected of it
METER = "{percentage:3.0f}%|{bar:10}| {elapsed}, {remaining} left | {desc}"  # a narrow terminal cuts off its end


@dataclass(frozen=True)
class Task:
    """A part of the run.

    Attributes:
        name: as the bar shows it.
        seconds: that it usually takes. Only how they compare with those of other tasks matters: all are scaled by what
            the tasks before took.
    """

    name: str
    seconds: float


class Overall:
    """The progress of one run; it does nothing until `plan` is called. One process leads one run, so there is one."""

    def __init__(self) -> None:
        self.plan([])

    def plan(self, tasks: Sequence[Task]) -> None:
        """Says what will be done, in this order, and starts the clock."""
        self.waiting = list(tasks)
        self.running: Task | None = None
        self.done, self.seconds_done = 0, 0.0
        self.started = self.began = time.monotonic()
        self.said, self.share = "", 0.0

    def begin(self, name: str) -> None:
        """Says that a task begins, which ends the one before; those in between were nothing to do."""
        at = next((at for at, task in enumerate(self.waiting) if task.name == name), None)
        if at is None:
            return
        if self.running:
            self.done, self.seconds_done = self.done + 1, self.seconds_done + self.running.seconds
        self.running, self.waiting = self.waiting[at], self.waiting[at + 1 :]
        self.began = time.monotonic()
        self.said, self.share = "", 0.0

    def hear(self, line: str) -> None:
        """Takes what a line of output says of the task that is running."""
        if found := PARTS.search(line):
            done, of = (int(number.replace(",", "")) for number in found.groups() if number)
            self.share = max(self.share, min(done / max(of, 1), 1.0))
            self.said = " ".join(found[0].strip(": ").split())

    def meter(self, columns: int, only_ascii: bool) -> str:
        """One line of at most so many columns; empty before the first task, and without a column."""
        running = self.running
        if running is None or columns < 1:
            return ""
        now = time.monotonic()
        share = self.share
        if not share:
            before = self.began - self.started
            pace = self.seconds_done / before if self.done and before else 1.0
            share = min((now - self.began) * pace / running.seconds, MOST)
        total = self.seconds_done + running.seconds + sum(task.seconds for task in self.waiting)
        count = self.done + 1 + len(self.waiting)
        doing = f"{running.name}, {self.said}" if self.said else running.name
        return tqdm.format_meter(
            self.seconds_done + share * running.seconds,
            total,
            now - self.started,
            ncols=columns,
            prefix=f"{self.done} of {count} done; {doing}",
            ascii=only_ascii,
            bar_format=METER,
        ).rstrip()


overall = Overall()
