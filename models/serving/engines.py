"""What runs an exported model: TensorFlow, ONNX Runtime or OpenVINO, each from files alone.

Nothing here needs Keras, and only `SavedModelEngine` needs TensorFlow. Loading runs no code from the files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from models.catalog import Family
from models.serving.runtimes import import_onnxruntime, import_openvino

TOKENIZER, CLASSIFIER = "tokenizer.json", "classifier.json"  # beside every format; a SavedModel has them inside too
SAVED_MODEL, ONNX, ONNX_INT8, OPENVINO = "saved_model", "onnx", "onnx_int8", "openvino"
FILES = {
    ONNX: ("model.onnx",),
    SAVED_MODEL: ("saved_model",),
    OPENVINO: ("openvino.xml", "openvino.bin"),
    ONNX_INT8: ("model_int8.onnx",),
}
OUTPUT = "probabilities"


class ExportUnusable(Exception):
    """An exported model cannot be loaded; the message is one sentence that says why and how to mend it."""


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


class SavedModelEngine:
    """Runs `saved_model/1/` with TensorFlow.

    Args:
        folder: the SavedModel.
        encoder: whether it holds a pretrained encoder, whose graph needs the operations of TensorFlow Text.
    """

    def __init__(self, folder: Path, encoder: bool):
        from models.quiet import quiet_stderr

        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow looks for a GPU aloud
        try:
            with quiet_stderr():
                import tensorflow

                if encoder:
                    import tensorflow_text  # noqa: F401  its operations are known once it is imported
        except ImportError as error:
            raise ExportUnusable(
                f"{folder} needs tensorflow{' and tensorflow-text' if encoder else ''} ({error}): install them, or "
                "use the ONNX export with --format onnx."
            ) from error
        self.constant, self.string = tensorflow.constant, tensorflow.string
        self.model = tensorflow.saved_model.load(str(folder))  # kept: the signature holds no reference to its variables
        self.serve = self.model.signatures["serving_default"]

    def answer(self, texts: Sequence[str]) -> Answer:
        found = self.serve(text=self.constant([_utf8(text) for text in texts], self.string))
        return Answer(found[OUTPUT].numpy(), found["tokens_seen"].numpy())


class TokenizedEngine:
    """Texts to tokens by `tokenizer.json`, for the engines that run the token-level model."""

    def __init__(self, folder: Path):
        import tokenizers

        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))

    def answer(self, texts: Sequence[str]) -> Answer:
        found = self.tokenizer.encode_batch_fast([_utf8(text).decode() for text in texts])
        ids = np.array([encoding.ids for encoding in found], np.int32)  # (batch, tokens)
        mask = np.array([encoding.attention_mask for encoding in found], np.int32)
        if not ids.size:  # no word in any of the texts
            ids = mask = np.zeros((len(texts), 1), np.int32)
        return Answer(self.run({"token_ids": ids, "padding_mask": mask}), mask.sum(axis=1, dtype=np.int32))

    def run(self, tokens: dict[str, np.ndarray]) -> np.ndarray:
        """Probabilities `(batch, classes)` for tokens `(batch, tokens)`."""
        raise NotImplementedError


class OnnxEngine(TokenizedEngine):
    """Runs `model.onnx` or `model_int8.onnx` with ONNX Runtime: loaded in a third of a second, 60 MB."""

    def __init__(self, folder: Path, file: str):
        super().__init__(folder)
        onnxruntime = import_onnxruntime()
        self.session = onnxruntime.InferenceSession(folder / file, providers=["CPUExecutionProvider"])
        self.inputs = [entry.name for entry in self.session.get_inputs()]

    def run(self, tokens: dict[str, np.ndarray]) -> np.ndarray:
        return self.session.run([OUTPUT], {name: tokens[name] for name in self.inputs})[0]


class OpenvinoEngine(TokenizedEngine):
    """Runs `openvino.xml` with OpenVINO."""

    def __init__(self, folder: Path):
        super().__init__(folder)
        try:
            openvino = import_openvino()
        except ImportError as error:
            raise ExportUnusable(f"{folder / 'openvino.xml'} needs OpenVINO: pip install openvino.") from error
        # On processors that have bfloat16 it would be used, and answers move by some thousandths.
        options = {"INFERENCE_PRECISION_HINT": "f32"}
        self.model = openvino.Core().compile_model(folder / "openvino.xml", "CPU", options)
        self.inputs = [entry.any_name for entry in self.model.inputs]

    def run(self, tokens: dict[str, np.ndarray]) -> np.ndarray:
        return self.model({name: tokens[name] for name in self.inputs})[OUTPUT]


def load_engine(folder: Path, name: str) -> Engine:
    """The engine for one format of an export folder.

    Args:
        folder: with `classifier.json` and the files of the format.
        name: `saved_model`, `onnx`, `onnx_int8` or `openvino`.

    Raises:
        ExportUnusable: the files are missing or damaged, or what runs them is not installed.
    """
    missing = next((file for file in FILES[name] if not (folder / file).exists()), None)
    if missing:
        raise ExportUnusable(
            f"{folder / missing} is not there: python -m models.exporting RUN --formats {name} writes it."
        )
    try:
        if name == SAVED_MODEL:
            encoder = read_classifier(folder)["family"] == Family.ENCODER
            return SavedModelEngine(folder / "saved_model" / "1", encoder)
        return OpenvinoEngine(folder) if name == OPENVINO else OnnxEngine(folder, FILES[name][0])
    except (ExportUnusable, KeyboardInterrupt, MemoryError):
        raise
    except ImportError as error:
        raise ExportUnusable(f"The {name} export needs {error.name}: pip install {error.name}.") from error
    except Exception as error:  # each of the three libraries has its own kinds, most of them plain RuntimeErrors
        reason = " ".join(str(error).split())[:200]
        raise ExportUnusable(f"The {name} export in {folder} is damaged ({reason}): export it again.") from error


def read_classifier(folder: Path) -> dict:
    """What `classifier.json` says: class names, batch size, where it came from.

    Raises:
        ExportUnusable: it is missing or damaged.
    """
    path = folder / CLASSIFIER
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not {"model", "family", "title", "class_names", "batch_size"} <= found.keys():
            raise ValueError("fields are missing")
    except FileNotFoundError as error:
        raise ExportUnusable(f"{folder} holds no exported model: python -m models.exporting RUN writes one.") from error
    except (OSError, ValueError) as error:
        raise ExportUnusable(f"{path} is damaged ({error}): export the model again.") from error
    return found


def _utf8(text: str) -> bytes:
    """The text's bytes, with a question mark for half a surrogate pair, which UTF-8 cannot say."""
    return text.encode("utf-8", "replace")
