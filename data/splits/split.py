"""Train, validation and test splits: drawn and stratified, or as the data says."""

from __future__ import annotations

import numpy as np

from data.classes import FEWEST_PER_CLASS
from data.corpus import PARTS, Corpus, DataError, SplitKind
from data.splits.chronological import split_chronologically
from data.splits.drawing import SHARE, VALIDATION_SHARE_OF_REST, Split, draw, refuse_rare_classes
from data.splits.folds import Fold, split_by_fold
from data.splits.grouped import split_by_groups
from data.splits.predefined import split_as_given

__all__ = ["FEWEST_PER_CLASS", "PARTS", "Split", "describe_rule", "split"]

BY_KIND = {
    SplitKind.PREDEFINED: split_as_given,
    SplitKind.GROUPED: split_by_groups,
    SplitKind.CHRONOLOGICAL: split_chronologically,
}


def split(corpus: Corpus, sample: int | None, seed: int, fold: Fold | None = None) -> Split:
    """Splits a corpus.

    Args:
        corpus: what to split. What it says of its own splits (`Corpus.split_by`) is kept to.
        sample: how many texts to draw, of those that are not given as test texts, and split 4 : 1 : 1. `None` takes all
            of them and, where the corpus has one, its published test split; validation is then a fifth of the rest.
        seed: of the draw; the same seed gives the same split.
        fold: of a cross-validation, which draws by its own seed.

    Raises:
        DataError: a class has too few texts, or what the corpus says makes no split.
    """
    pool = np.flatnonzero(~corpus.is_held_out)
    seed = fold.seed if fold else seed
    refuse_rare_classes(corpus, pool, "add texts, or merge or remove the class")
    classes = len(corpus.class_names)
    if sample is not None and sample < FEWEST_PER_CLASS * classes:
        raise DataError(
            f"--sample {sample} is too few for {classes} classes: take at least {FEWEST_PER_CLASS * classes}."
        )
    if sample is not None and sample < len(pool):
        pool, _ = draw(pool, corpus.labels, len(pool) - sample, seed)
        refuse_rare_classes(corpus, pool, "take a larger --sample, or merge or remove the class")
    if fold:
        return split_by_fold(corpus, pool, fold)
    if corpus.split_by:
        return BY_KIND[corpus.split_by.kind](corpus, corpus.split_by, pool, seed)
    if sample is None and corpus.is_test is not None:
        rest, test = pool[~corpus.is_test], pool[corpus.is_test]
        validation_share = VALIDATION_SHARE_OF_REST
    else:
        rest, test = draw(pool, corpus.labels, round(len(pool) * SHARE), seed)
        validation_share = SHARE / (1 - SHARE)
    train, validation = draw(rest, corpus.labels, round(len(rest) * validation_share), seed)
    return Split(train, validation, test)


def describe_rule(corpus: Corpus, sample: int | None, folds: int = 0) -> dict:
    """What decides in which split a text is, for the data card: in words, and whether all seeds have the same test."""
    by = corpus.split_by
    if folds:
        groups = f", {by.rule}" if by else ""
        rule = f"{folds} folds, each class in the same shares{groups}: each is tested once, the one behind it validates"
        return {"split_rule": rule, "same_test": False}
    if by:
        whole = sample is None or sample >= len(corpus.texts)
        same = by.kind is SplitKind.PREDEFINED or (by.kind is SplitKind.CHRONOLOGICAL and whole)
        return {"split_rule": by.rule, "same_test": same}
    if sample is None and corpus.is_test is not None:
        published = "the published test split; validation: a fifth of the other texts, drawn by class"
        return {"split_rule": published, "same_test": True}
    return {"split_rule": "drawn at random, each class in the same shares, 4 : 1 : 1", "same_test": False}
