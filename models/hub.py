"""Presets from the model hubs: out of the hub client's own cache, or downloaded where the hub answers at once."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import threading
from pathlib import Path

from models.weights import BackboneUnavailable

KAGGLE_URL = "https://api.kaggle.com"
HUGGING_FACE_URL = "https://huggingface.co"
ANSWER_SECONDS = 3.0
PRESET_FILES = ("config.json", "tokenizer.json", "model.weights.h5")
HUGGING_FACE_FILES = ["*.json", "*.safetensors", "*.txt", "*.model", "*.weights.h5", "assets/**"]


def cached_preset(name: str) -> Path | None:
    """The folder of the built-in preset `name` in the cache of kagglehub, which keras-nlp downloads with, or `None`.

    Looked up in the file system, because asking keras-nlp costs its import and may go to the network for files that a
    preset need not have.
    """
    root = Path(os.environ.get("KAGGLEHUB_CACHE") or Path.home() / ".cache" / "kagglehub")
    versions = [path for path in root.glob(f"models/keras/*/keras/{glob.escape(name)}/*") if path.name.isdecimal()]
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

    try:
        return Path(kagglehub.model_download(presets[name]["kaggle_handle"].removeprefix("kaggle://")))
    except Exception as error:  # the client lets through what its four libraries raise
        raise _failed(name, error) from error


@functools.cache
def answers(url: str, seconds: float = ANSWER_SECONDS) -> bool:
    """Whether anything answers at `url` within `seconds`; asked once per process.

    Any HTTP answer counts, a refusal too. The question runs in a thread of its own because looking up a host name
    knows no time limit.
    """
    import requests

    answered = threading.Event()

    def ask():
        with contextlib.suppress(requests.RequestException):
            requests.head(url, timeout=seconds, allow_redirects=False)
            answered.set()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return answered.is_set()


def _hugging_face(name: str) -> Path:
    import huggingface_hub

    download = functools.partial(
        huggingface_hub.snapshot_download, name.removeprefix("hf://"), allow_patterns=HUGGING_FACE_FILES
    )
    with contextlib.suppress(Exception):  # not in the cache, which the client says in several ways
        return Path(download(local_files_only=True))
    _require(HUGGING_FACE_URL, name)
    try:
        return Path(download())
    except Exception as error:  # the client lets through what its libraries raise
        raise _failed(name, error) from error


def _require(url: str, name: str) -> None:
    if not answers(url):
        raise BackboneUnavailable(
            f"The preset {name} is not in the cache and {url} did not answer within {ANSWER_SECONDS:g} s: run once "
            "with a network, or name a folder that holds the weights."
        )


def _failed(name: str, error: Exception) -> BackboneUnavailable:
    reason = str(error).strip().split("\n")[0] or type(error).__name__
    return BackboneUnavailable(
        f"The preset {name} could not be downloaded ({reason}): try again, or name a folder that holds the weights."
    )


def _is_complete(folder: Path) -> bool:
    """Whether kagglehub finished what is in `folder`: it leaves a marker per download, a file or the whole."""
    markers = folder.parent / ".complete"
    if (markers / f"{folder.name}.complete").exists():
        return True
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    finished = {path.as_posix() for path in files if (markers / folder.name / f"{path}.complete").exists()}
    return len(finished) == len(files) and finished.issuperset(PRESET_FILES)
