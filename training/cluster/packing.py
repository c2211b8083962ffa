"""Files of a run folder as bytes, as they travel between the machine that leads a run and the nodes that train."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

from data.files import UNFINISHED


def pack(folder: Path, paths: Iterable[Path]) -> bytes:
    """Files, and folders with all that is in them, by their path below `folder`; what is not there is left out."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for path in paths:
            if path.exists():
                archive.add(path, path.relative_to(folder), filter=_finished)
    return file.getvalue()


def unpack(packed: bytes, folder: Path) -> None:
    """Puts them where they were, below another folder; what would lie outside of it is refused."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _finished(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leaves out what is half written."""
    return None if Path(entry.name).name.startswith(UNFINISHED) else entry
