"""Caches that are empty, and a network that says nothing."""

import socket

import pytest

from models.encoder import hub
from models.encoder.weights import CACHE_VARIABLE


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder for this project and for the hub client; no hub answers."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kagglehub"))
    monkeypatch.setattr(hub, "answers", lambda _: False)
    return tmp_path / "cache"


@pytest.fixture
def silent_server(monkeypatch):
    """The address of a server that accepts connections and never says anything."""
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
