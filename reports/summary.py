"""Reads a run folder, prints its table and writes `comparison.json`, `report.md` and `accuracy.svg` into it.

    python -m reports.summary runs/latest

It needs nothing but the folder: no deep-learning library, no data.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.files import write_json, write_text
from reports import costs
from reports.comparison import RunFolderError, compare, read_environment, read_settings
from reports.figures import draw_accuracy
from reports.guide import confront
from reports.markdown import render_report
from reports.predictions import AllAnswers, read_all
from reports.recommendation import NO_LIMITS, Limits, recommend
from reports.significance import assess
from reports.table import render
from reports.verdicts import verdicts

EXIT_BAD_INPUT = 2


def main(arguments: list[str] | None = None) -> int:
    """Summarizes the run folder named on the command line; returns the exit code, 2 if it is none."""
    parser = argparse.ArgumentParser(prog="python -m reports.summary", description="Summarizes a run folder.")
    parser.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    run = parser.parse_args(arguments).run
    try:
        summarize(run, evaluate(run)[0])
        print(f"Report: {run / 'report.md'}   Curves: tensorboard --logdir {run}")
    except RunFolderError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or run}: {error.strerror}.")
    return 0


def evaluate(run: Path, limits: Limits = NO_LIMITS) -> tuple[dict, AllAnswers]:
    """All that a run folder shows, as `comparison.json` has it, and every answer behind it.

    Raises:
        RunFolderError: the folder is no run folder, or a file in it is damaged.
    """
    comparison = compare(run)
    answers = read_all(run, comparison)
    found = costs.read_costs(run, comparison)
    comparison["statistics"] = {part: assess(answers, part) for part in ("validation", "test")}
    comparison["costs"] = costs.as_dict(found)
    comparison["recommended"] = recommend(comparison, found, limits)
    comparison["guide"] = confront(comparison, found)
    comparison["verdicts"] = verdicts(comparison, read_settings(run))
    return comparison, answers


def summarize(run: Path, comparison: dict) -> None:
    """Writes `comparison.json`, `report.md` and `accuracy.svg` and prints the table."""
    write_json(run / "comparison.json", comparison)
    write_text(
        run / "report.md",
        render_report(comparison, comparison["verdicts"], read_settings(run), read_environment(run)),
    )
    draw_accuracy(comparison, run / "accuracy.svg")
    print(f"\n{render(comparison, 'simple')}\n\n{comparison['recommended']['reason']}")
    for sentence in comparison["verdicts"]:
        print(f"- {sentence}")


def _refuse(sentence: str) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return EXIT_BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
