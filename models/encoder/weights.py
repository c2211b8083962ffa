"""What every origin of pretrained weights shares: the error, the cache folder, checksums, and reading a preset."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_dir

from data.messages import reason_of

if TYPE_CHECKING:
    import keras

CACHE_VARIABLE = "SENTIMENT_ARCHITECTURES_CACHE"

# What decides a backbone's answers. Pictures, model cards and the same weights in other
# frameworks' formats may lie in the folder too and must not change its identity.
DECISIVE_SUFFIXES = {".json", ".txt", ".h5", ".safetensors", ".model", ".spm"}
REMEDY = (
    "name a folder written by `save_to_preset`, or one with config.json, model.safetensors and the tokenizer's files"
)


class BackboneUnavailable(Exception):
    """Pretrained weights could not be had; the message is one sentence that says why and how to mend it."""


def cache_directory() -> Path:
    """The folder for what this project downloads: `$SENTIMENT_ARCHITECTURES_CACHE`, or the user's cache folder."""
    return Path(os.environ.get(CACHE_VARIABLE) or user_cache_dir("sentiment-architectures"))


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folder: Path) -> str:
    """SHA-256, in hexadecimal, over the names and contents of the files in `folder` that decide its answers.

    Raises:
        OSError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*"), *folder.glob("assets/**/*")]):
        # metadata.json holds the date of saving.
        if path.suffix in DECISIVE_SUFFIXES and path.is_file() and path.name != "metadata.json":
            digest.update(f"{path.relative_to(folder).as_posix()}\0{file_digest(path)}\0".encode())
    return digest.hexdigest()


def check_preset(folder: Path) -> None:
    """Looks whether `folder` may hold a preset, in milliseconds and without loading it.

    Raises:
        BackboneUnavailable: `config.json` or the weights are missing or broken.
    """
    import h5py
    from safetensors import SafetensorError, safe_open

    if not (folder / "config.json").is_file():
        raise BackboneUnavailable(f"{folder} has no config.json: {REMEDY}.")
    weights = [path for path in sorted(folder.glob("*")) if path.suffix in (".h5", ".safetensors")]
    if not weights:
        raise BackboneUnavailable(f"{folder} has no weights, .h5 or .safetensors: {REMEDY}.")
    path = folder / "config.json"
    try:
        json.loads(path.read_text(encoding="utf-8"))
        for path in weights:
            if path.suffix == ".h5":
                h5py.File(path).close()
            else:
                safe_open(path, framework="numpy")
    except (OSError, ValueError, RecursionError, SafetensorError) as error:
        raise BackboneUnavailable(f"{path} is broken ({reason_of(error)}): fetch it again, or {REMEDY}.") from error


def read_preset(folder: Path) -> tuple[keras.Model, keras.layers.Layer]:
    """The backbone and the tokenizer in a preset folder of keras-nlp, or a folder as Hugging Face lays it out.

    Raises:
        BackboneUnavailable: the folder holds no preset that keras-nlp can read.
    """
    import keras_nlp  # takes five seconds and 850 MiB

    try:
        model = keras_nlp.models.Backbone.from_preset(str(folder))
        tokenizer = keras_nlp.tokenizers.Tokenizer.from_preset(str(folder))
    except Exception as error:  # keras-nlp and its readers raise a dozen unrelated kinds
        raise BackboneUnavailable(
            f"The backbone in {folder} could not be read ({reason_of(error)}): {REMEDY}."
        ) from error
    return model, tokenizer
