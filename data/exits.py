"""The exit codes of every command, and the one sentence with which a command refuses what it was given."""

from __future__ import annotations

import sys

from data.messages import printable

EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 2, 130, 143
EXIT_DISK_FULL = 74  # EX_IOERR of sysexits.h, between the processes of a run


def refuse(sentence: str) -> int:
    """Says on standard error, on one line, why something cannot be done; the exit code for bad input."""
    print(f"error: {printable(sentence)}", file=sys.stderr)
    return EXIT_BAD_INPUT
