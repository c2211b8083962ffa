"""Reads a run folder, prints its table and writes `comparison.json`, `report.md` and `accuracy.svg` into it.

    python -m reports.summary runs/latest

It needs nothing but the folder: no deep-learning library, no data.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from models.run_folder import RunFolderError

EXIT_BAD_INPUT = 2


def main(arguments: list[str] | None = None) -> int:
    """Summarizes the run folder named on the command line; returns the exit code, 2 if it is none."""
    parser = argparse.ArgumentParser(prog="python -m reports.summary", description="Summarizes a run folder.")
    parser.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    run = parser.parse_args(arguments).run
    from reports.evaluation import evaluate  # scipy takes a second, --help must not
    from reports.writing.summary_files import summarize

    try:
        summarize(evaluate(run))
        print(f"Report: {run / 'report.md'}   Curves: tensorboard --logdir {run}")
    except RunFolderError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or run}: {error.strerror}.")
    return 0


def _refuse(sentence: str) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return EXIT_BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
