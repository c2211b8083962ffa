"""A training split with fewer labels, to see what the others are worth; validation and test stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

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


def draw_order(labels: np.ndarray, seed: int) -> np.ndarray:
    """An order of n texts of which every beginning is a stratified draw, so that larger draws hold the smaller ones.

    One text of each class comes first, so that no draw lacks a class that could have it. The others come as seats go to
    parties (Webster 1832): whichever class lags furthest behind its share.

    Args:
        labels: integer array of shape `(n,)`.
        seed: decides which texts of a class come first.

    Returns:
        Positions, integer array of shape `(n,)`.

    >>> labels = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 2])
    >>> labels[draw_order(labels, seed=0)].tolist()
    [0, 1, 2, 0, 0, 1, 0, 0, 1, 0]
    """
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    turn = np.empty(len(labels))
    for label in np.unique(labels):
        of_class = shuffled[labels[shuffled] == label]
        turn[of_class] = (np.arange(len(of_class)) + 0.5) / len(of_class)
        turn[of_class[0]] = 0
    return np.lexsort((labels, turn))
