"""The peak is the process's own, not that of whoever started it."""

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import peak_memory
from models.peak_memory import peak_memory_mb

REPORT = "from models.peak_memory import peak_memory_mb; print(peak_memory_mb())"


def measured(code):
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the fallback knows no better")
def test_a_child_of_a_large_process_reports_its_own_peak():
    held = np.ones(100_000_000, np.uint8)  # `ru_maxrss` of a child started now would be above that
    assert measured(REPORT) < 80 < held.nbytes / 2**20
    assert measured(f"import numpy; numpy.ones(150_000_000, numpy.uint8); {REPORT}") > 143


def test_without_linux_it_is_what_the_system_says_in_its_own_unit(tmp_path, monkeypatch):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    monkeypatch.setattr(peak_memory.sys, "platform", "linux")
    assert peak_memory_mb(tmp_path / "none") >= peak / 2**10
    monkeypatch.setattr(peak_memory.sys, "platform", "darwin")
    assert peak_memory_mb(tmp_path / "none") == pytest.approx(peak / 2**20, rel=0.2)
