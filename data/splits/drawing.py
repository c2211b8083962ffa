"""Indices of a split, drawn at random and stratified, and what is too little for one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.classes import FEWEST_PER_CLASS, why_rare
from data.corpus import PARTS, Corpus, DataError
from data.messages import shorten

SHARE = 1 / 6  # of the texts in validation and in test each: 3,000 texts give 2,000 / 500 / 500
VALIDATION_SHARE_OF_REST = 1 / 5  # of the texts that are not test texts, where these are given
LEAST_SHARE = SHARE / 4  # of validation and of test, where groups or times decide how many texts there are


@dataclass(frozen=True)
class Split:
    """Indices into the corpus, an integer array for each part."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def draw(indices: np.ndarray, labels: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What stays and the `count` indices drawn, both stratified by label as far as `count` allows."""
    from sklearn.model_selection import train_test_split

    strata = labels[indices]
    classes = len(np.unique(strata))
    if count < classes:  # which cannot be stratified: each text is of another class
        drawn = np.random.default_rng(seed).permutation(draw_order(strata, seed)[:classes])[:count]
        return np.delete(indices, drawn), indices[drawn]
    stay, drawn = train_test_split(indices, test_size=count, stratify=strata, random_state=seed)
    return stay, drawn


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


def refuse_rare_classes(corpus: Corpus, indices: np.ndarray, remedy: str) -> None:
    """Refuses texts of which a class has too few.

    Raises:
        DataError: the sentence names these classes.
    """
    counts = np.bincount(corpus.labels[indices], minlength=len(corpus.class_names))
    rare = np.flatnonzero(counts < FEWEST_PER_CLASS)
    if len(rare):
        drawn = f" of the {len(indices):,} drawn" if len(indices) < len(corpus.texts) else ""
        names = [corpus.class_names[at] for at in rare]
        raise DataError(why_rare(names, counts[rare].tolist(), FEWEST_PER_CLASS, drawn, remedy))


def refuse_lacking(corpus: Corpus, split: Split, named: str, remedy: str) -> None:
    """Refuses a split that was not drawn and in which a class is missing where it is needed.

    Args:
        corpus: what was split.
        split: how.
        named: the flag that decided it and what it names.
        remedy: what helps.

    Raises:
        DataError: training lacks a class, or validation or test has fewer than two.
    """
    for name in PARTS:
        indices = getattr(split, name)
        present = np.unique(corpus.labels[indices])
        if len(present) >= (len(corpus.class_names) if name == "train" else 2):
            continue
        missing = next(other for at, other in enumerate(corpus.class_names) if at not in present)
        raise DataError(
            f"{named}: of {len(indices):,} texts in {name} none is of class {shorten(missing)!r}, and "
            f"{'every class is' if name == 'train' else 'two classes are'} needed there: {remedy}."
        )
