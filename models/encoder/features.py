"""What a frozen backbone says of a text, computed once and kept on disk.

The features of a text never change while the backbone is frozen, so running it in every epoch would compute the same
numbers twenty times. Here it runs once per text; a head then trains on the features in milliseconds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np
from keras import ops

from data.words.cutting import RIGHT
from models.backends.devices import device_in_use
from models.encoder.backbones import SEQUENCE_LENGTH, Backbone, tokenize
from models.encoder.feature_files import read_rows, text_digest, write_rows
from models.encoder.openvino_features import OpenvinoEncoder
from models.encoder.weights import CACHE_VARIABLE

POOLINGS = ("auto", "pooled", "mean", "first")
BATCH_SIZE = 32
LENGTH_STEP = 16  # every batch length is a multiple of this, since each new shape is compiled anew, in about a second
TEXTS_PER_FILE = 2048  # what an interrupted run loses at most


def call_backbone(model: keras.Model, token_ids, padding_mask, pooling: str):
    """The features of a batch, of shape `(batch, width)`; tensors in, tensor out, symbolic ones too.

    Args:
        model: a keras-nlp backbone. It runs as in inference: its dropout is off.
        token_ids, padding_mask: integers of shape `(batch, tokens)`.
        pooling: `pooled` for the backbone's own pooled output, `first` for the state of the first token, `mean` for
            the mean over the tokens that are not padding, `auto` for `pooled` where there is one and else `mean`.

    Raises:
        ValueError: no such pooling, or the backbone has no pooled output.
    """
    outputs = model(backbone_inputs(model, token_ids, padding_mask), training=False)
    outputs = outputs if isinstance(outputs, dict) else {"sequence_output": outputs}
    return pool(outputs["sequence_output"], outputs.get("pooled_output"), padding_mask, pooling)


def backbone_inputs(model: keras.Model, token_ids, padding_mask) -> dict:
    """What `model` asks for, out of token ids and padding mask: some backbones take segment ids too."""
    inputs = {"token_ids": token_ids, "padding_mask": padding_mask}
    if "segment_ids" in model.input:
        inputs["segment_ids"] = ops.zeros_like(token_ids)  # one text is one segment
    return inputs


def pool(hidden, pooled, padding_mask, pooling: str):
    """One vector per text, `(batch, width)`, of the states `hidden`, `(batch, tokens, width)`.

    Args:
        hidden: the states of the tokens.
        pooled: the backbone's own pooled output, `(batch, width)`, or `None`.
        padding_mask, pooling: as for `call_backbone`.

    Raises:
        ValueError: no such pooling, or `pooled` is asked for and there is none.
    """
    if pooling not in POOLINGS:
        raise ValueError(f"Unknown pooling {pooling!r}: use one of {', '.join(POOLINGS)}.")
    if pooling == "auto":
        pooling = "mean" if pooled is None else "pooled"
    if pooling == "pooled":
        if pooled is None:
            raise ValueError("This backbone has no pooled output: use the pooling 'first' or 'mean'.")
        return pooled
    if pooling == "first":
        return hidden[:, 0]
    mask = ops.expand_dims(ops.cast(padding_mask, hidden.dtype), -1)  # (batch, tokens, 1)
    return ops.sum(hidden * mask, axis=1) / ops.maximum(ops.sum(mask, axis=1), 1.0)


def encode(
    backbone: Backbone,
    texts: Sequence[str],
    sequence_length: int = SEQUENCE_LENGTH,
    pooling: str = "auto",
    converted: OpenvinoEncoder | None = None,
) -> np.ndarray:
    """The features of `texts`, each text run through the backbone once.

    Texts of like length share a batch, and a batch is cut to its longest text.

    Args:
        backbone: the frozen encoder.
        texts: n texts.
        sequence_length: most tokens of a text that are read.
        pooling: how the states of the tokens become one vector, see `call_backbone`.
        converted: backbone and pooling for OpenVINO, which then computes in place of Keras.

    Returns:
        `float32` array of shape `(n, width)`, rows in the order of `texts`.

    Raises:
        ValueError: no such pooling, or the backbone has no pooled output.
    """
    token_ids, padding_mask = tokenize(backbone, texts, sequence_length)
    if converted:
        return converted.features(token_ids, padding_mask)
    return encode_tokens(build_encoder(backbone, pooling), token_ids, padding_mask)


def encode_tokens(encoder: keras.Model, token_ids: np.ndarray, padding_mask: np.ndarray) -> np.ndarray:
    """What `build_encoder`'s model says of tokens, both of shape `(n, tokens)`, as `float32` of shape `(n, width)`."""
    texts, longest = token_ids.shape
    lengths = padding_mask.sum(axis=1)
    order = np.argsort(-lengths, kind="stable")
    features = np.zeros((texts, encoder.output.shape[-1]), "float32")
    for start in range(0, texts, BATCH_SIZE):
        # The last batch is filled up with its last text, which spares a shape.
        rows = order[np.minimum(np.arange(start, start + BATCH_SIZE), texts - 1)]
        length = min(-(-lengths[rows[0]] // LENGTH_STEP) * LENGTH_STEP, longest)
        features[rows] = encoder.predict_on_batch([token_ids[rows, :length], padding_mask[rows, :length]])
    return features


@functools.lru_cache(maxsize=1)  # each new one has all its shapes compiled anew
def build_encoder(backbone: Backbone, pooling: str) -> keras.Model:
    """From token ids and padding mask, `[(batch, tokens), (batch, tokens)]`, to features `(batch, width)`."""
    inputs = [keras.Input((None,), dtype="int32", name=name) for name in ("token_ids", "padding_mask")]
    # Never compiled by hand: Keras then uses XLA where it can, on TensorFlow twice as fast here.
    return keras.Model(inputs, call_backbone(backbone.model, inputs[0], inputs[1], pooling), name="encoder")


def cached_features(
    backbone: Backbone,
    texts: Sequence[str],
    sequence_length: int = SEQUENCE_LENGTH,
    pooling: str = "auto",
    *,
    cache_dir: Path,
    progress: Callable[[int, int], None] | None = None,
    converted: OpenvinoEncoder | None = None,
) -> np.ndarray:
    """The features of `texts`, out of the files in `cache_dir` where they hold them, else computed and added to them.

    A text is found again whatever the corpus, the split or the order. Every row carries its checksum, so a file that
    is cut short or damaged costs its rows and nothing else.

    Args:
        backbone, texts, sequence_length, pooling, converted: as for `encode`.
        cache_dir: the folder of the files, made if missing.
        progress: told how many texts are encoded and how many have to be, at the start and after each file.

    Returns:
        `float32` array of shape `(n, width)`, rows in the order of `texts`.

    Raises:
        ValueError: no such pooling, or the backbone has no pooled output.
    """
    key = text_key(backbone, sequence_length, pooling, converted)
    wanted = [text_digest(text) for text in texts]
    known = read_rows(cache_dir, key, set(wanted))
    missing = {digest: text for digest, text in zip(wanted, texts, strict=True) if digest not in known}
    digests = list(missing)
    if progress:
        progress(0, len(digests))
    for start in range(0, len(digests), TEXTS_PER_FILE):
        part = digests[start : start + TEXTS_PER_FILE]
        rows = encode(backbone, [missing[digest] for digest in part], sequence_length, pooling, converted)
        try:
            write_rows(cache_dir, key, part, rows)
        except OSError as error:  # a full disk, or one that is not ours: it costs the next run its time, not this one
            print(
                f"The features cannot be kept in {cache_dir} ({error.strerror}); name another folder in "
                f"{CACHE_VARIABLE}.",
                flush=True,
            )
        known.update(zip(part, rows, strict=True))
        if progress:
            progress(start + len(part), len(digests))
    return np.stack([known[digest] for digest in wanted])


def text_key(backbone: Backbone, sequence_length: int, kind: str, converted: OpenvinoEncoder | None = None) -> str:
    """Identity of everything but the text that decides a feature, to the last bit."""
    device = device_in_use()
    by_keras = keras.backend.backend(), backbone.model.dtype_policy.name, *([device.name] if device else [])
    computed = converted.identity if converted else by_keras
    cut = () if backbone.side == RIGHT else (backbone.side,)
    return text_digest(backbone.key, version("keras-hub"), *computed, str(sequence_length), *cut, kind).hex()
