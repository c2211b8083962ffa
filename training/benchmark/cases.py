"""What a benchmark measures: each case once from the start of a process, in rounds, so that a disturbance hits all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.setting_values import FLOAT32

# Along each axis one size varies, and the others are those of the first batch size that is asked for.
AXES = {
    "texts": (500, 2_000, 8_000),
    "length": (64, 128, 256, 512),
    "vocabulary": (5_000, 16_000, 50_000),
    "batch": (1, 4, 16, 64, 256, 1_024),
}


@dataclass(frozen=True)
class Case:
    """One model and its sizes.

    Attributes:
        model: a network over words, by its name in the catalog.
        backend: of Keras.
        batch: texts per step.
        texts: that an epoch reads.
        length: tokens that are read of a text, padding included.
        vocabulary: token ids lie below it.
        precision: of the numbers in training.
    """

    model: str
    backend: str
    batch: int
    texts: int = 2_000
    length: int = 64
    vocabulary: int = 5_000
    precision: str = FLOAT32

    def __str__(self) -> str:
        sizes = f"{self.texts:,} texts of {self.length} tokens, vocabulary {self.vocabulary:,}, batch {self.batch:,}"
        return f"{self.model} on {self.backend}, {sizes}{'' if self.precision == FLOAT32 else f', {self.precision}'}"


def plan(
    models: Sequence[str],
    backends: Sequence[str],
    batches: Sequence[int],
    axes: Sequence[str],
    precision: str = FLOAT32,
) -> list[Case]:
    """All cases, each once.

    >>> [case.batch for case in plan(["lstm"], ["jax"], [16, 32], [])]
    [16, 32]
    >>> [case.length for case in plan(["lstm"], ["jax"], [16], ["length"])]
    [64, 128, 256, 512]
    """
    found = [
        Case(model, backend, batch, precision=precision)
        for model in models
        for backend in backends
        for batch in batches
    ]
    for base in [case for case in found if case.batch == batches[0]]:
        found += [replace(base, **{axis: value}) for axis in axes for value in AXES[axis]]  # type: ignore[arg-type]
    return list(dict.fromkeys(found))
