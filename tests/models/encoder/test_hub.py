"""Presets come from the hub client's own cache or from a hub that answers, in time."""

import functools
import http.server
import shutil
import socket
import threading
import time

import pytest

from models.encoder import backbones, hub, minilm
from models.encoder.weights import BackboneUnavailable


class Refusing(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(403)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Stalling(Refusing):
    """Says that it is there, and then takes every question without an answer."""

    def do_GET(self):
        self.server.leave.wait(60)


@pytest.mark.parametrize("name", ["bert_tiny_en_uncased", "hf://nobody/nothing"])
@pytest.mark.usefixtures("cache")
def test_hub_that_does_not_answer_is_said_at_once(name):
    start = time.monotonic()
    with pytest.raises(BackboneUnavailable, match="did not answer within 3 s"):
        backbones.locate_backbone(name)
    assert time.monotonic() - start < 5


def test_silent_server_counts_as_no_answer(monkeypatch, silent_server):
    monkeypatch.setattr(hub, "ANSWER_SECONDS", 0.5)
    start = time.monotonic()
    assert not hub.answers(silent_server)
    assert time.monotonic() - start < 2


def test_refused_connection_counts_as_no_answer(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not hub.answers(f"http://127.0.0.1:{port}")  # nothing listens there any more


def test_any_http_answer_counts_and_is_remembered(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with http.server.HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        assert hub.answers(url)
        server.shutdown()
    assert hub.answers(url)  # asked once per process: the server is gone


def fill_hub_cache(preset, tmp_path, version):
    variation = tmp_path / "kagglehub/models/keras/distil_bert/keras/distil_bert_base_en_uncased"
    shutil.copytree(preset, variation / version)
    (variation / ".complete").mkdir(exist_ok=True)
    return variation


@pytest.mark.usefixtures("cache")
def test_auto_takes_the_newest_finished_preset_of_the_hub_cache(tmp_path, preset_folders):
    variation = fill_hub_cache(preset_folders["distilbert"], tmp_path, "3")
    fill_hub_cache(preset_folders["distilbert"], tmp_path, "12")
    for version in ("3", "12"):
        (variation / ".complete" / f"{version}.complete").touch()
    found = backbones.locate_backbone("auto")
    assert found.label == "distil_bert_base_en_uncased"
    assert found.folder == variation / "12"


@pytest.mark.usefixtures("cache")
def test_half_downloaded_preset_is_not_used(tmp_path, preset_folders):
    variation = fill_hub_cache(preset_folders["distilbert"], tmp_path, "3")
    assert hub.cached_preset("distil_bert_base_en_uncased") is None
    # keras-nlp downloads file by file, and each leaves its own marker.
    for path in (variation / "3").rglob("*"):
        marker = variation / ".complete" / "3" / f"{path.relative_to(variation / '3')}.complete"
        marker.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.name != "model.weights.h5":
            marker.touch()
    assert hub.cached_preset("distil_bert_base_en_uncased") is None
    (variation / ".complete" / "3" / "model.weights.h5.complete").touch()
    assert hub.cached_preset("distil_bert_base_en_uncased") == variation / "3"


def test_auto_falls_back_to_minilm(cache, monkeypatch):
    monkeypatch.setattr(minilm, "fetch", lambda directory: directory / "fetched")
    found = backbones.locate_backbone("auto")
    assert (found.label, found.folder) == ("MiniLM-L6 weights", cache / "fetched")


def test_failed_attempt_is_not_repeated(cache, monkeypatch):
    attempts = []

    def fetch(directory):
        attempts.append(directory)
        raise BackboneUnavailable("No network: find one.")

    monkeypatch.setattr(minilm, "fetch", fetch)
    for _ in range(2):
        with pytest.raises(BackboneUnavailable, match="No network"):
            backbones.locate_backbone().load()
    assert attempts == [cache]


@pytest.mark.slow
def test_a_hub_that_stalls_in_the_download_is_given_up(monkeypatch, tmp_path):
    import huggingface_hub

    monkeypatch.setattr(hub, "STALL_SECONDS", 2.0)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HOME", str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stalling) as server:
        server.leave = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(hub, "HUGGING_FACE_URL", url)
        monkeypatch.setattr(
            huggingface_hub,
            "snapshot_download",
            functools.partial(huggingface_hub.snapshot_download, endpoint=url, cache_dir=tmp_path / "hub", token=False),
        )
        walked = []
        monkeypatch.setattr(hub, "_size", lambda folder: walked.append(folder) or 0)
        start = time.monotonic()
        with pytest.raises(BackboneUnavailable, match=r"could not be downloaded \(nothing came for 2 s\): try again"):
            backbones.locate_backbone("hf://owner/stalling")
        assert 2 < time.monotonic() - start < 20
        server.leave.set()
        server.shutdown()
    # Only where this download goes is looked at: the whole cache may hold a hundred models.
    assert {folder.name for folder in walked} == {"models--owner--stalling"}


@pytest.mark.slow
def test_a_download_that_is_slow_is_not_given_up(monkeypatch, tmp_path):
    monkeypatch.setattr(hub, "STALL_SECONDS", 0.6)
    monkeypatch.setattr(hub, "CHECK_SECONDS", 0.1)

    def download():
        (tmp_path / "new").mkdir()
        for number in range(5):
            time.sleep(0.4)
            (tmp_path / "new" / str(number)).write_bytes(b"more")
        return str(tmp_path / "new")

    assert hub._download("slow", download, tmp_path / "new") == tmp_path / "new"
