"""Whether somebody answers at the address of a cluster, asked before anything is begun: Ray tries for minutes."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Sequence

from data.reading.text_encoding import AUTO

NONE = "none"
CONNECT_SECONDS = 3.0
BEGIN = "begin one with `ray start --head`, and join it from other machines with `ray start --address`."


def refusal(address: str, needed: Sequence[str] = ("ray",)) -> str | None:
    """Why a cluster cannot be used, as a sentence; `None` where it can, or where none is asked for.

    Args:
        address: `HOST:PORT`, `auto` for the one that runs here, or `none`.
        needed: packages that the work takes.
    """
    if address == NONE:
        return None
    if not all(importlib.util.find_spec(name) for name in needed):
        return "--cluster needs Ray: pip install -e '.[cluster]' in the project's folder."
    if address == AUTO:
        return None
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        return f"--cluster {address} is no address: write HOST:PORT, or auto for the one that runs on this machine."
    try:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        return f"--cluster {address} cannot be reached ({getattr(error, 'strerror', None) or error}): {BEGIN}"
    return None
