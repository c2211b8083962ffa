"""Judges the data of a run: which labels look wrong, where models are weak, what could raise accuracy, what to label.

python -m reports.labels runs/latest                                    # labels.csv, and sections of the report
python -m reports.labels runs/latest --write corrected.csv              # your table, with corrected labels
python -m reports.labels runs/latest --suggest 50 --write to_label.csv  # the unlabelled texts that teach most

labels.csv may be edited before --write: its column corrected_label says what becomes of a label. The table that a run
was trained on is never changed. Labels are judged without a deep-learning library; the encoder's features are those
that training kept. Trained models are asked too what they make of changed texts, those that can be loaded here.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from data.amounts import memory_mb
from data.exits import EXIT_FAILED, EXIT_INTERRUPTED, attempt, refuse
from data.messages import escape_what_cannot_be_shown
from models.run_folder import RunFolderError

STOPPING = "Stopping; press Ctrl-C again to stop at once."


def main(arguments: list[str] | None = None) -> int:
    """Judges, or writes a table; returns the exit code, 2 after bad input.

    The work is done in a child process, held to the memory limit of the run.
    """
    escape_what_cannot_be_shown()
    options = _parse(arguments)
    from models.children import EXIT_LOST, MemoryExceeded, exit_name, run_in_child

    try:
        limit = _memory_limit(options.run)
        code = run_in_child("spawn", _work, options, memory_limit_mb=memory_mb(limit), on_ctrl_c=STOPPING)
        if code < 0 or code == EXIT_LOST:  # it could say nothing itself
            refuse(f"The process that judges {options.run} ended with {exit_name(code)} before it was done.")
            return EXIT_FAILED
        return code
    except MemoryExceeded as error:
        refuse(f"To judge the labels took {error}, more than memory_limit in settings.yaml, {limit}: raise it there.")
        return EXIT_FAILED
    except RunFolderError as error:
        return refuse(str(error))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return EXIT_INTERRUPTED


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m reports.labels",
        description="Judges the data of a run: which labels look wrong (into labels.csv), where models are weak, what "
        "changes their answers and what could raise accuracy, all of it in the report; and which texts to label next.",
    )
    parser.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="write a table (.csv, .tsv or .jsonl): the run's own with the labels that labels.csv corrects, or with "
        "--suggest the texts to label",
    )
    parser.add_argument(
        "--include-test", action="store_true", help="with --write, correct labels of the test split too (default: not)"
    )
    parser.add_argument(
        "--suggest", type=_whole, metavar="N", help="choose so many of the unlabelled texts to label next"
    )
    options = parser.parse_args(arguments)
    if options.suggest and not options.write:
        parser.error("--suggest needs --write FILE, the table to fill in.")
    if options.include_test and (options.suggest or not options.write):
        parser.error("--include-test is for --write FILE without --suggest.")
    return options


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


_whole.__name__ = "whole number"  # argparse names the type in its message


def _memory_limit(run: Path) -> str:
    """As the run's settings have it.

    Raises:
        RunFolderError: the folder is no run folder, or the limit is none.
    """
    from reports.reading.facts import read_plan

    limit = str(read_plan(run).settings.get("memory_limit", "10GB"))
    try:
        memory_mb(limit)
    except argparse.ArgumentTypeError as error:
        raise RunFolderError(f"{run}: memory_limit in settings.yaml: {error}.") from error
    return limit


def _work(options: argparse.Namespace) -> None:
    """What the child process does; it ends with the exit code."""
    escape_what_cannot_be_shown()
    # Before numpy is imported: the matrices are small, and on a busy machine threads wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from data.corpus import DataError
    from reports.judging_data import commands

    def work() -> None:
        if options.suggest:
            commands.suggest(options.run, options.suggest, options.write)
        elif options.write:
            commands.correct(options.run, options.write, options.include_test)
        else:
            commands.judge(options.run)

    sys.exit(attempt(work, options.run, RunFolderError, DataError))


if __name__ == "__main__":
    sys.exit(main())
