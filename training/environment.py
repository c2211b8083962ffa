"""The machine and the versions a run was measured on."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from data.files import read_json
from data.parallel import cpu_count
from models.backends.device_variables import leave_devices_alone
from models.backends.processor import processor_name
from models.run_folder import RunFolder
from training.setting_values import AUTO, CPU

DEFAULT_BACKEND, FASTEST = "tensorflow", "jax"
BACKENDS = (DEFAULT_BACKEND, FASTEST, "torch")
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


def choose_backend(wanted: str = AUTO, resumed: bool = False) -> str:
    """Has this process and its children use a backend: what `KERAS_BACKEND` names, else what is wanted.

    Args:
        wanted: of the settings; `auto` for the fastest that is installed: JAX trains the networks over words in a third
            to the whole of the time that TensorFlow takes, and the encoder in the same.
        resumed: whether a run is continued, which does so on the backend it was begun on or not at all.

    Returns:
        Its name.

    Raises:
        BackendUnusable: there is none of that name, or it is not installed.
    """
    given = os.environ.get("KERAS_BACKEND")
    name = given or (wanted if wanted != AUTO else FASTEST if importlib.util.find_spec(FASTEST) else DEFAULT_BACKEND)
    said = f"KERAS_BACKEND={name}" if given or wanted == AUTO else f"--backend {name}"
    if name not in BACKENDS:
        raise BackendUnusable(f"{said} is not one of {', '.join(BACKENDS)}: set it to one of them.")
    if importlib.util.find_spec(name) is None:
        what = "." if name == DEFAULT_BACKEND else f"'.[{name}]'"
        raise BackendUnusable(f"{said} is not installed: pip install -e {what} in the project's folder.")
    if given and wanted not in (AUTO, given) and not resumed:
        print(f"KERAS_BACKEND={given} is set and wins over --backend {wanted}.", flush=True)
    os.environ["KERAS_BACKEND"] = name  # else ~/.keras/keras.json would decide
    return name


def begun_backend(folder: Path) -> str | None:
    """The backend that a run was begun on; `None` where its folder names none that is known."""
    try:
        name = read_json(RunFolder(folder).environment)["backend"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return name if name in BACKENDS else None


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
        "processor": processor_name(),
        "cores": cpu_count(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
