"""Trains a run's models again on its rows and new ones, and promotes them where they are not worse.

python -m training.retrain runs/current --data new.csv

The settings are those of the run, also what `auto` turned out to be. The run in use and the new one are then asked the
same texts, which neither was trained on (see `reports.promotion`); where the new one is expected to lose no more than
`--worth-points`, the link `current` beside it leads to it from then on, and a service that was started with
`models.serve runs/current --reload` takes it up.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.exits import EXIT_FAILED, refuse
from data.messages import escape_what_cannot_be_shown


def main(arguments: list[str] | None = None) -> int:
    """Trains, compares and promotes; returns the exit code: 0 where the new run was promoted, 3 where it was not, 1
    where training failed, 2 for bad input.
    """
    escape_what_cannot_be_shown()
    parser = argparse.ArgumentParser(prog="python -m training.retrain", description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="the run in use, such as runs/current")
    parser.add_argument("--data", nargs="+", required=True, metavar="FILE", help="tables with the new rows")
    parser.add_argument(
        "--worth-points", default="1", metavar="POINTS", help="most accuracy that may be lost (default: 1)"
    )
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="for the new run (default: beside the old one)")
    given = parser.parse_args(arguments)
    from data.amounts import positive
    from data.sources import catalog
    from data.sources.source import values_of
    from models.children import run_command
    from models.classifier import exported_models
    from models.run_folder import RunFolder
    from training import command_line, run
    from training.run_folders import LATEST

    try:
        positive(given.worth_points)
    except (ValueError, argparse.ArgumentTypeError):
        return refuse(f"--worth-points {given.worth_points} is no number of points above 0.")
    deployed = given.run.resolve()  # what it leads to now; `latest` will lead elsewhere soon
    settings = RunFolder(deployed).settings
    if not settings.is_file() or not exported_models(deployed):
        return refuse(f"{given.run} is no run folder with an exported model: python -m training.run makes one.")
    data = command_line.load(settings).data
    if catalog.is_name(data):
        return refuse(
            f"{given.run} was trained on {data}, to which no rows can be added: begin with tables of your own."
        )
    output = given.output or deployed.parent
    files = [*values_of(data), *(path for path in given.data if path not in values_of(data))]
    code = run.main(["--config", str(settings), "--data", *files, "--output", str(output)])
    if code:
        return code
    newer = (output / LATEST).resolve()
    if newer == deployed:
        return EXIT_FAILED
    return run_command("reports.promotion", str(deployed), str(newer), "--worth-points", given.worth_points)


if __name__ == "__main__":
    sys.exit(main())
