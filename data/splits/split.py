"""Train, validation and test splits: drawn and stratified, or as the data says."""

from __future__ import annotations

import numpy as np

from data.classes import FEWEST_PER_CLASS
from data.corpus import PARTS, Corpus, DataError, SplitKind
from data.splits.chronological import split_chronologically
from data.splits.drawing import (
    SHARE,
    VALIDATION_SHARE_OF_REST,
    Split,
    draw,
    draw_order,
    refuse_lacking,
    refuse_rare_classes,
)
from data.splits.folds import Fold, split_by_fold
from data.splits.grouped import split_by_groups, split_by_groups_before_test
from data.splits.predefined import split_as_given

__all__ = ["FEWEST_PER_CLASS", "PARTS", "Split", "describe_rule", "split"]

BY_KIND = {
    SplitKind.PREDEFINED: split_as_given,
    SplitKind.GROUPED: split_by_groups,
    SplitKind.CHRONOLOGICAL: split_chronologically,
    SplitKind.GROUPED_BEFORE_TEST: split_by_groups_before_test,
}


def split(
    corpus: Corpus, sample: int | None, seed: int, fold: Fold | None = None, most_evaluated: int | None = None
) -> Split:
    """Splits a corpus.

    Args:
        corpus: what to split. What it says of its own splits (`Corpus.split_by`) is kept to.
        sample: how many texts to draw, of those that are not given as test texts, and split 4 : 1 : 1. `None` takes all
            of them and, where the corpus has one, its published test split; validation is then a fifth of the rest.
        seed: of the draw; the same seed gives the same split.
        fold: of a cross-validation, which draws by its own seed.
        most_evaluated: texts of validation and of test, `None` for as many as there are. Where these are drawn, the
            others are trained on.

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
    most = len(corpus.labels) if most_evaluated is None else most_evaluated
    if fold:
        return _bounded(split_by_fold(corpus, pool, fold), corpus.labels, most)
    if corpus.split_by:
        return _bounded(BY_KIND[corpus.split_by.kind](corpus, corpus.split_by, pool, seed), corpus.labels, most)
    if sample is None and corpus.is_test is not None:
        rest, test = pool[~corpus.is_test], pool[corpus.is_test]
        validation_share = VALIDATION_SHARE_OF_REST
    else:
        rest, test = draw(pool, corpus.labels, min(round(len(pool) * SHARE), most), seed)
        validation_share = SHARE / (1 - SHARE)
    train, validation = draw(rest, corpus.labels, min(round(len(rest) * validation_share), most), seed)
    found = Split(train, validation, test)
    if sample is None and corpus.is_test is not None:
        refuse_lacking(corpus, found, "As the data is split", "add such texts, or remove the class")
    return _bounded(found, corpus.labels, most)


def _bounded(found: Split, labels: np.ndarray, most: int) -> Split:
    """At most so many texts to validate and to test on, the same ones of the same texts."""
    parts = (found.validation, found.test)
    drawn = [part if len(part) <= most else part[np.sort(draw_order(labels[part], 0)[:most])] for part in parts]
    return Split(found.train, *drawn)


def describe_rule(corpus: Corpus, sample: int | None, folds: int = 0, most_evaluated: int | None = None) -> dict:
    """What decides in which split a text is, for the data card: in words, and whether all seeds have the same test."""
    described = _describe_rule(corpus, sample, folds)
    if most_evaluated is not None:
        described["split_rule"] += f"; validation and test have {most_evaluated:,} texts at most"
    return described


def _describe_rule(corpus: Corpus, sample: int | None, folds: int) -> dict:
    by = corpus.split_by
    if folds:
        groups = f", {by.rule}" if by else ""
        rule = f"{folds} folds, each class in the same shares{groups}: each is tested once, the one behind it validates"
        return {"split_rule": rule, "same_test": False}
    if by:
        whole = sample is None or sample >= len(corpus.texts)
        same = bool(by.is_test.any()) or (by.kind is SplitKind.CHRONOLOGICAL and whole)
        return {"split_rule": by.rule, "same_test": same}
    if sample is None and corpus.is_test is not None:
        published = "the published test split; validation: a fifth of the other texts, drawn by class"
        return {"split_rule": published, "same_test": True}
    return {"split_rule": "drawn at random, each class in the same shares, 4 : 1 : 1", "same_test": False}
