"""How much memory a model will take, said before it is trained.

What the process holds already is measured; what is added is estimated from parameters, blocks, batch and length. The
factors were fitted to peaks measured on TensorFlow and JAX for widths of 8 to 256 and lengths of 16 to 512, where they
came to 0.8 to 1.6 times the peak of each architecture; a test holds every model to within a factor of two.
"""

from __future__ import annotations

from collections.abc import Sequence

import psutil

from data.amounts import MEBIBYTE
from training.settings import Settings

FLOAT_BYTES = 4
# Graphs, compiled code and buffers of the framework, at all and for each block, as on JAX; on TensorFlow 100 and 25.
COMPILED_MB, COMPILED_BLOCK_MB = 180, 50
COPIES_ON_A_DEVICE = 4  # of trained weights on each device but the first: the weights, gradient, two moments
COPIES_IN_TRAINING = 6  # of trained weights: gradient, two moments, best weights, checkpoint, the model that is saved
# Vectors as wide as the model that live for each token of a batch: in training in every block, in answering in one.
VECTORS, VECTORS_ANSWERING, RECURRENT_VECTORS_ANSWERING = 20, 16, 8
MATRICES = 3  # attention matrices alive for each head
LARGEST_ANSWERED_BATCH = 256
BYTES_PER_CHARACTER = 30  # of TF-IDF over words and their pairs: the pairs as strings, and two sparse matrices


class MemoryTooSmall(Exception):
    """A model needs more than `--memory-limit`; the message is one sentence."""


def network_mb(
    trained: int,
    batch_size: int,
    length: int,
    width: int,
    heads: int = 0,
    blocks: int = 1,
    devices: int = 1,
    answered_at_once: int = LARGEST_ANSWERED_BATCH,
) -> float:
    """Peak memory of this process, in MB, if it trains a network and answers with it.

    Args:
        trained: parameters that are trained, 0 for a network that only answers.
        batch_size: texts per training step.
        length: tokens per text, padding included.
        width: of the hidden layers.
        heads: attention heads, 0 for a recurrent network.
        blocks: how many blocks are trained, 0 for a network that only answers.
        devices: how many share each batch, which takes most where they are virtual ones of this machine's memory.
        answered_at_once: most texts that it answers at once.
    """
    token, attention = length * width, heads * length * length
    training = batch_size * blocks * (VECTORS * token + MATRICES * attention) if trained else 0
    vectors = VECTORS_ANSWERING if heads else RECURRENT_VECTORS_ANSWERING
    answered = answered_at_once * (vectors * token + MATRICES * attention)
    copies = COPIES_IN_TRAINING + COPIES_ON_A_DEVICE * (devices - 1)
    floats = max(training, answered) + copies * trained
    return held_mb() + COMPILED_MB + COMPILED_BLOCK_MB * blocks + floats * FLOAT_BYTES / MEBIBYTE


def linear_mb(texts: Sequence[str]) -> float:
    """Peak memory of this process, in MB, if it fits the linear reference to `texts`."""
    return held_mb() + BYTES_PER_CHARACTER * sum(map(len, texts)) / MEBIBYTE


def held_mb() -> float:
    """What this process holds now, in MB."""
    return psutil.Process().memory_info().rss / MEBIBYTE


def require(estimate_mb: float, settings: Settings, smaller: str) -> None:
    """Refuses to begin what would not end well.

    Args:
        estimate_mb: what it would take.
        settings: of the run.
        smaller: what to lower so that it takes less.

    Raises:
        MemoryTooSmall: the estimate is above `--memory-limit`.
    """
    if estimate_mb > settings.memory_limit_mb:
        raise MemoryTooSmall(
            f"it would take about {estimate_mb:,.0f} MB, more than --memory-limit {settings.memory_limit}: lower "
            f"{smaller}, or raise the limit"
        )
