"""Converts a frozen encoder for OpenVINO and measures it beside Keras: `python -m ... BACKBONE POOLING FILE.xml`.

OpenVINO reads TensorFlow's graphs. So this is a program of its own, whatever backend the run has.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.messages import kind_and_reason
from models.children import end_with_caller

if TYPE_CHECKING:
    import keras

    from models.encoder.openvino_features import Conversion, Outcome

TEXTS, TOKENS = 32, 128  # that are compared and timed: of one to the last of so many word pieces
REPEATS = 2


def main(name: str, pooling: str, target: Path) -> None:
    """Writes `target` (`.xml`), the weights (`.bin`) and, last, what was measured or what went wrong (`.json`)."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    from models.encoder.openvino_features import Conversion, Outcome

    conversion = Conversion(target)
    try:
        outcome = _convert(name, pooling, conversion)
    except (OSError, MemoryError):  # another time there may be room
        raise
    except Exception as error:  # whatever it is, Keras has the features too
        outcome = Outcome(refused=kind_and_reason(error))
    conversion.keep(outcome)


def _convert(name: str, pooling: str, conversion: Conversion) -> Outcome:
    from models.encoder.backbones import locate_backbone
    from models.encoder.features import build_encoder, encode_tokens
    from models.encoder.openvino_features import BFLOAT16, FLOAT32, OpenvinoEncoder, Outcome
    from models.encoder.weights import file_digest
    from models.serving.runtimes import import_openvino

    backbone = locate_backbone(name).load()
    encoder = build_encoder(backbone, pooling)
    with tempfile.TemporaryDirectory(dir=conversion.path.parent, prefix=".converting-") as aside:
        written = Path(aside) / conversion.path.name
        import_openvino().save_model(_read_graph(encoder, Path(aside) / "graph"), written, compress_to_fp16=False)
        written.with_suffix(".bin").replace(conversion.weights)
        written.replace(conversion.path)
    longest = min(TOKENS, getattr(backbone.model, "max_sequence_length", TOKENS))
    rng = np.random.default_rng(0)
    token_ids = rng.integers(1, backbone.tokenizer.vocabulary_size(), (TEXTS, longest), "int32")
    lengths = np.linspace(2, longest, TEXTS).astype(int)
    padding_mask = (np.arange(longest) < lengths[:, None]).astype("int32")
    by_keras, seconds = _timed(lambda: encode_tokens(encoder, token_ids, padding_mask))
    in_full, in_half = (OpenvinoEncoder(conversion.path, precision) for precision in (FLOAT32, BFLOAT16))
    full, full_seconds = _timed(lambda: in_full.features(token_ids, padding_mask))
    half, half_seconds = _timed(lambda: in_half.features(token_ids, padding_mask))
    cosines = (half * by_keras).sum(axis=1) / np.linalg.norm(half, axis=1) / np.linalg.norm(by_keras, axis=1)
    return Outcome(
        weights_digest=file_digest(conversion.weights),
        graph_digest=file_digest(conversion.path),
        times_faster={FLOAT32: seconds / full_seconds, BFLOAT16: seconds / half_seconds},
        largest_difference=float(np.abs(full - by_keras).max()),
        least_cosine=float(cosines.min()),
    )


def _read_graph(encoder: keras.Model, folder: Path):
    """The encoder as OpenVINO has it, by way of a SavedModel."""
    import tensorflow as tf

    from models.serving.runtimes import import_openvino

    names = ("token_ids", "padding_mask")
    module = tf.Module()
    module.kept_variables = [variable.value for variable in encoder.variables]
    module.call = tf.function(
        lambda token_ids, padding_mask: {"features": encoder([token_ids, padding_mask], training=False)},
        input_signature=[tf.TensorSpec([None, None], tf.int32, name) for name in names],
    )
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.call})
    return import_openvino().convert_model(folder)


def _timed(compute: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    """What comes out, and the least processor time of some, which other programs change less than time, after one that
    is not counted.
    """
    found, taken = compute(), []
    for _ in range(REPEATS):
        started = time.process_time()
        compute()
        taken.append(time.process_time() - started)
    return found, min(taken)


if __name__ == "__main__":
    end_with_caller()
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
