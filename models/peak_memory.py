"""The highest memory that this process itself has held."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from data.amounts import MEBIBYTE

KIBIBYTES_PER_MEBIBYTE = 2**10


def peak_memory_mb(status: Path = Path("/proc/self/status")) -> float:
    """Peak resident memory of this process, in MB of 1,048,576 bytes.

    Linux counts it anew when a program is started (`VmHWM`). `ru_maxrss` does not: it is inherited through fork and
    exec, so a small child reports the peak of the parent that started it; and on macOS it is in bytes.

    Args:
        status: where Linux keeps it; read for tests of other systems.
    """
    try:
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / KIBIBYTES_PER_MEBIBYTE
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (MEBIBYTE if sys.platform == "darwin" else KIBIBYTES_PER_MEBIBYTE)
