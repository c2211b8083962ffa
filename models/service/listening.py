"""The server that says where it listens once it does, and not before."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn


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
        for listening in sockets or []:
            self.announce(*listening.getsockname()[:2])
