"""What the networks over words have in common."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Sizes of a network over words.

    Attributes:
        classes: how many there are to choose from.
        vocabulary_size: token ids lie below it.
        sequence_length: tokens in a row, padding included.
        width: of the embedding and of everything up to the output.
        dropout: share of the activations dropped in training: after the embedding and before the output.
        mask: keep padding out of the answer.
        initialization: `keras` or `torch`, see `models.architectures.initializers`.
        norm_first: whether the Transformer's layer norm stands before attention and feed-forward network, or behind.
        block_dropout: share of the activations dropped in training within each of the Transformer's blocks.
    """

    classes: int = 2
    vocabulary_size: int = 5000
    sequence_length: int = 64
    width: int = 64
    dropout: float = 0.3
    mask: bool = True
    initialization: str = "keras"
    norm_first: bool = True
    block_dropout: float = 0.1
