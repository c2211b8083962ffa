"""Reads a run folder, prints its table and writes `comparison.json`, `report.md` and `accuracy.svg` into it.

    python -m reports.summary runs/latest

It needs nothing but the folder: no deep-learning library, no data.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import yaml

from data.files import write_json, write_text
from reports.comparison import compare
from reports.figures import draw_accuracy
from reports.markdown import render_report
from reports.table import render
from reports.verdicts import verdicts


def main(arguments: list[str] | None = None) -> int:
    """Summarizes the run folder named on the command line; returns the exit code, 2 if it is none."""
    parser = argparse.ArgumentParser(prog="python -m reports.summary", description="Summarizes a run folder.")
    parser.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    run = parser.parse_args(arguments).run
    try:
        comparison = compare(run)
        settings = yaml.safe_load((run / "settings.yaml").read_text(encoding="utf-8"))
        environment = json.loads((run / "environment.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        print(f"error: {run} is no run folder, {Path(error.filename).name} is not in it.", file=sys.stderr)
        return 2
    sentences = verdicts(comparison, settings)
    write_json(run / "comparison.json", comparison | {"verdicts": sentences})
    write_text(run / "report.md", render_report(comparison, sentences, settings, environment))
    draw_accuracy(comparison, run / "accuracy.svg")
    print(f"\n{render(comparison, 'simple')}")
    for sentence in sentences:
        print(f"- {sentence}")
    print(f"Report: {run / 'report.md'}   Curves: tensorboard --logdir {run}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
