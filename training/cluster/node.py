"""What a node of the cluster does with a trial: unpack its files, train in a process as everywhere, pack what came out.

The process is the command `python -m training.cluster.node FOLDER MODEL SEED [SECONDS]`, since a worker of Ray is a
program of another kind: it has a main script and threads of its own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from data.files import read_json
from models.catalog import CATALOG
from models.children import call_module, end_with_caller, start_fork_server
from models.run_folder import RunFolder
from training.cluster.packing import Packed, pack, unpack

MODULE = "training.cluster.node"


class OtherVersions(Exception):
    """The node would come to other numbers; the message is one sentence."""


@dataclass(frozen=True)
class Returned:
    """What a node sends back.

    Attributes:
        files: the folder of the trial.
        settings: `settings.yaml`, where the weights of an encoder are written down.
        error: the last line of what the process wrote to standard error, where it failed.
    """

    files: Packed
    settings: bytes
    error: str


def train_on_node(common: Packed, own: Packed, model: str, seed: int, until: float | None) -> Returned:
    """Trains one trial.

    Args:
        common: the files that all trials of the seed need.
        own: those of this trial.
        model, seed: which it is.
        until: when it has to end, in seconds of `time.time`, by which the clocks of machines agree best.

    Raises:
        OtherVersions: packages of the node are not those of the machine that leads the run.
    """
    with tempfile.TemporaryDirectory(prefix="sentiment-trial-") as folder:
        run = RunFolder(Path(folder))
        for packed in (common, own):
            unpack(packed, run.path)
        _compare_versions(run)
        left = [] if until is None else [str(until - time.time())]
        code, errors = call_module(MODULE, folder, model, str(seed), *left, say=lambda line: print(line, flush=True))
        last = errors.strip().rpartition("\n")[2] if code else ""
        return Returned(pack(run.path, [run.trial(model, seed)]), run.settings.read_bytes(), last)


def _compare_versions(run: RunFolder) -> None:
    from training.environment import describe_environment

    wanted, here = read_json(run.environment), describe_environment()
    if wanted["backend"] != here["backend"]:
        raise OtherVersions(f"a node would train on {here['backend']} and not on {wanted['backend']}")
    others = [name for name, version in wanted["packages"].items() if here["packages"].get(name) != version]
    if others:
        raise OtherVersions(f"a node has another version of {', '.join(others)}")


def main(arguments: list[str]) -> None:
    """Trains the trial, and once more where its process was killed."""
    end_with_caller()
    from training import command_line
    from training.trial_processes import train_in_child, train_trial
    from training.trials import run_trial

    run, model, seed = RunFolder(Path(arguments[0])), arguments[1], int(arguments[2])
    deadline = time.monotonic() + float(arguments[3]) if len(arguments) > 3 else None
    settings = command_line.load(run.settings)
    if deadline and time.monotonic() > deadline:
        train_trial(run, settings, model, seed, deadline)  # which says so
        return
    if CATALOG[model].is_network:
        start_fork_server("models.framework")
    for _ in range(2):
        run.failure(model, seed).unlink(missing_ok=True)
        if not train_in_child(run, settings, model, seed, run_trial, run.path, model, seed, deadline):
            break


if __name__ == "__main__":
    main(sys.argv[1:])
