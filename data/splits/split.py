"""Stratified train, validation and test splits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.classes import FEWEST_PER_CLASS, why_rare
from data.corpus import Corpus, DataError

PARTS = ("train", "validation", "test")
SHARE = 1 / 6  # of the texts in validation and in test each: 3,000 texts give 2,000 / 500 / 500
VALIDATION_SHARE_BY_DATE = 1 / 5  # of the published training part


@dataclass(frozen=True)
class Split:
    """Indices into the corpus, an integer array for each part."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def split(corpus: Corpus, sample: int | None, seed: int) -> Split:
    """Draws a stratified split.

    Args:
        corpus: what to split.
        sample: how many texts to draw and split 4 : 1 : 1. `None` takes all of them and, where
            the corpus has one, its published test split; validation is then a fifth of the rest.
        seed: of the draw; the same seed gives the same split.

    Raises:
        DataError: a class has too few texts.
    """
    everything = np.arange(len(corpus.texts))
    _refuse_rare_classes(corpus, everything, "add texts, or merge or remove the class")
    classes = len(corpus.class_names)
    if sample is not None and sample < FEWEST_PER_CLASS * classes:
        raise DataError(
            f"--sample {sample} is too few for {classes} classes: take at least {FEWEST_PER_CLASS * classes}."
        )
    if sample is None and corpus.is_test is not None:
        rest, test = everything[~corpus.is_test], everything[corpus.is_test]
        validation_share = VALIDATION_SHARE_BY_DATE
    else:
        if sample is not None and sample < len(everything):
            everything, _ = _draw(everything, corpus.labels, len(everything) - sample, seed)
            _refuse_rare_classes(corpus, everything, "take a larger --sample, or merge or remove the class")
        rest, test = _draw(everything, corpus.labels, round(len(everything) * SHARE), seed)
        validation_share = SHARE / (1 - SHARE)
    train, validation = _draw(rest, corpus.labels, round(len(rest) * validation_share), seed)
    return Split(train, validation, test)


def _refuse_rare_classes(corpus: Corpus, indices: np.ndarray, remedy: str) -> None:
    counts = np.bincount(corpus.labels[indices], minlength=len(corpus.class_names))
    rare = np.flatnonzero(counts < FEWEST_PER_CLASS)
    if len(rare):
        drawn = f" of the {len(indices):,} drawn" if len(indices) < len(corpus.texts) else ""
        names = [corpus.class_names[at] for at in rare]
        raise DataError(why_rare(names, counts[rare].tolist(), FEWEST_PER_CLASS, drawn, remedy))


def _draw(indices: np.ndarray, labels: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What stays and the `count` indices drawn, both stratified by label as far as `count` allows."""
    from sklearn.model_selection import train_test_split

    strata = labels[indices]
    if count < len(np.unique(strata)):
        strata = None  # fewer texts than classes cannot be stratified
    stay, drawn = train_test_split(indices, test_size=count, stratify=strata, random_state=seed)
    return stay, drawn
