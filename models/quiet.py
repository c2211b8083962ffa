"""Imports of frameworks: what they print stays off the terminal, and no time goes into looking for garbage."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keeps file descriptor 2 off the terminal while nothing goes wrong; what was said is shown if something does.

    What TensorFlow prints while it is imported is silenced by no environment variable. What it prints later, when it
    looks for a GPU, is, and is silenced for this process and its children unless somebody has said otherwise.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except BaseException:
            aside.seek(0)
            os.write(terminal, aside.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


@contextmanager
def no_garbage() -> Iterator[None]:
    """Looks for no garbage meanwhile.

    An import makes a million objects and no garbage; looking through them took a third of the time that TensorFlow
    takes to be imported.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
