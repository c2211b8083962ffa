"""The processor of this machine: what it is called, and what tells it from one that runs other code or other speeds."""

from __future__ import annotations

import platform
from pathlib import Path


def processor_name() -> str:
    """As a reader knows it."""
    lines = _lines()
    if lines is None:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def processor_identity() -> str:
    """The processor and what it can do."""
    known = {line for line in _lines() or () if line.startswith(("model name", "flags", "Features"))}
    return "\n".join([platform.machine(), platform.processor(), *sorted(known)])


def _lines() -> list[str] | None:
    """What Linux says of it; `None` elsewhere."""
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
