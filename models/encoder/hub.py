"""Presets from the model hubs: out of the hub client's own cache, or downloaded where the hub answers at once."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from data.messages import reason_of
from models.encoder.weights import BackboneUnavailable

KAGGLE_URL = "https://api.kaggle.com"
HUGGING_FACE_URL = "https://huggingface.co"
ANSWER_SECONDS = 3.0
STALL_SECONDS, CHECK_SECONDS = 30.0, 0.5
PRESET_FILES = ("config.json", "tokenizer.json", "model.weights.h5")
HUGGING_FACE_FILES = ["*.json", "*.safetensors", "*.txt", "*.model", "*.weights.h5", "assets/**"]


def cached_preset(name: str) -> Path | None:
    """The folder of the built-in preset `name` in the cache of kagglehub, which keras-nlp downloads with, or `None`.

    Looked up in the file system, because asking keras-nlp costs its import and may go to the network for files that a
    preset need not have.
    """
    versions = [
        path for path in _kaggle_cache().glob(f"models/keras/*/keras/{glob.escape(name)}/*") if path.name.isdecimal()
    ]
    complete = [path for path in versions if _is_complete(path)]
    return max(complete, key=lambda path: int(path.name), default=None)


def preset_folder(name: str) -> Path:
    """The folder of a preset on a hub, downloaded where the hub client's cache does not hold it.

    Args:
        name: a built-in preset of keras-nlp, such as `bert_tiny_en_uncased`, or `hf://owner/model`.

    Raises:
        BackboneUnavailable: there is no such preset, or its hub does not answer.
    """
    if name.startswith("hf://"):
        return _hugging_face(name)
    if folder := cached_preset(name):
        return folder
    _require(KAGGLE_URL, name)
    import keras_nlp

    presets = keras_nlp.models.Backbone.presets
    if name not in presets:
        raise BackboneUnavailable(
            f"keras-nlp has no preset {name!r}: name one of `keras_nlp.models.Backbone.presets`, or a folder as "
            f"`./{name}`."
        )
    import kagglehub

    handle = presets[name]["kaggle_handle"].removeprefix("kaggle://")
    # Beside the folder of the version the client keeps the archive it unpacks.
    return _download(
        name, functools.partial(kagglehub.model_download, handle), (_kaggle_cache() / "models" / handle).parent
    )


@functools.cache
def answers(url: str) -> bool:
    """Whether anything answers at `url` within `ANSWER_SECONDS`; asked once per process.

    Any HTTP answer counts, a refusal too. The question runs in a thread of its own because looking up a host name
    knows no time limit.
    """
    import requests

    answered = threading.Event()

    def ask():
        with contextlib.suppress(requests.RequestException):
            requests.head(url, timeout=ANSWER_SECONDS, allow_redirects=False)
            answered.set()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    return answered.is_set()


def _hugging_face(name: str) -> Path:
    import huggingface_hub

    download = functools.partial(
        huggingface_hub.snapshot_download, name.removeprefix("hf://"), allow_patterns=HUGGING_FACE_FILES
    )
    with contextlib.suppress(Exception):  # not in the cache, which the client says in several ways
        return Path(download(local_files_only=True))
    _require(HUGGING_FACE_URL, name)
    repository = huggingface_hub.file_download.repo_folder_name(repo_id=name.removeprefix("hf://"), repo_type="model")
    return _download(name, download, Path(huggingface_hub.constants.HF_HUB_CACHE) / repository)


def _kaggle_cache() -> Path:
    return Path(os.environ.get("KAGGLEHUB_CACHE") or Path.home() / ".cache" / "kagglehub")


def _download(name: str, download: Callable[[], str], folder: Path) -> Path:
    """What `download` returns, as long as it puts something into `folder` every `STALL_SECONDS`.

    The clients try silent servers again and again, for minutes; a thread of its own can be left behind.

    Args:
        name: of the preset.
        download: returns where the files are.
        folder: where they go, and nothing else, since it is walked through twice a second; it need not be there yet.
    """
    outcome: list[str | Exception] = []

    def attempt():
        try:
            outcome.append(download())
        except Exception as error:  # the clients let through what their libraries raise
            outcome.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    size, moved = _size(folder), time.monotonic()
    while thread.is_alive():
        thread.join(CHECK_SECONDS)
        if (now := _size(folder)) != size:
            size, moved = now, time.monotonic()
        elif thread.is_alive() and time.monotonic() - moved > STALL_SECONDS:
            raise _failed(name, TimeoutError(f"nothing came for {STALL_SECONDS:g} s"))
    if isinstance(outcome[0], Exception):
        raise _failed(name, outcome[0]) from outcome[0]
    return Path(outcome[0])


def _size(folder: Path) -> int:
    """Bytes of all files in `folder`."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # it may be gone again
            total += path.lstat().st_size
    return total


def _require(url: str, name: str) -> None:
    if not answers(url):
        raise BackboneUnavailable(
            f"The preset {name} is not in the cache and {url} did not answer within {ANSWER_SECONDS:g} s: run once "
            "with a network, or name a folder that holds the weights."
        )


def _failed(name: str, error: Exception) -> BackboneUnavailable:
    return BackboneUnavailable(
        f"The preset {name} could not be downloaded ({reason_of(error)}): try again, or name a folder that holds the "
        "weights."
    )


def _is_complete(folder: Path) -> bool:
    """Whether kagglehub finished what is in `folder`: it leaves a marker per download, a file or the whole."""
    markers = folder.parent / ".complete"
    if (markers / f"{folder.name}.complete").exists():
        return True
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    finished = {path.as_posix() for path in files if (markers / folder.name / f"{path}.complete").exists()}
    return len(finished) == len(files) and finished.issuperset(PRESET_FILES)
