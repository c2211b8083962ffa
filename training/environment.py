"""The machine and the versions a run was measured on."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from data.parallel import cpu_count
from models.backends.device_variables import leave_devices_alone
from training.setting_values import CPU

DEFAULT_BACKEND = "tensorflow"
BACKENDS = (DEFAULT_BACKEND, "jax", "torch")
PACKAGES = (
    "keras",
    "tensorflow",
    "keras-nlp",
    "jax",
    "torch",
    "scikit-learn",
    "nltk",
    "numpy",
    "optuna",
    "tensorboard",
)

# OpenMP (torch, scikit-learn), OpenBLAS, TensorFlow, and XLA's CPU client, which JAX uses.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "NPROC",
)


class BackendUnusable(Exception):
    """The backend that is asked for is not there; the message is one sentence."""


def choose_backend() -> None:
    """Has this process and its children use the backend that `KERAS_BACKEND` names.

    Raises:
        BackendUnusable: it names none, or one that is not installed.
    """
    name = backend()
    if name not in BACKENDS:
        raise BackendUnusable(f"KERAS_BACKEND={name} is not one of {', '.join(BACKENDS)}: set it to one of them.")
    if importlib.util.find_spec(name) is None:
        what = "." if name == DEFAULT_BACKEND else f"'.[{name}]'"
        raise BackendUnusable(f"KERAS_BACKEND={name} is not installed: pip install -e {what} in the project's folder.")
    os.environ["KERAS_BACKEND"] = name  # else ~/.keras/keras.json would decide


def backend() -> str:
    """The Keras backend this process would use, found out without importing Keras."""
    return os.environ.get("KERAS_BACKEND") or DEFAULT_BACKEND


def limit_threads() -> None:
    """Gives every library of this process's children as many threads as there are cores; a variable set by the user
    stays.

    Without it they count the cores of the whole machine, also in a container that has two of its sixty-four.
    """
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, str(cpu_count()))


def prepare_environment(device: str) -> None:
    """Sets what all processes of a run inherit.

    Args:
        device: `cpu` where no other device than the processor is to be used.
    """
    limit_threads()
    if device == CPU:
        leave_devices_alone()
    # Whatever they write that the terminal's encoding lacks becomes an escape, as it does in this process.
    os.environ["PYTHONIOENCODING"] = f"{sys.stdout.encoding}:backslashreplace"


def describe_environment() -> dict:
    """Backend, versions and machine, nothing that identifies the user."""
    return {
        "backend": backend(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": cpu_count(),
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
