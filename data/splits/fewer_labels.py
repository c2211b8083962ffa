"""A training split with fewer labels, to see what the others are worth; validation and test stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from data.splits.drawing import draw_order
from data.splits.parts import Part
from data.splits.unlabelled import Unlabelled


def with_fewer_labels(
    parts: Mapping[str, Part], unlabelled: Unlabelled, labels: int, seed: int
) -> tuple[dict[str, Part], Unlabelled]:
    """Keeps the labels of some training texts; the other training texts become unlabelled ones.

    Models then know the same texts whatever the number of labels, as where a user labels more of the texts there are.

    Args:
        parts: by name.
        unlabelled: the texts without a label.
        labels: how many to keep, from the number of classes to that of the training texts.
        seed: of the draw.
    """
    train = parts["train"]
    order = draw_order(train.labels, seed)
    kept, others = train.take(np.sort(order[:labels])), train.take(np.sort(order[labels:]))
    texts, cleaned = [*others.texts, *unlabelled.texts], [*others.cleaned, *unlabelled.cleaned]
    return {**parts, "train": kept}, Unlabelled(texts, cleaned, unlabelled.further)
