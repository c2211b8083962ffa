"""Keeps what runs measured: a JSON and a Markdown file a run in `reports/results/`, and the tables of the README.

    python -m reports.record runs/latest --name newsgroups-sound

Every number comes from the run folder, with the command, the machine and the versions that it was measured with.
"""

from __future__ import annotations

import argparse
import re
import sys
from functools import partial
from pathlib import Path

from data.exits import attempt, refuse
from data.messages import escape_what_cannot_be_shown
from models.run_folder import RunFolderError

FOLDER = Path(__file__).parent / "results"
README = Path(__file__).parents[1] / "README.md"


def main(arguments: list[str] | None = None) -> int:
    """Records the run folders named on the command line; returns the exit code, 2 if one is none."""
    escape_what_cannot_be_shown()
    parser = argparse.ArgumentParser(
        prog="python -m reports.record",
        description="Writes what runs measured to reports/results, and into the README where it quotes them.",
    )
    parser.add_argument("runs", type=Path, nargs="+", metavar="run", help="run folders, such as runs/latest")
    parser.add_argument("--name", help="of the record of a single run; by default after its data, recipe and seeds")
    options = parser.parse_args(arguments)
    if options.name and len(options.runs) > 1:
        return refuse("--name is for a single run: record the runs one by one.")
    if options.name and not re.fullmatch(r"[a-z0-9-]+", options.name):
        return refuse(f"--name {options.name} would not do as a file name: use letters a-z, digits and hyphens.")
    return max(attempt(partial(_record, run, options.name), run, RunFolderError) for run in options.runs)


def _record(run: Path, name: str | None) -> None:
    from reports.evaluation import evaluate  # scipy takes a second, --help must not
    from reports.writing.records import default_name, quote_in, write_record

    evaluation = evaluate(run)
    name = name or default_name(evaluation.comparison)
    FOLDER.mkdir(exist_ok=True)
    quoted = quote_in(README, name, write_record(evaluation, FOLDER, name))
    print(f"{FOLDER / name}.md" + (f", and quoted in {README}" if quoted else ""))


if __name__ == "__main__":
    sys.exit(main())
