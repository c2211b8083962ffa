"""What the reader of a report can spend and must have, and how far a model is from it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.measuring.costs import Cost
from reports.numbers import percent


@dataclass(frozen=True)
class Limits:
    """What the reader can spend and must have; `None` is no limit.

    Attributes:
        latency_ms: most milliseconds for one text.
        memory_mb: most megabytes of memory.
        model_mb: most megabytes to keep.
        accuracy: least validation accuracy, a share.
    """

    latency_ms: float | None = None
    memory_mb: float | None = None
    model_mb: float | None = None
    accuracy: float | None = None

    def words(self) -> list[str]:
        """The limits that are set."""
        names = {
            "latency_ms": "at most {:g} ms for one text",
            "memory_mb": "at most {:g} MB of memory",
            "model_mb": "a model of at most {:g} MB",
        }
        found = [words.format(getattr(self, name)) for name, words in names.items() if getattr(self, name) is not None]
        return found + ([] if self.accuracy is None else [f"at least {percent(self.accuracy)} right on validation"])

    def excess(self, cost: Cost, accuracy: float) -> dict[str, float]:
        """By limit that is not met, how far off it is, as a share of the limit; an unknown cost is infinitely far."""
        found = {}
        for name in ("latency_ms", "memory_mb", "model_mb"):
            limit, value = getattr(self, name), getattr(cost, name)
            if limit is not None and (value is None or value > limit):
                found[name] = float("inf") if value is None else value / limit - 1
        if self.accuracy is not None and accuracy < self.accuracy:
            found["accuracy"] = 1 - accuracy / self.accuracy
        return found


NO_LIMITS = Limits()
