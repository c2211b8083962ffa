"""This process connected to a Ray cluster, and what of its nodes is known then."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.messages import reason_of
from data.parallel import cpu_count
from models.cluster.address import BEGIN

RETRIES = 3  # of work whose node or worker is lost
PASSED_ON = ("KERAS_BACKEND", "PYTHONPATH", "KERAS_HOME", "HF_HOME")


class ClusterUnusable(Exception):
    """There is no such cluster, or its nodes cannot do the work; the message is one sentence."""


@dataclass(frozen=True)
class Connection:
    """A cluster that this machine is a node of.

    Attributes:
        ray: the package, connected.
        nodes: how many there are.
        all_cores: of all nodes together.
        cores: that a piece of work takes on its node: what it would take here, if a node has as many.
        places: how many such pieces are done at once.
        memory: most that a node with these cores has for work, in bytes.
    """

    ray: Any
    nodes: int
    all_cores: int
    cores: int
    places: int
    memory: float


@contextmanager
def connected(address: str, variables: tuple[str, ...] = ()) -> Iterator[Connection]:
    """A connection to a cluster.

    Args:
        address: `HOST:PORT`, or `auto` for the one that runs here.
        variables: of the environment that workers have as this process does, beside `PASSED_ON`.

    Raises:
        ClusterUnusable: there is none, or no node of it has a core.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is told to anybody
    os.environ.setdefault("RAY_DEDUP_LOGS", "0")
    import ray

    root = str(Path(__file__).parents[2])
    places = filter(None, (root, os.environ.get("PYTHONPATH")))
    passed = {name: os.environ[name] for name in (*PASSED_ON, *variables) if name in os.environ}
    try:
        environment = {"env_vars": passed | {"PYTHONPATH": os.pathsep.join(places)}}
        ray.init(address=address, runtime_env=environment, logging_level=logging.WARNING)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ClusterUnusable(f"--cluster {address} cannot be reached ({reason_of(error)}): {BEGIN}") from error
    try:
        yield _look(ray)
    finally:
        ray.shutdown()


def _look(ray: Any) -> Connection:
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    cores = [int(node.get("CPU", 0)) for node in nodes]
    taken = min(cpu_count(), max(cores))
    if taken < 1:
        raise ClusterUnusable("No node of the cluster has a core to work with: start them with --num-cpus.")
    places = sum(count // taken for count in cores)
    memory = max(node.get("memory", 0) for node, count in zip(nodes, cores, strict=True) if count >= taken)
    return Connection(ray, len(nodes), sum(cores), taken, places, memory)
