"""What a node of the cluster does with a trial: unpack its files, train in a process as everywhere, pack what came out.

The process is the command `python -m training.cluster.node FOLDER JOB [SECONDS]`, where the job is JSON. It is not the
worker of Ray itself, which is a program of another kind: that has a main script and threads of its own.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from data.files import read_json
from models.catalog import CATALOG
from models.children import call_module, end_with_caller, start_fork_server
from models.cluster.packing import Packed, pack, unpack
from models.run_folder import RunFolder
from training.cluster.job import Job, Searched

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


def train_on_node(common: Packed, own: Packed, job: Job, name: str, until: float | None) -> Returned:
    """Trains one trial.

    Args:
        common: the files that all trials of the seed need.
        own: those of this trial.
        job: which it is.
        name: of the run folder, which TensorBoard shows.
        until: when it has to end, in seconds of `time.time`, by which the clocks of machines agree best.

    Raises:
        OtherVersions: packages of the node are not those of the machine that leads the run.
    """
    with tempfile.TemporaryDirectory(prefix="sentiment-trial-") as aside:
        run = RunFolder(Path(aside) / name)
        for packed in (common, own):
            unpack(packed, run.path)
        _compare_versions(run)
        left = [] if until is None else [str(until - time.time())]
        arguments = str(run.path), json.dumps(asdict(job)), *left
        code, errors = call_module(MODULE, *arguments, say=lambda line: print(line, flush=True))
        last = errors.strip().rpartition("\n")[2] if code else ""
        files = pack(run.path, [job.place(run).trial(job.model, job.number)])
        return Returned(files, run.settings.read_bytes(), last)


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
    from training.search.model_search import try_settings
    from training.trial_processes import train_in_child, train_trial
    from training.trials import run_trial

    run, job = RunFolder(Path(arguments[0])), _job(json.loads(arguments[1]))
    deadline = time.monotonic() + float(arguments[2]) if len(arguments) > 2 else None
    settings = command_line.load(run.settings)
    if deadline and time.monotonic() > deadline and not job.searched:
        train_trial(run, settings, job.model, job.seed, deadline)  # which says so
        return
    if CATALOG[job.model].is_network:
        start_fork_server("models.framework")
    if job.searched:
        try_settings(run, settings, job.model, job.number, job.seed, job.searched.values, deadline)
        return
    for _ in range(2):
        run.failure(job.model, job.seed).unlink(missing_ok=True)
        trial = run.path, job.model, job.seed, deadline
        if not train_in_child(run, settings, job.model, job.seed, run_trial, *trial):
            break


def _job(written: dict) -> Job:
    searched = written.pop("searched")
    return Job(**written, searched=Searched(**searched) if searched else None)


if __name__ == "__main__":
    main(sys.argv[1:])
