"""What several test modules need: the real corpora where they are, and quick child processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Importing TensorFlow sets this to a lower value, which the commands under test would inherit and be louder for.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# HYPOTHESIS_PROFILE=thorough python -m pytest tests/data/test_any_file.py
settings.register_profile("thorough", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def root():
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared():
    """The folder with the real corpora; it is no part of the project."""
    if not SHARED.is_dir():
        message = f"the real corpora are not in {SHARED.name}/ beside the project"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return SHARED


@pytest.fixture
def command():
    """Runs `python -m ...` in the project as a user types it."""

    def run(*arguments, timeout=300, **environment):
        return subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
