"""The report of a run, as one file to read in a browser.

    python -m reports.page runs/latest                       # report.html, and all that reports.summary writes
    python -m reports.page runs/latest --max-latency-ms 5    # the best model for 5 ms a text
    python -m reports.page runs/latest --worth-points 2      # a quicker model may give up 2 points of accuracy
    python -m reports.page runs/a runs/b                     # comparison.html: the same models in two runs

It needs nothing but the folder: no deep-learning library, no data, no network.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from data.amounts import positive, share
from data.exits import attempt
from data.messages import escape_what_cannot_be_shown
from models.run_folder import RunFolderError
from reports.options import add_worth_points


def main(arguments: list[str] | None = None) -> int:
    """Writes the page of the runs named on the command line; returns the exit code, 2 for bad input."""
    escape_what_cannot_be_shown()
    options = _parse(arguments)
    work = _compare if len(options.runs) > 1 else _report
    return attempt(lambda: work(options), options.runs[0], RunFolderError)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m reports.page",
        description="Writes the report of a run folder, or a comparison of several.",
    )
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="run folder, such as runs/latest")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to write (default: report.html in the run; comparison.html in the first of several)",
    )
    limits = parser.add_argument_group("limits, for the recommendation of a single run")
    limits.add_argument("--max-latency-ms", type=positive, metavar="MS", help="most milliseconds for one text")
    limits.add_argument("--max-memory-mb", type=positive, metavar="MB", help="most memory to answer")
    limits.add_argument("--max-model-mb", type=positive, metavar="MB", help="largest model to keep")
    limits.add_argument("--min-accuracy", type=share, metavar="SHARE", help="least validation accuracy, 0 to 1")
    add_worth_points(limits)
    options = parser.parse_args(arguments)
    given = {limit for name, limit in vars(options).items() if name not in ("runs", "output")}
    if len(options.runs) > 1 and given != {None}:
        parser.error("limits go with a single run: give one RUN, or no limit.")
    return options


def _report(options: argparse.Namespace) -> None:
    # Not before the command line is understood: scipy takes a second.
    from data.files import write_text
    from reports.evaluation import evaluate
    from reports.judging.limits import Limits
    from reports.judging.recommendation import MARGIN
    from reports.writing.cards import write_cards
    from reports.writing.sections import render_page
    from reports.writing.summary_files import print_summary, write_summary

    (run,) = options.runs
    limits = Limits(options.max_latency_ms, options.max_memory_mb, options.max_model_mb, options.min_accuracy)
    evaluation = evaluate(run, limits, MARGIN if options.worth_points is None else options.worth_points)
    write_summary(evaluation)
    output = options.output or run / "report.html"
    write_text(output, render_page(evaluation))
    write_cards(evaluation)
    print_summary(evaluation)
    print(f"Report: {output}   Curves: tensorboard --logdir {shlex.quote(str(run))}")


def _compare(options: argparse.Namespace) -> None:
    from data.files import write_text
    from reports.writing.runs_page import render_page

    output = options.output or options.runs[0] / "comparison.html"
    write_text(output, render_page(options.runs))
    print(f"Comparison: {output}")


if __name__ == "__main__":
    sys.exit(main())
