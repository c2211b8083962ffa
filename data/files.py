"""Files, and folders, that are there whole or not at all."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNFINISHED = ".unfinished-"
RENAME_EXCHANGE = 2  # of renameat2 in Linux's <linux/fs.h>, and of renamex_np in macOS's <sys/stdio.h>
HERE = -100  # AT_FDCWD of Linux's <fcntl.h>: relative paths start at the working directory


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to, renamed to `path` once everything is written and on the disk.

    A process killed halfway leaves the file that was there before, and a remnant that `remove_unfinished` knows; an
    error leaves no remnant.
    """
    # The end of the name stays, since Keras and numpy go by it.
    aside = path.with_name(f"{UNFINISHED}{os.getpid()}-{path.name}")
    try:
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Writes `text` as UTF-8, whole or not at all."""
    with whole(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="")


def write_json(path: Path, value: dict | list) -> None:
    """Writes `value` as indented JSON, whole or not at all; NaN is refused, since it is not JSON."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """What `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def point_link(link: Path, target: Path) -> None:
    """Makes `link` lead to a folder, in one step: whoever follows it finds the old one or the new.

    To a folder beside it it leads by the name alone, so that both may be moved together.
    """
    aside = link.parent / f".{link.name}-{os.getpid()}"
    aside.unlink(missing_ok=True)
    aside.symlink_to(target.name if target.parent.resolve() == link.parent.resolve() else target)
    aside.replace(link)


def replace_folder(new: Path, folder: Path) -> None:
    """Moves the folder `new` to `folder`, in whose place it stands from then on; what was there is removed.

    Where the system can exchange two names it is one step. Where it cannot (some network file systems), a process that
    is killed between the two steps leaves the old folder beside `folder`, and `restore_folder` puts it back.

    Args:
        new: on the same file system as `folder`; it may not be there any longer afterwards, or hold what was replaced.
        folder: need not be there.
    """
    for file in new.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
    if not folder.exists():
        new.rename(folder)
    elif _exchange(new, folder):
        shutil.rmtree(new, ignore_errors=True)
    else:
        old = _set_aside(folder)
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def restore_folder(folder: Path) -> None:
    """Puts back what a `replace_folder` that was killed halfway has set aside."""
    if not folder.exists() and _set_aside(folder).exists():
        _set_aside(folder).rename(folder)


def remove_unfinished(folder: Path) -> None:
    """Removes what killed processes left half written in `folder` and below; nobody else may be writing there."""
    for remnant in list(folder.rglob(f"{UNFINISHED}*")):
        if remnant.is_dir():
            shutil.rmtree(remnant, ignore_errors=True)
        else:
            remnant.unlink(missing_ok=True)


def _set_aside(folder: Path) -> Path:
    """Where a folder waits to be replaced; its name is none that `remove_unfinished` knows."""
    return folder.with_name(f".replaced-{folder.name}")


def _exchange(one: Path, other: Path) -> bool:
    """Exchanges the names of two folders in one step; False where system or file system cannot."""
    system = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            return system.renamex_np(first, second, RENAME_EXCHANGE) == 0
        return system.renameat2(HERE, first, HERE, second, RENAME_EXCHANGE) == 0
    except AttributeError:  # a system library without it
        return False
