"""Reads a run folder, prints its table and writes `comparison.json`, `report.md` and `accuracy.svg` into it.

    python -m reports.summary runs/latest

It needs nothing but the folder: no deep-learning library, no data.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.files import write_json, write_text
from reports.comparison import RunFolderError, compare, read_environment, read_settings
from reports.figures import draw_accuracy
from reports.markdown import render_report
from reports.table import render
from reports.verdicts import verdicts

EXIT_BAD_INPUT = 2


def main(arguments: list[str] | None = None) -> int:
    """Summarizes the run folder named on the command line; returns the exit code, 2 if it is none."""
    parser = argparse.ArgumentParser(prog="python -m reports.summary", description="Summarizes a run folder.")
    parser.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    run = parser.parse_args(arguments).run
    try:
        _summarize(run)
    except RunFolderError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or run}: {error.strerror}.")
    return 0


def _summarize(run: Path) -> None:
    comparison, settings = compare(run), read_settings(run)
    sentences = verdicts(comparison, settings)
    write_json(run / "comparison.json", comparison | {"verdicts": sentences})
    write_text(run / "report.md", render_report(comparison, sentences, settings, read_environment(run)))
    draw_accuracy(comparison, run / "accuracy.svg")
    print(f"\n{render(comparison, 'simple')}")
    for sentence in sentences:
        print(f"- {sentence}")
    print(f"Report: {run / 'report.md'}   Curves: tensorboard --logdir {run}")


def _refuse(sentence: str) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return EXIT_BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
