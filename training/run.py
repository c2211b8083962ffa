"""The command that trains and compares all architectures.

python -m training.run                                     # 20 Newsgroups, about two minutes on two cores
python -m training.run --seeds 3                           # mean and deviation over three splits
python -m training.run --data reviews.csv --text-column review --label-column stars
python -m training.run --recipe slides                     # the published set-up, mistakes included
python -m training.run --config runs/latest/settings.yaml  # the same run again
KERAS_BACKEND=jax python -m training.run                   # or torch
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from data.messages import printable
from training.command_line import DEBUG, PROGRAM, parse

if TYPE_CHECKING:
    from training.settings import Settings

BACKENDS = ("tensorflow", "jax", "torch")
EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 1, 2, 130


class Refused(Exception):
    """A setting asks for what is not there; the message is one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the comparison that `arguments` (by default the command line) ask for; returns the exit code.

    0: done. 1: a model failed, or the software is defective. 2: bad input. 130: interrupted.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    settings = parse(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal may not know every letter of a file's name
    try:
        return _run(settings)
    except KeyboardInterrupt:
        end_fork_server()
        print("Interrupted before anything was trained.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except Exception as error:
        end_fork_server()
        if DEBUG in arguments:
            traceback.print_exc()
        code, sentence = _explain(error)
        print(f"error: {printable(sentence)}", file=sys.stderr)
        return code


def _run(settings: Settings) -> int:
    _check_backend()
    if "distilbert" in settings.models:
        _check_backbone(settings.backbone)
    # Not before the settings are parsed: scikit-learn takes a second to import.
    from training.experiment import Interrupted, compare

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow looks for a GPU aloud
    try:
        run, whole = compare(settings)
    except Interrupted as interrupted:
        summarize(interrupted.run.path)
        print(f"Interrupted. What was finished is in {interrupted.run.path}.", file=sys.stderr)
        return EXIT_INTERRUPTED
    return summarize(run.path) or (0 if whole else EXIT_FAILED)


def summarize(folder: os.PathLike) -> int:
    """Has `reports` read the run folder, print its table and write the report; a process of its own, as any reader."""
    return subprocess.run([sys.executable, "-m", "reports.summary", os.fspath(folder)], check=False).returncode


def end_fork_server() -> None:
    """Ends the fork server, which would import Keras for seconds yet and keep a pipe of the caller's open."""
    import psutil

    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any("multiprocessing.forkserver" in argument for argument in child.cmdline()):
                child.kill()


def _explain(error: Exception) -> tuple[int, str]:
    """Exit code and sentence for what went wrong."""
    if isinstance(error, Refused):
        return EXIT_BAD_INPUT, str(error)
    if isinstance(error, ImportError):
        return EXIT_BAD_INPUT, f"{error}: install what is missing with `pip install -e .` in the project's folder."
    from data.corpus import DataError
    from training.experiment import RunFailed

    if isinstance(error, DataError | RunFailed):
        return EXIT_BAD_INPUT, str(error)
    if isinstance(error, OSError):
        return EXIT_BAD_INPUT, f"{error}: free some space or choose another folder with --output."
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return EXIT_FAILED, (
        f"{reason}. This is a defect of the software: run `{PROGRAM}` again with {DEBUG} and report what it shows."
    )


def _check_backend() -> None:
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend not in BACKENDS:
        raise Refused(f"KERAS_BACKEND={backend} is not one of {', '.join(BACKENDS)}: set it to one of them.")
    if importlib.util.find_spec(backend) is None:
        raise Refused(f"KERAS_BACKEND={backend} is not installed: pip install -e '.[{backend}]'.")
    os.environ["KERAS_BACKEND"] = backend  # else ~/.keras/keras.json would decide


def _check_backbone(name: str) -> None:
    """A folder that is named and broken is refused here, rather than found out once the other models are trained."""
    from models.backbones import named_folder
    from models.weights import BackboneUnavailable, check_preset

    folder = named_folder(name)
    try:
        if folder:
            check_preset(folder)
    except BackboneUnavailable as error:
        raise Refused(f"--backbone {name}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
