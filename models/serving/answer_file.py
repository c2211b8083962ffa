"""Where answers are written: standard output as they come, or a file that is there whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from data.corpus import DataError
from data.files import UNFINISHED, whole
from data.sources.table_rows import STANDARD_INPUT


def refuse_to_write_nowhere(output: str | None) -> None:
    """Looks whether the folder of `--output` is there.

    Raises:
        DataError: it is not.
    """
    if output and not (folder := Path(output).parent).exists():
        raise DataError(f"--output {output} cannot be written: there is no folder {folder}.")


def refuse_to_overwrite(source: str, output: str | None) -> None:
    """Looks whether `--output` is the file that is read, under its own name or behind a link.

    Raises:
        DataError: it is.
    """
    try:
        read = os.fstat(sys.stdin.fileno()) if source == STANDARD_INPUT else Path(source).stat()
        written = Path(output).stat() if output else None
    except (OSError, ValueError):  # one of them is not there
        return
    if written and stat.S_ISREG(written.st_mode) and os.path.samestat(read, written):
        raise DataError(f"--output {output} is the file that is read: name another one for the answers.")


@contextmanager
def open_output(output: str | None) -> Iterator[TextIO]:
    """Opens what answers are written to.

    Args:
        output: a file, which keeps its former content until everything is written; or a pipe or a device, which gets
            answers as they come; `None` for standard output, likewise.

    Raises:
        OSError: it cannot be written.
    """
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    path = Path(output)
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    try:
        # The file behind a link is replaced, and not the link.
        with whole(path.resolve()) as aside, aside.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        if UNFINISHED in str(error.filename):  # a name that the user has not heard of
            raise OSError(error.errno, error.strerror, output) from error
        raise
