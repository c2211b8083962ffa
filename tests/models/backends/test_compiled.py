"""What JAX compiled is found again by the next process, and nothing about its folder can end a training."""

import importlib.util
import os
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed"),
]

SCRIPT = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("error")
from models.backends import compiled
compiled.LEAST_SECONDS = 0.0
compiled.keep_compiled(Path(sys.argv[1]))
import jax
from jax._src import monitoring
hits = []
monitoring.register_event_listener(lambda name, **_: hits.append(name) if name.endswith("cache_hits") else None)
print(len(hits), jax.jit(lambda x: (x @ x).sum() + 41)(jax.numpy.ones((8, 8))), len(hits))
"""


def start(folder):
    environment = os.environ | {"JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", SCRIPT, str(folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process):
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    before, result, hits = out.split()
    assert (before, result) == ("0", "553.0")
    return int(hits)


def test_it_is_found_again_and_does_no_harm(tmp_path):
    folder = tmp_path / "kept"
    first, second = start(folder), start(folder)  # two at once, into a folder that is not there
    ended(first)
    ended(second)
    entries = sorted(folder.glob("*/*-cache"))
    assert entries
    assert ended(start(folder)) == len(entries)
    # The disk became full as one was written, and another was damaged: both are compiled anew, and the first is kept.
    entries[0].write_bytes(entries[0].read_bytes()[:20])
    entries[0].with_name(entries[0].name.removesuffix("-cache") + "-atime").unlink()
    entries[-1].write_bytes(b"nothing")
    assert ended(start(folder)) == len(entries) - (1 if len(entries) == 1 else 2)
    assert entries[0].stat().st_size > 20
    (tmp_path / "a file").touch()
    assert ended(start(tmp_path / "a file")) == 0  # where no folder can be
