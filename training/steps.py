"""What follows the training: exports, explanations, the report. Each is a command in a watched child process."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from models.children import MemoryExceeded, exit_name, run_command
from models.run_folder import RunFolder
from training.progress.overall import overall
from training.run_folders import command_line_of
from training.settings import Settings


@dataclass(frozen=True)
class Step:
    """One command that reads the run folder and adds to it. It may be taken again.

    Attributes:
        module: what `python -m MODULE RUN` runs.
        title, seconds: what the bar of the run calls it, and how long it takes in a default run.
        flags: what it is told besides.
        memory_limit: most memory of its process and all below it, as a user writes it; `None` where it holds each of
            its processes to a limit itself.
        memory_limit_mb: the same in MB.
    """

    module: str
    title: str
    seconds: float
    flags: tuple[str, ...] = ()
    memory_limit: str | None = None
    memory_limit_mb: float = float("inf")

    def take(self, run: RunFolder) -> bool:
        """Has it done; whether it could be. What went wrong is said in one sentence."""
        overall.begin(self.title)
        try:
            code = run_command(self.module, str(run.path), *self.flags, memory_limit_mb=self.memory_limit_mb)
        except MemoryExceeded as error:
            wrong = f"took {error}, more than --memory-limit {self.memory_limit}, and was ended"
        else:
            if code == 0:
                return True
            wrong = f"failed with {exit_name(code)}"
        again = command_line_of(self.module, run, *self.flags)
        print(f"{self.module} {wrong}. To try again: {again}", file=sys.stderr)
        return False


def report_step(settings: Settings) -> Step:
    """The report, which alone follows Ctrl-C."""
    return Step("reports.page", "report", 5.0, (), settings.memory_limit, settings.memory_limit_mb)


def steps_after(settings: Settings) -> list[Step]:
    """What follows the training, in this order; the failure of one stops none behind it."""
    limit, limit_mb = settings.memory_limit, settings.memory_limit_mb
    exporting = Step("models.exporting", "exports", 13.0 * len(settings.models), ("--memory-limit", limit))
    explaining = Step("reports.explain", "explanations", 15.0, (), limit, limit_mb)
    wanted = [exporting] * bool(settings.formats) + [explaining] * settings.explain
    return [*wanted, report_step(settings)]
