"""The positive class, and classes with few texts: named, dropped or merged."""

import numpy as np
import pytest

from data.classes import arrange_classes
from data.corpus import DataError
from data.sources import catalog
from training.settings import Settings


def test_a_class_of_two_is_made_the_positive_one(make_corpus):
    corpus = make_corpus(6, 8)
    turned = arrange_classes(corpus, positive="class0")
    assert turned.class_names == ("class1", "class0")
    assert [turned.class_names[at] for at in turned.labels] == [corpus.class_names[at] for at in corpus.labels]
    assert arrange_classes(corpus, positive="class1") is corpus


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((6, 6), r"^--positive z: there is no such class; there are: 'class0', 'class1'\.$"),
        (
            (6, 6, 6),
            r"^--positive class0: there are 3 classes, and only of two is one the positive one: leave it out\.$",
        ),
    ],
)
def test_no_class_to_be_the_positive_one(make_corpus, counts, message):
    with pytest.raises(DataError, match=message):
        arrange_classes(make_corpus(*counts), positive="z" if len(counts) == 2 else "class0")


def test_all_rare_classes_are_named(make_corpus):
    with pytest.raises(DataError) as caught:
        arrange_classes(make_corpus(20, 3, 20, 1))
    assert str(caught.value) == (
        "2 classes have too few texts, 'class3' (1 text), 'class1' (3 texts): each needs at least 6; add texts, or "
        "merge or remove the class (--rare merge, --rare drop)."
    )
    with pytest.raises(DataError, match=r"'class20' \(1 text\) and 40 more: each needs at least 6"):
        arrange_classes(make_corpus(20, *[1] * 60))


def test_rare_classes_are_dropped(make_corpus):
    corpus = make_corpus(20, 3, 8, 1, groups=[str(at) for at in range(32)])
    kept = arrange_classes(corpus, rare="drop")
    assert kept.class_names == ("class0", "class2")
    assert np.bincount(kept.labels).tolist() == [20, 8]
    assert kept.texts == corpus.texts[:20] + corpus.texts[23:31]
    assert kept.groups == corpus.groups[:20] + corpus.groups[23:31]
    assert kept.notes == ("the 2 classes 'class1', 'class3', each of fewer than 6 texts, dropped, 4 texts in all",)
    kept = arrange_classes(corpus, min_class_size=9, rare="merge")
    assert kept.class_names == ("class0", "other")


def test_rare_classes_are_merged(make_corpus):
    corpus = make_corpus(20, 3, 8, 5)
    merged = arrange_classes(corpus, rare="merge")
    assert merged.class_names == ("class0", "class2", "other")
    assert merged.texts == corpus.texts
    assert merged.labels.tolist() == [0] * 20 + [2] * 3 + [1] * 8 + [2] * 5
    assert merged.notes == (
        "the 2 classes 'class1', 'class3', each of fewer than 6 texts, merged into 'other', 8 texts in all",
    )


@pytest.mark.parametrize(
    ("counts", "rare", "message"),
    [
        (
            (20, 2, 1),
            "merge",
            r"^--rare merge: the 2 classes 'class1', 'class2', have 3 texts together, and 6 are needed",
        ),
        (
            (20, 2, 1),
            "drop",
            r"^--rare drop: without the 2 classes .*, one class is left and a classifier needs two: add",
        ),
        ((2, 1), "drop", r"^--rare drop: without the 2 classes .*, no class is left and a classifier needs two: add"),
        ((4, 4), "merge", r"^--rare merge: without the 2 classes .*, one class is left"),
    ],
)
def test_too_little_is_left(make_corpus, counts, rare, message):
    with pytest.raises(DataError, match=message):
        arrange_classes(make_corpus(*counts), rare=rare)


def test_every_source_has_its_classes_arranged():
    assert catalog.load(Settings(data="sample", positive="negative")).class_names == ("positive", "negative")
