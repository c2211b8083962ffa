"""How long each part of preparing the texts took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from data.files import write_json
from models.peak_memory import peak_memory_mb

TIMING = "preparing.json"


@dataclass
class Timing:
    """Seconds by part, in the order in which they were begun."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Counts what happens meanwhile as a part."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def save(self, path: Path) -> None:
        """Writes the seconds, and the peak memory of this process in MB."""
        write_json(path, {"seconds": self.seconds, "peak_memory_mb": peak_memory_mb()})
