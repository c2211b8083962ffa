"""One bar at the bottom of the terminal, and above it every line that this process and its children print.

Where there is no terminal that could show it (a pipe, a file, `TERM=dumb`, Windows), lines are printed as they come.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from training.progress.overall import Overall

TICK = 0.2  # seconds between two looks at the clock
CLEAR = "\r\x1b[K"  # to the beginning of the line, which is emptied
WIDTH = 80  # of a terminal that does not say


@contextmanager
def shown_below(progress: Overall) -> Iterator[None]:
    """Shows the progress meanwhile. The line of the bar is left empty, however the work ends.

    Standard output and standard error become a pipe, from which a thread takes the lines to the terminal. Whatever is
    started meanwhile inherits it, and needs to know nothing of a bar.
    """
    if not _can_show_a_bar():
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    before = os.dup(1), os.dup(2)
    end, entry = os.pipe()
    ended = threading.Event()
    thread = threading.Thread(target=_pass_on, args=(end, before[0], progress, ended), name="progress", daemon=True)
    os.dup2(entry, 1)
    os.dup2(entry, 2)
    os.close(entry)
    thread.start()
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, descriptor in enumerate(before, 1):
            os.dup2(descriptor, number)
        ended.set()
        thread.join()
        # The end of the pipe stays open: the fork server has its entry, and must not fail at a last word.
        for descriptor in before:
            os.close(descriptor)


def _can_show_a_bar() -> bool:
    """Whether all that is printed goes to one terminal that knows how to empty a line."""
    if os.name != "posix" or os.environ.get("TERM", "") in ("", "dumb"):
        return False
    try:
        return os.isatty(1) and os.isatty(2) and (sys.stdout.fileno(), sys.stderr.fileno()) == (1, 2)
    except (OSError, ValueError, AttributeError):  # a caller has put something else in their place
        return False


def _pass_on(end: int, terminal: int, progress: Overall, ended: threading.Event) -> None:
    """What the thread does: lines to the terminal as they come, the bar below them."""
    encoding = sys.stdout.encoding
    waiting, shown = b"", ""
    while True:
        last = ended.is_set()  # asked before: what was written until then can be read by now
        readable = select.select([end], [], [], 0 if last else TICK)[0]
        if not readable and last:
            break
        if readable:
            found = os.read(end, 1 << 16)
            if not found:  # nobody has its entry any longer
                break
            waiting += found
        lines, newline, waiting = waiting.rpartition(b"\n")
        for line in lines.split(b"\n"):
            progress.hear(line.decode("utf-8", "replace"))
        bar = _bar(terminal, progress, encoding)
        if newline or bar != shown:
            _write(terminal, (CLEAR if shown else "").encode() + lines + newline + bar.encode(encoding, "replace"))
            shown = bar
    _write(terminal, (CLEAR if shown else "").encode() + waiting)


def _bar(terminal: int, progress: Overall, encoding: str) -> str:
    """The bar as this terminal can show it now; nothing while another program has the terminal."""
    with suppress(OSError):  # no terminal of ours, and nobody else's
        if os.tcgetpgrp(terminal) != os.getpgrp():
            return ""
    try:
        columns = os.get_terminal_size(terminal).columns or WIDTH
    except OSError:
        columns = WIDTH
    # The last column stays empty: with a letter in it, some terminals have begun the next line.
    return progress.meter(columns - 1, only_ascii=not encoding.lower().startswith("utf"))


def _write(terminal: int, output: bytes) -> None:
    with suppress(OSError):  # it is gone: the lines have to be taken all the same, or the run would wait for ever
        while output:
            output = output[os.write(terminal, output) :]
