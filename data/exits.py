"""The exit codes of every command, and the one sentence with which a command refuses what it was given."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable

from data.messages import printable

EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 2, 130, 143
EXIT_DISK_FULL = 74  # EX_IOERR of sysexits.h, between the processes of a run


def refuse(sentence: str) -> int:
    """Says on standard error, on one line, why something cannot be done; the exit code for bad input."""
    print(f"error: {printable(sentence)}", file=sys.stderr)
    return EXIT_BAD_INPUT


def leave_output_unread() -> None:
    """After a `BrokenPipeError`: what is printed from now on goes nowhere, so that the process can end in peace."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def end_by_sigterm() -> None:
    """From now on SIGTERM ends the process as an error would, so that what is half written is taken away; where
    something else listens to it, or in a thread, nothing changes.
    """
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _on_sigterm)


def _on_sigterm(_number: int, _frame: object) -> None:
    raise SystemExit(EXIT_TERMINATED)


def attempt(work: Callable[[], None], place: object, *expected: type[Exception]) -> int:
    """Does a command's work and returns its exit code.

    Args:
        work: what the command does.
        place: what an error of the system is about where it names no file.
        expected: errors whose message is a sentence for the user.

    Returns:
        0; 2 after an expected error or one of the system; 130 after Ctrl-C. A reader of the output that has seen
        enough, such as `head`, is no error. SIGTERM ends the process with 143.
    """
    end_by_sigterm()
    try:
        work()
        sys.stdout.flush()
    except expected as error:
        return refuse(str(error))
    except BrokenPipeError:
        leave_output_unread()
    except OSError as error:
        return refuse(f"{error.filename or place}: {error.strerror or error}.")
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0
