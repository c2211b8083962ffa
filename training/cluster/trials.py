"""Trials that are on their way to the nodes of a cluster and back.

The run folder stays where it is: texts and arrays travel to the nodes through Ray's object store, and the folder of a
trial comes back the same way, so no storage has to be shared. A trial whose node is lost begins again on another. Only
this process writes into the run folder.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from data.amounts import MEBIBYTE
from data.files import UNFINISHED, replace_folder, write_json
from data.messages import kind_and_reason
from models.catalog import CATALOG, Family
from models.cluster.connection import RETRIES, ClusterUnusable, Connection, connected
from models.cluster.packing import pack, unpack
from models.run_folder import CHECKPOINTS, RunFolder
from training import command_line
from training.cluster.job import Job
from training.cluster.node import OtherVersions, Returned, train_on_node
from training.cluster.resources import expected_mb
from training.environment import THREAD_VARIABLES
from training.run_folders import RunFailed
from training.settings import Settings

LOOK_SECONDS = 1.0  # between two looks at what is finished, so that Ctrl-C is heard
CANCEL_SECONDS = 10.0  # that workers have to end after Ctrl-C


class Plan(Protocol):
    """What decides which trials there are to be."""

    def ready(self) -> list[Job]:
        """Those that can begin now, each named once; where none is on its way and none comes, all are done."""

    def done(self, job: Job) -> None:
        """Takes note of one that came back: its metrics or its failure is in the run folder."""


def carry_out(run: RunFolder, settings: Settings, plan: Plan, deadline: float | None) -> None:
    """Trains what a plan says.

    Args:
        run: what the trials need is prepared in it.
        settings: of it.
        plan: says which trials.
        deadline: when each of them has to end, in seconds of `time.monotonic`.

    Raises:
        RunFailed: there is no such cluster, or its nodes cannot train.
        KeyboardInterrupt: on Ctrl-C; finished trials are kept.
    """
    ready = plan.ready()
    if not ready:
        return
    with _trials(run, settings, deadline) as trials:
        while ready or trials.running:
            for job in ready:
                trials.submit(job)
            for job in trials.finished():
                plan.done(job)
            ready = plan.ready()


@contextmanager
def _trials(run: RunFolder, settings: Settings, deadline: float | None) -> Iterator[_Trials]:
    until = deadline and time.time() + deadline - time.monotonic()
    try:
        with connected(settings.cluster, THREAD_VARIABLES) as cluster:
            trials = _Trials(cluster, run, settings, until)
            try:
                yield trials
            except BaseException:
                trials.cancel()
                raise
    except ClusterUnusable as error:
        raise RunFailed(str(error)) from error


class _Trials:
    """The trials that are on their way, in `running`."""

    def __init__(self, cluster: Connection, run: RunFolder, settings: Settings, until: float | None):
        self.ray, self.cluster = cluster.ray, cluster
        self.run, self.settings, self.until = run, settings, until
        self.running: dict[Any, Job] = {}
        self.common: dict[tuple[int | None, int], Any] = {}
        print(
            f"Cluster: {cluster.nodes} nodes with {cluster.all_cores} cores; a trial takes {cluster.cores}. "
            "Trials side by side on one machine slow each other: their seconds are no comparison.",
            flush=True,
        )
        self.train = self.ray.remote(max_retries=RETRIES)(train_on_node)

    def submit(self, job: Job) -> None:
        folder = job.folder(self.run)
        job.place(folder).failure(job.model, job.number).unlink(missing_ok=True)
        prepared = job.labels, job.seed
        if prepared not in self.common:
            shared = [folder.environment, folder.data_card, folder.prepared(job.seed)]
            self.common[prepared] = self.ray.put(pack(folder.path, shared))
        tried = job.searched.values if job.searched else {}
        settings = replace(self.settings, **tried)  # type: ignore[arg-type]
        wanted = min(expected_mb(folder, settings, job.model, job.seed), self.settings.memory_limit_mb) * MEBIBYTE
        task = self.train.options(
            name=job.title, num_cpus=self.cluster.cores, memory=int(min(wanted, self.cluster.memory))
        ).remote(self.common[prepared], self._own(job), job, self.run.path.resolve().name, self.until)
        self.running[task] = job

    def _own(self, job: Job) -> dict[str, bytes]:
        """Files that no other trial is sent: what it is made of, what it has begun, what a search chose, and of an
        encoder the weights of other seeds.
        """
        folder = job.folder(self.run)
        own = [
            folder.settings,
            *folder.search.path.glob("*/chosen.json"),
            *folder.descriptions(job.model),
        ]
        begun = job.place(folder).trial(job.model, job.number)
        if any((begun / name).exists() for name in CHECKPOINTS):
            own.append(begun)
        if CATALOG[job.model].needs:
            names = ("metrics.json", "model.json", "predictions.csv", "learned_from.npz", "probes.json")
            own += [folder.trial(other, job.seed) / name for other in self.settings.models for name in names]
        return pack(folder.path, own)

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
            self._fail(job, f"its node failed with {kind_and_reason(cause)}")
        except RayError as error:
            lost = f"lost {RETRIES + 1} times with its node or worker"
            self._fail(job, f"{lost} ({type(error).__name__}), as when a machine runs out of memory")
        else:
            self._write(job, returned)

    def _write(self, job: Job, returned: Returned) -> None:
        folder = job.folder(self.run)
        place = job.place(folder)
        with tempfile.TemporaryDirectory(dir=self.run.path, prefix=UNFINISHED) as aside:
            unpack(returned.files, Path(aside))
            came = job.place(RunFolder(Path(aside))).trial(job.model, job.number)
            if came.is_dir():
                place.trial(job.model, job.number).parent.mkdir(parents=True, exist_ok=True)
                replace_folder(came, place.trial(job.model, job.number))
            node = Path(aside) / "settings.yaml"
            node.write_bytes(returned.settings)
            backbone = command_line.load(node).backbone
        if (
            CATALOG[job.model].family is Family.ENCODER
            and backbone != (settings := command_line.load(folder.settings)).backbone
        ):
            command_line.save(replace(settings, backbone=backbone), folder.settings)
        if not place.metrics(job.model, job.number).exists() and not place.failure(job.model, job.number).exists():
            self._fail(job, f"its process on a node ended: {returned.error or 'it says nothing of why'}")

    def _fail(self, job: Job, reason: str) -> None:
        place = job.place(job.folder(self.run))
        shutil.rmtree(place.trial(job.model, job.number), ignore_errors=True)
        place.trial(job.model, job.number).mkdir(parents=True)
        write_json(place.failure(job.model, job.number), {"kind": "failed", "reason": reason})
