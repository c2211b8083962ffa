"""Folders that are replaced as a whole: whoever looks finds the old one or the new one, and nothing between them."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

from data.files import UNFINISHED

RENAME_EXCHANGE = 2  # of renameat2 in Linux's <linux/fs.h>, and of renamex_np in macOS's <sys/stdio.h>
HERE = -100  # AT_FDCWD of Linux's <fcntl.h>: relative paths start at the working directory


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


def _set_aside(folder: Path) -> Path:
    return folder.with_name(f"{UNFINISHED}replaced-{folder.name}")


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
