"""What the weights of the small models are before training."""

from __future__ import annotations

from typing import NamedTuple

from keras import initializers

from models.architectures.sizes import Sizes


class Initial(NamedTuple):
    """Initializers of the embedding, of a recurrent layer's input weights and of its recurrent weights."""

    embedding: initializers.Initializer
    kernel: initializers.Initializer
    recurrent: initializers.Initializer


def initial(sizes: Sizes, recurrent: str | initializers.Initializer = "orthogonal") -> Initial:
    """Initializers for `sizes.initialization`.

    `keras` is Keras's own choice with the given recurrent weights. `torch` is what PyTorch's layers do, and the
    published set-up with them: embedding N(0, 1), everything recurrent uniform in ±1/√width. The recurrence then
    shrinks its state at every step, so that padding read as words soon erases them.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html.
    """
    if sizes.initialization == "keras":
        return Initial(initializers.get("uniform"), initializers.get("glorot_uniform"), initializers.get(recurrent))
    bound = sizes.width**-0.5
    # One object gives equal weights each time it is asked: kernel and recurrent weights need one each.
    return Initial(
        initializers.RandomNormal(stddev=1.0),
        initializers.RandomUniform(-bound, bound),
        initializers.RandomUniform(-bound, bound),
    )
