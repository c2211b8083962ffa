"""The machine and the versions a run was measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("keras", "tensorflow", "keras-nlp", "jax", "torch", "scikit-learn", "nltk", "numpy", "tensorboard")


def backend() -> str:
    """The Keras backend this process would use, found out without importing Keras."""
    return os.environ.get("KERAS_BACKEND") or "tensorflow"


def describe_environment() -> dict:
    """Backend, versions and machine, nothing that identifies the user."""
    return {
        "backend": backend(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
