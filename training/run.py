"""The command that trains and compares all architectures.

python -m training.run                                     # 20 Newsgroups, about two minutes on two cores
python -m training.run --seeds 3                           # mean and deviation over three splits
python -m training.run --data reviews.csv --text-column review --label-column stars
python -m training.run --recipe slides                     # the published set-up, mistakes included
python -m training.run --config runs/latest/settings.yaml  # the same run again
python -m training.run --resume runs/latest                # go on with a run that was interrupted
KERAS_BACKEND=jax python -m training.run                   # or torch
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from training.command_line import parse, run_to_resume

if TYPE_CHECKING:
    from models.run_folder import RunFolder
    from training.settings import Settings

BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}
EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 2, 130, 143
# What follows the training, one after another, each given the run folder: `python -m MODULE FOLDER`. A step may be run
# again, and the failure of one stops none behind it. The last one alone follows Ctrl-C.
AFTERWARDS = ("reports.summary",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the comparison that `arguments` (by default the command line) ask for; returns the exit code.

    0: done. 1: a model failed, a time limit was over, or a step after training failed. 2: bad input, or no place to
    write. 130: interrupted. 143: ended by SIGTERM.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    settings, resumed = parse(arguments), run_to_resume(arguments)
    try:
        _check_backend()
        signal.signal(signal.SIGTERM, _on_sigterm)
        # Not before the settings are parsed: scikit-learn takes a second to import.
        from data.corpus import DataError
        from training.environment import limit_threads
        from training.run_folders import RunFailed, open_run

        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow looks for a GPU aloud
        limit_threads()
        try:
            with open_run(settings, resumed) as run:
                return _run(settings, run)
        except (DataError, RunFailed) as error:
            return _refuse(str(error))
    except KeyboardInterrupt:
        print("Interrupted before anything was begun.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except OSError as error:
        return _refuse(f"{error}: free some space or choose another folder with --output.")


def _run(settings: Settings, run: RunFolder) -> int:
    """Trains, and has the steps after it done; the exit code."""
    from training.experiment import compare
    from training.run_folders import RunFailed, command_to_continue

    try:
        whole = compare(settings, run)
        failed = [module for module in AFTERWARDS if not _step(module, run)]
        if not whole:
            print(f"Some models are unfinished. To try them again: {command_to_continue(run)}", file=sys.stderr)
        return 0 if whole and not failed else EXIT_FAILED
    except KeyboardInterrupt:
        if run.data_card.exists():
            _step(AFTERWARDS[-1], run)
        print(f"Interrupted. What is finished is kept; to continue: {command_to_continue(run)}", file=sys.stderr)
        return EXIT_INTERRUPTED
    except RunFailed as error:
        return _refuse(f"{error} To continue: {command_to_continue(run)}")
    except SystemExit:
        print(f"Ended. What is finished is kept; to continue: {command_to_continue(run)}", file=sys.stderr)
        raise
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _refuse(
            f"{place}{error.strerror or error}: free some space, or mend what is in the way, and continue with "
            f"{command_to_continue(run)}."
        )


def _step(module: str, run: RunFolder) -> bool:
    """Has `module` read the run folder and add to it, in a process of its own; whether it could."""
    code = subprocess.run([sys.executable, "-m", module, os.fspath(run.path)], check=False).returncode
    if code != 0:
        print(f"{module} failed with exit code {code}; again with: python -m {module} {run.path}", file=sys.stderr)
    return code == 0


def _on_sigterm(number: int, frame: object) -> None:
    """Stops at once: whoever sends it will not wait for an epoch."""
    raise SystemExit(EXIT_TERMINATED)


def _check_backend() -> None:
    import importlib.util

    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend not in BACKENDS:
        raise SystemExit(_refuse(f"KERAS_BACKEND={backend} is not one of {', '.join(BACKENDS)}."))
    if importlib.util.find_spec(BACKENDS[backend]) is None:
        raise SystemExit(_refuse(f"KERAS_BACKEND={backend} is not installed: pip install -e '.[{backend}]'."))


def _refuse(sentence: str) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return EXIT_BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
