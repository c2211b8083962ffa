"""Every architecture, once: what it is called, what kind of model it is, and what builds it.

To add an architecture, write its module in `models/architectures/` and give it a line here. Everything else (settings,
training, memory estimates, export, service, report, and the tests) asks this catalog.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from models.architectures.sizes import Sizes


class Family(StrEnum):
    """What a model is made of, which decides how it is trained, saved, exported and explained."""

    WORDS = "words"  # a network over word ids, trained from its first weight on
    ENCODER = "encoder"  # a pretrained encoder with a head that is trained
    LINEAR = "linear"  # counted terms and a linear model
    COMBINED = "combined"  # made of other models' answers


@dataclass(frozen=True)
class Architecture:
    """One entry of the catalog.

    Attributes:
        name: as settings, folders and tables have it.
        title: as people say it.
        family: what kind of model it is.
        module: of the family `words`, the module whose `build(sizes, **variant)` makes the network.
        variant: what sets it apart from another entry of the same module.
        recurrent: whether it reads word by word, so that padding can make it forget.
        heads: attention heads in a block, 0 where there is no attention; memory grows with them.
        blocks: layers that each keep their states for the gradient; memory grows with them.
        relearns_vectors: whether it learns known word vectors further at the full rate, which overfits most networks.
        needs: how many other models have to be trained before it.
        taught: whether it learns from another model's answers too; it is then a network that `--student` names.
        default: whether a run trains it unless told otherwise.
    """

    name: str
    title: str
    family: Family
    module: str | None = None
    variant: Mapping[str, Any] = field(default_factory=dict, hash=False)
    recurrent: bool = False
    heads: int = 0
    blocks: int = 1
    relearns_vectors: bool = False
    needs: int = 0
    taught: bool = False
    default: bool = True

    @property
    def is_network(self) -> bool:
        """Whether Keras trains it."""
        return self.family in (Family.WORDS, Family.ENCODER)

    def build(self, sizes: Sizes) -> keras.Model:
        """The untrained network, from token ids `(batch, sequence_length)` to probabilities `(batch, classes)`.

        Raises:
            ValueError: the family is another than `words`.
        """
        if self.module is None:
            raise ValueError(f"{self.name} is not built from sizes: its family is {self.family}.")
        return importlib.import_module(self.module).build(sizes, **self.variant)


_ALL = (
    Architecture("rnn", "SimpleRNN", Family.WORDS, "models.architectures.rnn", recurrent=True),
    Architecture("lstm", "LSTM", Family.WORDS, "models.architectures.lstm", recurrent=True),
    Architecture(
        "bilstm",
        "bidirectional LSTM",
        Family.WORDS,
        "models.architectures.bilstm",
        recurrent=True,
        blocks=4,
        default=False,
    ),
    Architecture(
        "cnn", "CNN", Family.WORDS, "models.architectures.cnn", blocks=3, relearns_vectors=True, default=False
    ),
    Architecture(
        "wide-cnn",
        "wide CNN",
        Family.WORDS,
        "models.architectures.cnn",
        {"kernel_widths": (1, 2, 3), "with_average": True},
        blocks=3,
        relearns_vectors=True,
        default=False,
    ),
    Architecture("transformer", "Transformer", Family.WORDS, "models.architectures.transformer", heads=4, blocks=2),
    Architecture(
        "transformer-large",
        "deep Transformer",
        Family.WORDS,
        "models.architectures.transformer",
        {"blocks": 6},
        heads=4,
        blocks=6,
        default=False,
    ),
    Architecture("distilbert", "DistilBERT", Family.ENCODER),
    Architecture("linear", "linear model", Family.LINEAR),
    # What needs others stands behind all that it may need.
    Architecture("ensemble", "ensemble", Family.COMBINED, needs=2),
    Architecture("student", "student", Family.WORDS, needs=1, taught=True),
)
CATALOG = {architecture.name: architecture for architecture in _ALL}
DEFAULT = tuple(architecture.name for architecture in _ALL if architecture.default)


def of_family(*families: Family) -> tuple[str, ...]:
    """The names of all architectures of some families that learn from labels alone.

    >>> of_family(Family.LINEAR)
    ('linear',)
    """
    return tuple(entry.name for entry in _ALL if entry.family in families and not entry.taught)


def distinct(names: Collection[str]) -> list[str]:
    """Of several variants of one module the first: they are made of the same layers, and what is to hold for each layer
    need not be asked twice.

    >>> distinct(["transformer", "transformer-large", "linear"])
    ['transformer', 'linear']
    """
    first = {CATALOG[name].module or name: name for name in reversed(list(names))}
    return [name for name in names if name in first.values()]


def in_order(names: Collection[str]) -> list[str]:
    """The names as they can be trained: those that need others last.

    >>> in_order(["student", "linear", "ensemble", "rnn"])
    ['linear', 'rnn', 'ensemble', 'student']
    """
    alone = [name for name in names if not CATALOG[name].needs]
    return alone + [name for name in CATALOG if name in names and CATALOG[name].needs]
