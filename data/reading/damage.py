"""Rows of a table that are damaged: passed over and shown where they are few, a reason to refuse the file else."""

from __future__ import annotations

from pathlib import Path

from data.corpus import DataError
from data.messages import shorten
from data.reading.packing import shown

LINES_SHOWN = 3


class Damage:
    """What is wrong with the rows of one file, counted while they are read."""

    def __init__(self, path: Path, allowed: float, line: str = "line"):
        """Counts nothing yet.

        Args:
            path: of the file.
            allowed: largest share of damaged rows; at 0 the first one is refused at once.
            line: what a place in the file is called.
        """
        self.path, self.allowed, self.line = path, allowed, line
        self.whole = self.damaged = 0
        self._first: list[tuple[int, str]] = []

    def add(self, line: int, reason: str) -> None:
        """Counts a damaged row.

        Args:
            line: where it begins.
            reason: what is wrong and how to mend it; it follows on the place, and begins with its own sign.

        Raises:
            DataError: no damaged row is allowed.
        """
        self.damaged += 1
        if len(self._first) < LINES_SHOWN:
            self._first.append((line, reason))
        if not self.allowed:
            raise DataError(f"{self._place()}{reason}.")

    def settle(self) -> None:
        """Once all is read: looks whether too much of it is damaged.

        Raises:
            DataError: it is.
        """
        rows = self.whole + self.damaged
        if self.damaged <= self.allowed * rows:
            return
        are = "is" if self.damaged == 1 else "are"
        raise DataError(
            f"{self._place()}{self._first[0][1]}; {self.damaged:,} of {rows:,} rows {are} damaged, and --bad-rows "
            f"{self.allowed:g} allows a smaller share."
        )

    def __str__(self) -> str:
        """What was passed over, in words; nothing where nothing was."""
        if not self.damaged:
            return ""
        lines = ", ".join(f"{line:,}" for line, _ in self._first)
        more = " ..." if self.damaged > len(self._first) else ""
        rows = "1 damaged row was" if self.damaged == 1 else f"{self.damaged:,} damaged rows were"
        plural = "" if self.damaged == 1 else "s"
        reason = shorten(self._first[0][1].lstrip(",:; "), 100)
        return f"{rows} passed over ({self.line}{plural} {lines}{more}: {reason})"

    def _place(self) -> str:
        return f"{shown(self.path)}, {self.line} {self._first[0][0]}"
