"""Measures how fast networks train and answer here: every case in a process of its own, several times.

python -m training.benchmark                                          # every network and backend, batch 16 and 32
python -m training.benchmark --models lstm --axes texts length        # and how the time grows with these
python -m training.benchmark --models lstm --peer peer.jsonl          # beside what another program measured

Each process trains one epoch that is not counted (the backend compiles in it), then --epochs that are. All cases are
measured once, then all again, --repeats times. The lines go to --output as they come; table and pictures stand beside
it, see `reports.speeds`. The linear model and the encoder's features are no part of it: each run says what they took.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from data.exits import EXIT_FAILED, EXIT_INTERRUPTED, refuse
from data.messages import escape_what_cannot_be_shown
from models.backends.device_variables import leave_devices_alone
from models.catalog import Family, distinct, of_family
from training.benchmark.cases import AXES, Case, plan
from training.environment import BACKENDS
from training.setting_values import AUTO, CPU, FLOAT32, MIXED, whole_number

NETWORKS = of_family(Family.WORDS)
MEASUREMENT = "training.benchmark.measurement"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    result = argparse.ArgumentParser(prog="python -m training.benchmark", description=__doc__.splitlines()[0])
    result.add_argument("--models", nargs="+", choices=NETWORKS, default=distinct(NETWORKS), metavar="MODEL")
    result.add_argument("--backends", nargs="+", choices=BACKENDS, default=installed, metavar="BACKEND")
    result.add_argument(
        "--batch", nargs="+", type=whole_number(1), default=[16, 32], metavar="N", help="texts per step: 16 32"
    )
    result.add_argument("--axes", nargs="+", choices=AXES, default=[], metavar="AXIS", help=", ".join(AXES))
    result.add_argument("--epochs", type=whole_number(1), default=5, metavar="N", help="that are counted (default: 5)")
    result.add_argument("--repeats", type=whole_number(1), default=3, metavar="N", help="processes a case (default: 3)")
    result.add_argument("--device", choices=(AUTO, CPU), default=AUTO, help="cpu: leave a GPU or other device alone")
    result.add_argument("--precision", choices=(FLOAT32, MIXED), default=FLOAT32, help="in training (default: float32)")
    result.add_argument("--output", type=Path, default=Path("benchmark.jsonl"), metavar="FILE")
    result.add_argument("--peer", type=Path, metavar="FILE", help="JSON lines of another program, to compare with")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Measures; returns the exit code: 1 where a case failed, 2 for bad input, 130 after Ctrl-C."""
    escape_what_cannot_be_shown()
    options = parser().parse_args(arguments)
    from training.environment import describe_environment, limit_threads

    if missing := [name for name in options.backends if importlib.util.find_spec(name) is None]:
        return refuse(
            f"{missing[0]} is not installed: leave it out of --backends, or pip install -e '.[{missing[0]}]'."
        )
    if options.peer and not options.peer.is_file():
        return refuse(f"--peer {options.peer} is not there: name a file of JSON lines.")
    limit_threads()
    if options.device == CPU:
        leave_devices_alone()
    cases = plan(options.models, options.backends, options.batch, options.axes, options.precision)
    failed = False
    try:
        with options.output.open("x", encoding="utf-8") as lines:
            print(json.dumps({"environment": describe_environment()}), file=lines)
            for repeat in range(options.repeats):
                for number, case in enumerate(cases, 1 + repeat * len(cases)):
                    print(f"{number:,} of {options.repeats * len(cases):,}: {case}", end="", flush=True)
                    row = _measure(case, options.epochs)
                    failed |= row is None
                    if row:
                        print(json.dumps(row), file=lines, flush=True)
                        print(f": {row['seconds_per_epoch']:.3f} s an epoch", flush=True)
    except FileExistsError:
        return refuse(f"{options.output} is there already: name another file with --output.")
    except OSError as error:
        return refuse(f"{options.output} cannot be written ({error.strerror}): name another file with --output.")
    except KeyboardInterrupt:
        print(f"\nInterrupted. For what was measured: python -m reports.speeds {options.output}", file=sys.stderr)
        return EXIT_INTERRUPTED
    from models.children import run_command

    code = run_command("reports.speeds", str(options.output), *(["--peer", str(options.peer)] if options.peer else []))
    return EXIT_FAILED if failed else code


def _measure(case: Case, epochs: int) -> dict | None:
    """What the process of a case measured; `None` where it failed, which is said."""
    from models.backends.allocator import memory_kept
    from models.children import call_module, exit_name

    os.environ["KERAS_BACKEND"] = case.backend  # of the process that is started
    lines: list[str] = []
    with memory_kept():
        code, errors = call_module(MEASUREMENT, json.dumps(asdict(case)), str(epochs), say=lines.append)
    if code == 0:
        return json.loads(lines[-1])
    reason = (errors.strip().splitlines() or [f"it ended with {exit_name(code)}"])[-1]
    print(": failed", flush=True)
    print(f"{case} failed: {reason[:300]}", file=sys.stderr)
    return None


if __name__ == "__main__":
    sys.exit(main())
