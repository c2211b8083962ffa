"""Cross-validation: each text is tested once, by models that never saw it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.corpus import Corpus, DataError, SplitBy, SplitKind
from data.splits.folds import Fold
from data.splits.split import describe_rule, split


def corpus_of(labels, groups=None):
    by = None
    if groups is not None:
        by = SplitBy(SplitKind.GROUPED, "--group-column author", "by author", np.array(groups, float), np.array([]))
    names = tuple(f"class {at}" for at in range(max(labels) + 1))
    return Corpus("tiny", "made up", [f"text {at}" for at in range(len(labels))], np.array(labels), names, split_by=by)


@settings(deadline=None, max_examples=40)
@given(st.integers(3, 8), st.integers(2, 4), st.integers(0, 99), st.integers(40, 120))
def test_each_text_is_tested_once_and_validated_once(folds, classes, seed, n):
    corpus = corpus_of([at % classes for at in range(n)])
    splits = [split(corpus, None, seed + number, Fold(number, folds, seed)) for number in range(folds)]
    everything = list(range(n))
    assert sorted(np.concatenate([found.test for found in splits])) == everything
    assert sorted(np.concatenate([found.validation for found in splits])) == everything
    for found in splits:
        assert sorted(np.concatenate([found.train, found.validation, found.test])) == everything
        counts = np.bincount(corpus.labels[found.test], minlength=classes)
        assert counts.max() - counts.min() <= 2


@pytest.mark.slow
@settings(deadline=None, max_examples=20)
@given(st.integers(3, 5), st.integers(0, 99))
def test_a_group_is_on_one_side(folds, seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 30, 240)
    corpus = corpus_of([at % 2 for at in range(240)], groups)
    for number in range(folds):
        found = split(corpus, None, seed, Fold(number, folds, seed))
        sides = [set(groups[part]) for part in (found.train, found.validation, found.test)]
        assert sum(map(len, sides)) == len(set.union(*sides))


def test_what_is_drawn_is_the_same_for_every_fold():
    corpus = corpus_of([at % 2 for at in range(300)])
    drawn = []
    for number in range(4):
        found = split(corpus, 100, 7 + number, Fold(number, 4, 7))
        drawn.append(set(np.concatenate([found.train, found.validation, found.test]).tolist()))
    assert len(drawn[0]) == 100
    assert all(found == drawn[0] for found in drawn)


def test_what_cannot_be_is_one_sentence():
    with pytest.raises(DataError, match=r"^--folds 9: class 'class 0' has 8 texts, fewer than folds: take --folds 8,"):
        split(corpus_of([0] * 8 + [1] * 30), None, 0, Fold(0, 9, 0))
    with pytest.raises(DataError, match=r"^--folds 5: there are 4 groups of texts, fewer than folds"):
        split(corpus_of([0, 1] * 30, [at % 4 for at in range(60)]), None, 0, Fold(0, 5, 0))
    by = SplitBy(SplitKind.CHRONOLOGICAL, "--time-column day", "by day", np.arange(60.0), np.array([]))
    corpus = Corpus("tiny", "made up", ["a"] * 60, np.arange(60) % 2, ("a", "b"), split_by=by)
    with pytest.raises(DataError, match=r"^--folds 3 and --time-column day each say how the texts are split"):
        split(corpus, None, 0, Fold(0, 3, 0))


def test_the_card_says_so():
    rule = describe_rule(corpus_of([0, 1] * 30), None, 5)
    assert rule["split_rule"].startswith("5 folds, each class in the same shares: each is tested once")
    assert not rule["same_test"]
