"""The command that trains and compares all architectures.

python -m training.run                                     # 20 Newsgroups, about two minutes on two cores
python -m training.run --seeds 3                           # mean and deviation over three splits
python -m training.run --data reviews.csv --text-column review --label-column stars
python -m training.run --recipe slides                     # the published set-up, mistakes included
python -m training.run --config runs/latest/settings.yaml  # the same run again
KERAS_BACKEND=jax python -m training.run                   # or torch
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from training.command_line import parse

BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}
EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the comparison that `arguments` (by default the command line) ask for; returns the exit code.

    0: done. 1: a model failed. 2: bad input. 130: interrupted.
    """
    settings = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        _check_backend()
        # Not before the settings are parsed: scikit-learn takes a second to import.
        from data.corpus import DataError
        from training.experiment import Interrupted, RunFailed, compare

        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow looks for a GPU aloud
        try:
            run, whole = compare(settings)
        except (DataError, RunFailed) as error:
            return _refuse(str(error))
        except Interrupted as interrupted:
            summarize(interrupted.run.path)
            print(f"Interrupted. What was finished is in {interrupted.run.path}.", file=sys.stderr)
            return EXIT_INTERRUPTED
        return summarize(run.path) or (0 if whole else EXIT_FAILED)
    except KeyboardInterrupt:
        print("Interrupted before anything was trained.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except OSError as error:
        return _refuse(f"{error}: free some space or choose another folder with --output.")


def summarize(folder: os.PathLike) -> int:
    """Has `reports` read the run folder, print its table and write the report; a process of its own, as any reader."""
    return subprocess.run([sys.executable, "-m", "reports.page", os.fspath(folder)], check=False).returncode


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
