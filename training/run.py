"""The command that trains and compares all architectures.

python -m training.run                                     # 20 Newsgroups, three or four minutes on two cores
python -m training.run --seeds 3                           # mean and deviation over three splits
python -m training.run --data reviews.csv --text-column review --label-column stars
python -m training.run --recipe slides                     # the published set-up, mistakes included
python -m training.run --config runs/latest/settings.yaml  # the same run again
python -m training.run --resume runs/latest                # go on with a run that was interrupted
KERAS_BACKEND=jax python -m training.run                   # or torch
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from data.messages import printable
from training.command_line import DEBUG, PROGRAM, parse, run_to_resume

if TYPE_CHECKING:
    from models.run_folder import RunFolder
    from training.settings import Settings

BACKENDS = ("tensorflow", "jax", "torch")
EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 2, 130, 143
REPORT = "reports.page"


class Refused(Exception):
    """A setting asks for what is not there; the message is one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the comparison that `arguments` (by default the command line) ask for; returns the exit code.

    0: done. 1: a model failed, a time limit was over, a step after training failed, or the software is defective.
    2: bad input, or no place to write. 130: interrupted. 143: ended by SIGTERM.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    settings, resumed = parse(arguments), run_to_resume(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal may not know every letter of a file's name
    try:
        _check_backend()
        if settings.has_encoder:
            _check_backbone(settings.backbone)
        signal.signal(signal.SIGTERM, _on_sigterm)
        # Not before the settings are parsed: scikit-learn takes a second to import.
        from training.environment import limit_threads
        from training.experiment import compare
        from training.run_folders import open_run

        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow looks for a GPU aloud
        limit_threads()
        with open_run(settings, resumed) as run:
            return _run(settings, run, compare)
    except KeyboardInterrupt:
        end_fork_server()
        print("Interrupted before anything was begun.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except Exception as error:
        end_fork_server()
        if DEBUG in arguments:
            traceback.print_exc()
        code, sentence = _explain(error)
        print(f"error: {printable(sentence)}", file=sys.stderr)
        return code


def _run(settings: Settings, run: RunFolder, compare: Callable[[Settings, RunFolder], bool]) -> int:
    """Trains, and has the steps after it done; the exit code."""
    from training.run_folders import RunFailed, command_to_continue

    try:
        whole = compare(settings, run)
        failed = [module for module in _afterwards(settings) if not _step(module, run)]
        if not whole:
            print(f"Some models are unfinished. To try them again: {command_to_continue(run)}", file=sys.stderr)
        return 0 if whole and not failed else EXIT_FAILED
    except KeyboardInterrupt:
        if run.data_card.exists():
            _step(REPORT, run)
        print(f"Interrupted. What is finished is kept; to continue: {command_to_continue(run)}", file=sys.stderr)
        return EXIT_INTERRUPTED
    except RunFailed as error:
        raise RunFailed(f"{error} To continue: {command_to_continue(run)}") from error
    except SystemExit:
        print(f"Ended. What is finished is kept; to continue: {command_to_continue(run)}", file=sys.stderr)
        raise
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise RunFailed(
            f"{place}{error.strerror or error}: free some space, or mend what is in the way, and continue with "
            f"{command_to_continue(run)}."
        ) from error


def _afterwards(settings: Settings) -> list[str]:
    """What follows the training, one after another, each as `python -m MODULE RUN`. A step may be run again, and the
    failure of one stops none behind it. The report alone follows Ctrl-C.
    """
    exporting = ["models.exporting"] if settings.formats else []
    explaining = ["reports.explain"] if settings.explain else []
    return [*exporting, *explaining, REPORT]


def _step(module: str, run: RunFolder) -> bool:
    """Has `module` read the run folder and add to it, in a process of its own; whether it could."""
    code = subprocess.run([sys.executable, "-m", module, os.fspath(run.path)], check=False).returncode
    if code != 0:
        print(f"{module} failed with exit code {code}; again with: python -m {module} {run.path}", file=sys.stderr)
    return code == 0


def _on_sigterm(number: int, frame: object) -> None:
    """Stops at once: whoever sends it will not wait for an epoch."""
    raise SystemExit(EXIT_TERMINATED)


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
    from training.run_folders import RunFailed

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
    from models.encoder.backbones import named_folder
    from models.encoder.weights import BackboneUnavailable, check_preset

    folder = named_folder(name)
    try:
        if folder:
            check_preset(folder)
    except BackboneUnavailable as error:
        raise Refused(f"--backbone {name}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
