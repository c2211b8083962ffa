"""Reads a run folder, prints its table and writes `comparison.json`, `report.md` and `accuracy.svg` into it.

    python -m reports.summary runs/latest

It needs nothing but the folder: no deep-learning library, no data.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from data.exits import attempt
from data.messages import escape_what_cannot_be_shown
from models.run_folder import RunFolderError
from reports.options import add_worth_points


def main(arguments: list[str] | None = None) -> int:
    """Summarizes the run folder named on the command line; returns the exit code, 2 if it is none."""
    escape_what_cannot_be_shown()
    parser = argparse.ArgumentParser(prog="python -m reports.summary", description="Summarizes a run folder.")
    parser.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    add_worth_points(parser)
    options = parser.parse_args(arguments)
    return attempt(lambda: _summarize(options.run, options.worth_points), options.run, RunFolderError)


def _summarize(run: Path, worth: float | None) -> None:
    from reports.evaluation import evaluate  # scipy takes a second, --help must not
    from reports.judging.recommendation import MARGIN
    from reports.writing.summary_files import print_summary, write_summary

    evaluation = evaluate(run, margin=MARGIN if worth is None else worth)
    write_summary(evaluation)
    print_summary(evaluation)
    print(f"Report: {run / 'report.md'}   Curves: tensorboard --logdir {shlex.quote(str(run))}")


if __name__ == "__main__":
    sys.exit(main())
