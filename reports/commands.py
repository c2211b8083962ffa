"""One command for all: `sentiment-architectures train`, and so on; each is a `python -m ...` of its own too.

sentiment-architectures --help
sentiment-architectures train --data reviews.csv
sentiment-architectures predict runs/latest "The launch was moved to Friday."
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence

from data.exits import refuse
from data.messages import escape_what_cannot_be_shown, shorten

PROGRAM = "sentiment-architectures"
# By name, the module that is run and what it does; a package is run as its __main__.
COMMANDS = {
    "train": ("training.run", "train several models on the same texts and compare them"),
    "predict": ("models.predict", "answer texts with a trained model, and score it where there are labels"),
    "serve": ("models.serve", "answer texts over HTTP"),
    "retrain": ("training.retrain", "train a run's models again on old and new rows, and promote what is not worse"),
    "report": ("reports.page", "write the report of a run, or a comparison of several"),
    "explain": ("reports.explain", "show which words moved each model to its answer"),
    "labels": ("reports.labels", "say which labels look wrong, and which texts to label next"),
    "export": ("models.exporting.__main__", "export trained models, each proven to answer as it did"),
    "drift": ("reports.drift", "say whether the texts of a file are like those of validation"),
    "promote": ("reports.promotion", "have a newer run take the place of the one in use where it is not worse"),
    "summary": ("reports.summary", "print the table of a run"),
    "benchmark": ("training.benchmark.__main__", "measure how fast networks train and answer on this machine"),
    "speeds": ("reports.speeds", "write what benchmarks measured as a table and pictures"),
    "benchmark-sizes": ("training.benchmark.sizes", "measure what runs take of time and memory by their texts"),
    "sizes": ("reports.sizes", "write what runs of several sizes took as tables with fitted lines"),
    "record": ("reports.record", "keep what runs measured among the project's results"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that is named; returns its exit code, 2 where there is none of that name."""
    escape_what_cannot_be_shown()
    name, *rest = [*(sys.argv[1:] if arguments is None else arguments)] or ["--help"]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        meant = f" (did you mean {near[0]}?)" if near else ""
        return refuse(f"there is no command {shorten(name)!r}{meant}: choose from {', '.join(COMMANDS)}.")
    return importlib.import_module(COMMANDS[name][0]).main(rest)


def usage() -> str:
    """What `--help` shows."""
    lines = [f"  {name:<16}{what}" for name, (_, what) in COMMANDS.items()]
    return "\n".join(
        [
            f"usage: {PROGRAM} COMMAND ...",
            "",
            "Compares text classifiers, and hands over the one to take.",
            "",
            *lines,
            "",
            f"`{PROGRAM} COMMAND --help` lists what a command takes.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
