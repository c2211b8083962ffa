"""Processes that are started within `memory_kept` do not fetch the same memory from the system again and again."""

import os
import platform
import subprocess
import sys

import pytest

from models.backends.allocator import KEEPING, memory_kept

SCRIPT = """
import resource, numpy
for _ in range(50):
    numpy.ones(12_500_000)  # 100 MB, as a step's arrays are, and gone at once
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def page_faults():
    return int(subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's malloc is told")
def test_memory_is_fetched_once():
    with memory_kept():
        kept = page_faults()
    assert kept < page_faults() / 2


def test_what_a_user_has_set_stays_and_nothing_else_does(monkeypatch):
    name = next(iter(KEEPING))
    monkeypatch.setattr(os, "environ", {name: "1"})
    with memory_kept():
        assert os.environ == KEEPING | {name: "1"}
    assert os.environ == {name: "1"}
