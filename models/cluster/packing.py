"""Files of a run folder, as they travel between the machine that leads a run and the nodes that train."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from data.files import UNFINISHED

Packed = dict[str, bytes]  # what is in each file, by its path below the run folder


def pack(folder: Path, paths: Iterable[Path]) -> Packed:
    """Files below `folder`, and folders with all that is in them; what is not there, or half written, is left out."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    named = ((file.relative_to(folder), file) for file in files)
    return {
        name.as_posix(): file.read_bytes()
        for name, file in named
        if not any(part.startswith(UNFINISHED) for part in name.parts)
    }


def unpack(packed: Packed, folder: Path) -> None:
    """Puts the files where they were, below another folder.

    Raises:
        ValueError: one would lie outside of it.
    """
    for name, content in packed.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{name} is no path below a run folder.")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
