"""`--cluster`: the trials of a run side by side on the nodes of a Ray cluster.

The run folder stays where it is: texts and arrays travel to the nodes through Ray's object store, and the folder of a
trial comes back the same way, so no storage has to be shared. A trial whose node is lost begins again on another. Only
this process writes into the run folder.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.amounts import MEBIBYTE
from data.files import UNFINISHED, replace_folder, write_json
from data.parallel import cpu_count
from models.catalog import CATALOG
from models.run_folder import CHECKPOINTS, RunFolder
from training import command_line
from training.cluster.address import BEGIN
from training.cluster.jobs import Job, has_to_wait, jobs_left
from training.cluster.node import OtherVersions, Returned, train_on_node
from training.cluster.packing import pack, unpack
from training.cluster.resources import expected_mb
from training.environment import THREAD_VARIABLES
from training.run_folders import RunFailed
from training.settings import Settings
from training.trial_processes import outcome_of

RETRIES = 3  # of a trial whose node or worker is lost
LOOK_SECONDS = 1.0  # between two looks at what is finished, so that Ctrl-C is heard
CANCEL_SECONDS = 10.0  # that workers have to end after Ctrl-C
PASSED_ON = ("KERAS_BACKEND", "PYTHONPATH", "KERAS_HOME", "HF_HOME", *THREAD_VARIABLES)


def train_on_cluster(run: RunFolder, settings: Settings, deadline: float | None) -> dict[Job, str]:
    """Trains every trial that is left.

    Args:
        run: all its seeds are prepared.
        settings: of the run.
        deadline: when `--time-limit` is over, in seconds of `time.monotonic`.

    Returns:
        What became of each: `finished`, `failed`, `missing` or `unfinished`, as `training.trial_processes` has it.

    Raises:
        RunFailed: there is no such cluster, or its nodes cannot train.
        KeyboardInterrupt: on Ctrl-C; finished trials are kept.
    """
    waiting, outcome = jobs_left(run, settings), {}
    if not waiting:
        return {}
    until = deadline and time.time() + deadline - time.monotonic()
    with _connected(settings.cluster) as ray:
        cluster = _Cluster(ray, run, settings, until)
        try:
            while waiting or cluster.running:
                for job in list(waiting):
                    others = [*cluster.running.values(), *waiting]
                    if not has_to_wait(job, [other for other in others if other != job]):
                        waiting.remove(job)
                        cluster.submit(job)
                for job in cluster.finished():
                    outcome[job] = _outcome(run, job)
        except BaseException:
            cluster.cancel()
            raise
    return outcome


class _Cluster:
    """The trials that are on their way."""

    def __init__(self, ray: Any, run: RunFolder, settings: Settings, until: float | None):
        self.ray, self.run, self.settings, self.until = ray, run, settings, until
        self.running: dict[Any, Job] = {}
        self.common: dict[int, Any] = {}
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        self.cores = min(cpu_count(), int(max(node.get("CPU", 0) for node in nodes)))
        self.memory = max(node.get("memory", 0) for node in nodes)
        if self.cores < 1:
            raise RunFailed("No node of the cluster has a core to train on: start them with --num-cpus.")
        print(
            f"Cluster: {len(nodes)} nodes with {sum(int(node.get('CPU', 0)) for node in nodes)} cores; a trial takes "
            f"{self.cores}. Trials side by side on one machine slow each other: their seconds are no comparison.",
            flush=True,
        )
        self.train = ray.remote(max_retries=RETRIES)(train_on_node)

    def submit(self, job: Job) -> None:
        run, (model, seed) = self.run, (job.model, job.seed)
        run.failure(model, seed).unlink(missing_ok=True)
        if seed not in self.common:
            shared = [run.environment, run.data_card, run.prepared(seed)]
            self.common[seed] = self.ray.put(pack(run.path, shared))
        # What it is made of, what it has begun, what a search chose, and of an encoder the weights of other seeds.
        own = [run.settings, *run.search.path.glob("*/chosen.json"), *run.path.glob(f"{model}/*/model.json")]
        if any((run.trial(model, seed) / name).exists() for name in CHECKPOINTS):
            own.append(run.trial(model, seed))
        if CATALOG[model].needs:
            names = ("metrics.json", "model.json", "predictions.csv", "learned_from.npz", "probes.json")
            own += [run.trial(other, seed) / name for other in self.settings.models for name in names]
        wanted = min(expected_mb(run, self.settings, model, seed), self.settings.memory_limit_mb) * MEBIBYTE
        task = self.train.options(
            name=f"{model} {seed}", num_cpus=self.cores, memory=int(min(wanted, self.memory))
        ).remote(self.common[seed], pack(run.path, own), model, seed, self.until)
        self.running[task] = job

    def finished(self) -> Iterator[Job]:
        """Waits a moment, and writes the trials that came back into the run folder."""
        done, _ = self.ray.wait(list(self.running), num_returns=1, timeout=LOOK_SECONDS)
        for task in done:
            job = self.running.pop(task)
            self._take(job, task)
            yield job

    def cancel(self) -> None:
        """Ends what is on its way."""
        for task in self.running:
            self.ray.cancel(task)
        self.ray.wait(list(self.running), num_returns=len(self.running), timeout=CANCEL_SECONDS)

    def _take(self, job: Job, task: Any) -> None:
        from ray.exceptions import RayError, RayTaskError

        try:
            returned: Returned = self.ray.get(task)
        except RayTaskError as error:
            cause = error.cause
            if isinstance(cause, OtherVersions | ImportError):
                raise RunFailed(f"{cause}: install the same version of this project on all nodes.") from None
            reason = " ".join(f"{type(cause).__name__}: {cause}".split())[:500]
            _fail(self.run, job, f"its node failed with {reason}")
        except RayError as error:
            lost = f"lost {RETRIES + 1} times with its node or worker"
            _fail(self.run, job, f"{lost} ({type(error).__name__}), as when a machine runs out of memory")
        else:
            self._write(job, returned)

    def _write(self, job: Job, returned: Returned) -> None:
        run = self.run
        with tempfile.TemporaryDirectory(dir=run.path, prefix=UNFINISHED) as folder:
            unpack(returned.files, Path(folder))
            came = RunFolder(Path(folder)).trial(job.model, job.seed)
            if came.is_dir():
                run.trial(job.model, job.seed).parent.mkdir(exist_ok=True)
                replace_folder(came, run.trial(job.model, job.seed))
            node = Path(folder) / "settings.yaml"
            node.write_bytes(returned.settings)
            backbone = command_line.load(node).backbone
        if CATALOG[job.model].is_network and backbone != (settings := command_line.load(run.settings)).backbone:
            command_line.save(replace(settings, backbone=backbone), run.settings)
        if not run.metrics(job.model, job.seed).exists() and not run.failure(job.model, job.seed).exists():
            _fail(run, job, f"its process on a node ended: {returned.error or 'it says nothing of why'}")


def _outcome(run: RunFolder, job: Job) -> str:
    title = f"{job.model}, seed {job.seed}"
    kind = outcome_of(run, job.model, job.seed, title)
    if kind == "finished":
        print(f"{title}: trained.", flush=True)
    return kind


def _fail(run: RunFolder, job: Job, reason: str) -> None:
    shutil.rmtree(run.trial(job.model, job.seed), ignore_errors=True)
    run.trial(job.model, job.seed).mkdir(parents=True)
    write_json(run.failure(job.model, job.seed), {"kind": "failed", "reason": reason})


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Ray, connected to a cluster that this machine is a node of.

    Raises:
        RunFailed: there is none.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is told to anybody
    os.environ.setdefault("RAY_DEDUP_LOGS", "0")
    import ray

    root = str(Path(__file__).parents[2])
    places = filter(None, (root, os.environ.get("PYTHONPATH")))
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        environment = {"env_vars": passed | {"PYTHONPATH": os.pathsep.join(places)}}
        ray.init(address=address, runtime_env=environment, logging_level=logging.WARNING)
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RunFailed(f"--cluster {address} cannot be reached ({reason}): {BEGIN}") from error
    try:
        yield ray
    finally:
        ray.shutdown()
