"""Takes up the run that a link points at now, such as `runs/current` after `training.retrain`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models.serving.engines import ExportUnusable

if TYPE_CHECKING:
    from models.monitoring.reference import Reference
    from models.service.answering import Models

SECONDS = 2.0  # between looks


class Reloader:
    """Looks whether a path leads elsewhere than it did.

    Args:
        path: a link to a run folder.
        load: makes the models, and what later texts are held against, of what the path leads to.
    """

    def __init__(self, path: Path, load: Callable[[], tuple[Models, Reference | None]]):
        self.path, self.load, self.seen = path, load, path.resolve()

    def look(self) -> tuple[Models, Reference | None] | None:
        """What is to answer from now on; `None` where that has not changed, or cannot be loaded, which is said."""
        target = self.path.resolve()
        if target == self.seen or not target.exists():
            return None
        self.seen = target  # what cannot be loaded now is not tried again and again
        try:
            found = self.load()
        except (ExportUnusable, OSError) as error:
            print(f"{self.path} leads to {target} now, which cannot be served ({error}).", file=sys.stderr, flush=True)
            return None
        print(f"{found[0].main.title} of {target.name} answers from now on.", flush=True)
        return found
