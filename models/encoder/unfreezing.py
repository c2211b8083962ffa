"""Fine-tuning the last blocks of a backbone, with everything below them still frozen and still run only once.

The backbone is cut in two. The lower part runs once per text and its states are put on disk; the upper part, a copy
that may learn, trains on the states together with a head that was trained on the frozen features first. A head that
still answers at random would send gradients through the blocks that wreck them.

Reference: [Fine-Tuning can Distort Pretrained Features](https://arxiv.org/abs/2202.10054).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from models.encoder.backbones import Backbone, tokenize
from models.encoder.features import BATCH_SIZE, LENGTH_STEP, backbone_inputs, pool


def split_at(backbone: Backbone, blocks: int, pooling: str = "auto") -> tuple[keras.Model, keras.Model]:
    """The backbone without its last `blocks` transformer blocks, frozen, and a trainable copy of those.

    Returns:
        lower: from token ids and padding mask, both `(batch, tokens)`, to states `(batch, tokens, width)`.
        upper: from states and padding mask to features `(batch, width)`; the backbone itself stays as it is.

    Raises:
        ValueError: the backbone has not so many blocks, or is no plain stack of them.
    """
    model, stack = backbone.model, _stack(backbone)
    if not 1 <= blocks <= len(stack):
        raise ValueError(f"{backbone.label} has {len(stack)} blocks that can be unfrozen: choose 1 to {len(stack)}.")
    cut = stack[-blocks - 1] if blocks < len(stack) else model.embeddings_dropout
    token_ids, padding_mask = (keras.Input((None,), dtype="int32", name=name) for name in ("token_ids", "padding_mask"))
    bottom = keras.Model(model.input, cut.output, name="frozen")
    lower = keras.Model(
        [token_ids, padding_mask], bottom(backbone_inputs(model, token_ids, padding_mask), training=False), name="lower"
    )
    lower.trainable = False

    states = keras.Input((None, cut.output.shape[-1]), name="states")
    mask = keras.Input((None,), dtype="int32", name="padding_mask")
    hidden = states  # (batch, tokens, width)
    for block in stack[-blocks:]:
        hidden = _trainable_copy(block, hidden, padding_mask=mask)
    # Of the encoders that are plain stacks, BERT alone has an output of its own for the whole text.
    has_pooler = hasattr(model, "pooled_dense") and pooling in ("auto", "pooled")
    pooled = _trainable_copy(model.pooled_dense, hidden[:, 0]) if has_pooler else None
    return lower, keras.Model([states, mask], pool(hidden, pooled, mask, pooling), name="upper")


def block_count(backbone: Backbone) -> int:
    """How many blocks there are to unfreeze, at least 1: a backbone without any is refused where it is split."""
    return max(len(_stack(backbone)), 1)


def _stack(backbone: Backbone) -> list[keras.layers.Layer]:
    """The transformer blocks from the first to the last, none where it is no plain stack of them."""
    return getattr(backbone.model, "transformer_layers", [])


def stack_head(upper: keras.Model, head: keras.Model) -> keras.Model:
    """What is fine-tuned: states and padding mask, `[(batch, tokens, width), (batch, tokens)]`, to probabilities."""
    return keras.Model(upper.input, head(upper.output), name="upper_with_head")


def join_split(lower: keras.Model, upper: keras.Model, head: keras.Model) -> keras.Model:
    """The whole fine-tuned classifier, with the inputs and outputs of `models.encoder.head.join`."""
    token_ids, padding_mask = (keras.Input((None,), dtype="int32", name=name) for name in ("token_ids", "padding_mask"))
    features = upper([lower([token_ids, padding_mask]), padding_mask])
    return keras.Model({"token_ids": token_ids, "padding_mask": padding_mask}, head(features), name="encoder_with_head")


@dataclass(frozen=True)
class States:
    """The states of n texts, without padding.

    Attributes:
        values: `float16` array of shape `(tokens of all texts, width)`, memory-mapped.
        ends: where each text ends in it, integer array of shape `(n,)`.
    """

    values: np.ndarray
    ends: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """Tokens per text, integer array of shape `(n,)`."""
        return np.diff(self.ends, prepend=0)

    def batch(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """States `(len(rows), tokens, width)` and padding mask `(len(rows), tokens)` of some texts, padded with 0."""
        lengths = self.lengths[rows]
        length = -(-lengths.max() // LENGTH_STEP) * LENGTH_STEP
        mask = (np.arange(length) < lengths[:, None]).astype("int32")
        padded = np.zeros((*mask.shape, self.values.shape[1]), "float32")
        for place, row in enumerate(rows):
            padded[place, : lengths[place]] = self.values[self.ends[row] - lengths[place] : self.ends[row]]
        return padded, mask


def compute_states(
    backbone: Backbone, lower: keras.Model, texts: Sequence[str], sequence_length: int, path: Path
) -> States:
    """What the lower part says of `texts`, computed once and put into a file, since it may not fit into memory.

    They take 2 bytes per token and unit: 230 MB for 3,000 texts of 100 tokens with MiniLM, 460 MB with DistilBERT.
    Halving the precision is harmless to training; answers come from the joined model, which has all of it.

    Args:
        backbone, lower: as given to and got from `split_at`.
        texts: n texts.
        sequence_length: most tokens of a text that are read.
        path: the file.
    """
    token_ids, padding_mask = tokenize(backbone, texts, sequence_length)
    lengths = padding_mask.sum(axis=1)
    ends = np.cumsum(lengths)
    shape = (int(ends[-1]), lower.output.shape[-1])
    values = np.lib.format.open_memmap(path, "w+", "float16", shape)
    order = np.argsort(-lengths, kind="stable")
    for start in range(0, len(order), BATCH_SIZE):
        rows = order[np.minimum(np.arange(start, start + BATCH_SIZE), len(order) - 1)]
        length = min(-(-lengths[rows[0]] // LENGTH_STEP) * LENGTH_STEP, sequence_length)
        found = lower.predict_on_batch([token_ids[rows, :length], padding_mask[rows, :length]])
        for row, states in zip(rows, found, strict=True):
            values[ends[row] - lengths[row] : ends[row]] = states[: lengths[row]]
    values.flush()
    return States(values, ends)


class StateBatches(keras.utils.PyDataset):
    """Batches of states for `Model.fit`, in which texts of like length come together.

    Args:
        states, labels: of the same n texts; `labels` has shape `(n,)` or `(n, classes)`.
        batch_size: texts per batch.
        seed: with the epoch it decides the order.
        weights: of the texts, of shape `(n,)`; `None` for none, and batches of two.
    """

    def __init__(
        self, states: States, labels: np.ndarray, batch_size: int, seed: int = 0, weights: np.ndarray | None = None
    ):
        super().__init__()
        self.weights = weights
        self.states, self.labels, self.batch_size, self.seed = states, labels, batch_size, seed
        self.shuffle(0)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int):
        rows = self.batches[index]
        weights = () if self.weights is None else (self.weights[rows],)
        return self.states.batch(rows), self.labels[rows], *weights

    def shuffle(self, epoch: int) -> None:
        """Takes the batches of `epoch`, counted from 0; to be called at the beginning of each."""
        random = np.random.default_rng((self.seed, epoch))
        # A small jitter on the length mixes neighbours, so that batches differ between epochs.
        jittered = self.states.lengths + random.uniform(0, LENGTH_STEP, len(self.labels))
        order = np.argsort(jittered)
        batches = [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        # Keras learns from the first two batches which sizes vary, so these are the shortest and the longest.
        last = len(batches) - 1
        self.batches = [batches[index] for index in [0, last, *random.permutation(range(1, last))][: last + 1]]


def _trainable_copy(layer: keras.layers.Layer, inputs, **arguments):
    """Calls a trainable copy of `layer` on symbolic inputs."""
    copy = type(layer).from_config({**layer.get_config(), "trainable": True})
    outputs = copy(inputs, **arguments)
    copy.set_weights(layer.get_weights())
    return outputs
