"""What runs an exported model, from files alone and without Keras: an engine for each of `models.serving.formats`.

Whether loading runs code from the files depends on the format, and stands in the engine's own module: ONNX and OpenVINO
files hold weights and named operations of a fixed set, a SavedModel holds a program.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from data.messages import reason_of
from models.run_folder import RunFolder
from models.serving.formats import FORMATS

TOKENIZER, CLASSIFIER = "tokenizer.json", "classifier.json"  # beside every format; a SavedModel has them inside too
OUTPUT = "probabilities"
NEEDED = {"model", "family", "title", "class_names", "batch_size", "members", "has_word_pieces"}  # in CLASSIFIER


class ExportUnusable(Exception):
    """An exported model cannot be loaded; the message is one sentence that says why and how to mend it."""


class EngineMissing(ExportUnusable):
    """What runs an exported model is not installed."""


class Answer(NamedTuple):
    """What a model says of n texts.

    Attributes:
        probabilities: `float32` array of shape `(n, classes)`.
        tokens_seen: how many tokens of each text the model read, `int32` array of shape `(n,)`.
    """

    probabilities: np.ndarray
    tokens_seen: np.ndarray


class Engine(Protocol):
    """Answers a batch of raw texts."""

    def answer(self, texts: Sequence[str]) -> Answer:
        """The answers to at least one text."""


def writes(folder: Path) -> str:
    """The command that writes an export folder, as far as it can be told from where the folder is."""
    in_run = RunFolder.of_export(folder).settings.exists()
    return f"python -m models.exporting {f'{folder.parent.parent} --models {folder.parent.name}' if in_run else 'RUN'}"


def load_engine(folder: Path, name: str) -> Engine:
    """The engine for one format of an export folder.

    Args:
        folder: with `classifier.json` and the files of the format.
        name: of the format.

    Raises:
        ExportUnusable: the files are missing or damaged.
        EngineMissing: what runs them is not installed.
    """
    entry = FORMATS[name]
    missing = next((file for file in entry.files if not (folder / file).exists()), None)
    if missing:
        raise ExportUnusable(f"{folder / missing} is not there: {writes(folder)} --formats {name} writes it.")
    try:
        return importlib.import_module(entry.engine).load(folder, entry)
    except (ExportUnusable, KeyboardInterrupt, MemoryError):
        raise
    except ImportError as error:
        raise EngineMissing(f"The {name} export needs {error.name}: pip install {error.name}.") from error
    except Exception as error:  # each of the three libraries has its own kinds, most of them plain RuntimeErrors
        raise ExportUnusable(
            f"The {name} export in {folder} is damaged ({reason_of(error)}): export it again."
        ) from error


def read_classifier(folder: Path) -> dict:
    """What `classifier.json` says: class names, batch size, where it came from.

    Raises:
        ExportUnusable: it is missing or damaged.
    """
    path = folder / CLASSIFIER
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not found.keys() >= NEEDED:
            raise ValueError("fields are missing")
        if not all(int(speed["batch_size"]) >= 1 for speed in (found, *found.get("speeds", ()))):
            raise ValueError("no text could be answered with its batch sizes")
    except FileNotFoundError as error:
        raise ExportUnusable(f"{folder} holds no exported model: {writes(folder)} writes one.") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ExportUnusable(f"{path} is damaged ({error}): export the model again.") from error
    return found


def as_utf8(text: str) -> bytes:
    """The text's bytes, with a question mark for half a surrogate pair, which UTF-8 cannot say."""
    return text.encode("utf-8", "replace")
