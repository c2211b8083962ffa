"""One model trained by several processes, also on several machines: which they are, and what they tell each other.

They are started as programs for `keras.distribution.initialize` are: the same command on every machine, with
`KERAS_DISTRIBUTION_JOB_ADDRESSES`, `KERAS_DISTRIBUTION_NUM_PROCESSES` and `KERAS_DISTRIBUTION_PROCESS_ID` set.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VARIABLES = tuple(f"KERAS_DISTRIBUTION_{name}" for name in ("JOB_ADDRESSES", "NUM_PROCESSES", "PROCESS_ID"))
MESSAGE_BYTES = 4096  # of what the first process tells the others, which has to have one size


class ProcessesUnusable(Exception):
    """The environment says of processes what cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Processes:
    """The processes that train together.

    Attributes:
        address: `HOST:PORT` where the first one listens.
        count: how many there are, 1 where nothing is shared.
        index: which this one is; the first one is 0 and leads.
    """

    address: str = ""
    count: int = 1
    index: int = 0

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Processes:
        """What the environment says.

        Raises:
            ProcessesUnusable: it is incomplete or impossible.

        >>> Processes.of({})
        Processes(address='', count=1, index=0)
        """
        addresses, count, index = (environment.get(name) for name in VARIABLES)
        if not (addresses or count or index):
            return cls()
        try:
            found = cls(str(addresses).split(",")[0], int(count or ""), int(index or ""))
        except ValueError:
            found = cls()
        host, _, port = found.address.rpartition(":")
        if not (host and port.isdecimal() and 0 <= found.index < found.count):
            raise ProcessesUnusable(
                f"{', '.join(VARIABLES)} have to be set together: HOST:PORT of the first process, how many there are, "
                "and which this one is, from 0."
            )
        return found

    def refusal(self, backend: str) -> str | None:
        """Why they cannot train together on a backend, as a sentence; `None` where they can."""
        if self.count == 1 or backend == "jax":
            return None
        return f"{VARIABLES[1]}={self.count} needs KERAS_BACKEND=jax: no other backend trains one model in several."


def tell_all(message: dict | None) -> dict[str, Any]:
    """What the first process says, in all of them; the others give `None`. Each waits for all."""
    import numpy as np
    from jax.experimental.multihost_utils import broadcast_one_to_all

    written = json.dumps(message or {}).encode()
    sent = np.zeros(MESSAGE_BYTES, np.uint8)
    sent[: len(written)] = np.frombuffer(written, np.uint8)
    return json.loads(bytes(np.asarray(broadcast_one_to_all(sent), np.uint8)).rstrip(b"\0"))
