"""The server that says where it listens once it does, and not before."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import uvicorn

YOUNG = 10_000  # objects that come to be until Python looks which of them are rubbish; 700 by default


class Server(uvicorn.Server):
    """Uvicorn's server.

    Args:
        config: of uvicorn.
        announce: told host and port, once a client that connects there is heard.
    """

    def __init__(self, config: uvicorn.Config, announce: Callable[[str, int], None]):
        super().__init__(config)
        self.announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        spare_what_stays()
        for listening in sockets or []:
            self.announce(*listening.getsockname()[:2])


def spare_what_stays() -> None:
    """Has Python look for rubbish less often, and never in what is there by now: modules, models, the reference.

    Looking through all of it, again and again, took a tenth of the time under load, and a twentieth of a second each
    time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
