"""Sizes, shares, repeatability and disjointness of the splits, and what is too little to split."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.corpus import Corpus, DataError
from data.splits.split import FEWEST_PER_CLASS, PARTS, split


def _sizes(found):
    return tuple(len(getattr(found, part)) for part in PARTS)


def _same(one, other):
    return all(np.array_equal(getattr(one, part), getattr(other, part)) for part in PARTS)


def _all_indices(found):
    return np.concatenate([getattr(found, part) for part in PARTS])


def test_three_thousand_texts(make_corpus):
    corpus = make_corpus(3000, 2000)
    found = split(corpus, 3000, seed=0)
    assert _sizes(found) == (2000, 500, 500)
    # 2,000 of 5,000 texts are of the second class: 40 % of 2,000, 500 and 500.
    assert [corpus.labels[getattr(found, part)].sum() for part in PARTS] == [800, 200, 200]


def test_a_sample_of_more_than_there_is_takes_everything(make_corpus):
    assert _sizes(split(make_corpus(30, 30), 3000, seed=0)) == (40, 10, 10)


@pytest.mark.parametrize("sample", [60, None])
def test_the_seed_decides(make_corpus, sample):
    corpus = make_corpus(60, 60)
    assert _same(split(corpus, sample, seed=3), split(corpus, sample, seed=3))
    assert not _same(split(corpus, sample, seed=3), split(corpus, sample, seed=4))


def test_published_test_split(make_corpus):
    # 5 texts of each class to validate with are a fifth of the 50 that are not test texts.
    is_test = np.arange(60) % 6 == 0
    found = split(make_corpus(30, 30, is_test=is_test), None, seed=1)
    np.testing.assert_array_equal(np.sort(found.test), np.flatnonzero(is_test))
    assert _sizes(found) == (40, 10, 10)
    assert (found.validation >= 30).sum() == 5


def test_a_sample_is_drawn_from_both_sides_of_the_published_split(make_corpus):
    is_test = np.arange(600) % 2 == 0
    found = split(make_corpus(300, 300, is_test=is_test), 300, seed=1)
    assert _sizes(found) == (200, 50, 50)
    assert 0 < is_test[found.test].sum() < 50


@settings(max_examples=100, deadline=None)
@given(
    counts=st.lists(st.integers(0, 40), min_size=2, max_size=4).filter(lambda counts: sum(map(bool, counts)) > 1),
    sample=st.none() | st.integers(1, 120),
    by_date=st.booleans(),
    seed=st.integers(0, 2**31 - 1),
)
@example(counts=[6, 6, 6], sample=None, by_date=True, seed=1)  # two texts to validate with, and three classes
def test_any_corpus_is_split_or_refused(counts, sample, by_date, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    is_test = np.arange(len(labels)) % 3 == 0 if by_date else None
    names = tuple("abcd"[: len(counts)])
    corpus = Corpus("tiny", "made up", ["text"] * len(labels), labels, names, is_test=is_test)
    # A draw has as many of each class as its share says, rounded up or down.
    rarest = min(counts) * min(1, (sample or len(labels)) / len(labels))
    enough = min(counts) >= FEWEST_PER_CLASS and (sample is None or sample >= FEWEST_PER_CLASS * len(counts))
    try:
        found = split(corpus, sample, seed)
    except DataError:
        assert not enough or rarest < FEWEST_PER_CLASS
        return
    assert enough
    assert rarest > FEWEST_PER_CLASS - 1
    indices = _all_indices(found)
    assert len(np.unique(indices)) == len(indices) == min(len(labels), sample or len(labels))
    for part in PARTS:
        part_counts = np.bincount(labels[getattr(found, part)], minlength=len(counts))
        if is_test is None:
            assert part_counts.min() >= 1
            # As many of each class as its share says, give or take the rounding of three draws.
            expected = np.array(counts) / len(labels) * len(getattr(found, part))
            assert np.abs(part_counts - expected).max() <= 2


@pytest.mark.parametrize("spare", [1, 2, 3])
def test_a_corpus_hardly_larger_than_the_sample(make_corpus, spare):
    # scikit-learn refuses to stratify the one text that is left out here, as it is fewer than there are classes.
    assert _sizes(split(make_corpus(30, 30 + spare), 60, seed=0)) == (40, 10, 10)


@pytest.mark.parametrize(
    ("counts", "sample", "message"),
    [
        (
            (5, 50),
            None,
            r"^Class 'class0' has 5 texts: each needs at least 6; add texts, or merge or remove the class\.$",
        ),
        ((50, 0), None, "^Class 'class1' has 0 texts"),
        ((50, 50), 11, r"^--sample 11 is too few for 2 classes: take at least 12\.$"),
        ((50, 50, 50), 12, r"^--sample 12 is too few for 3 classes: take at least 18\.$"),
        # A tenth of the texts, so a tenth of the class: 2 of 20.
        ((20, 580), 60, r"^Class 'class0' has 2 texts of the 60 drawn: each needs at least 6; take a larger --sample,"),
    ],
)
def test_too_few_texts_are_refused_in_one_sentence(make_corpus, counts, sample, message):
    if 0 in counts:  # Corpus itself refuses a single class, so there is a third
        counts = (*counts, 50)
    with pytest.raises(DataError, match=message):
        split(make_corpus(*counts), sample, seed=0)


def test_a_long_class_name_does_not_flood_the_message():
    texts = ["text"] * 8
    corpus = Corpus("tiny", "made up", texts, np.array([0] * 7 + [1]), ("a", "b" * 10_000))
    with pytest.raises(DataError) as caught:
        split(corpus, None, seed=0)
    assert len(str(caught.value)) < 250


def test_fewest_per_class_are_enough(make_corpus):
    found = split(make_corpus(*[FEWEST_PER_CLASS] * 3), None, seed=0)
    labels = np.repeat(np.arange(3), FEWEST_PER_CLASS)
    assert all(set(labels[getattr(found, part)]) == {0, 1, 2} for part in PARTS)
