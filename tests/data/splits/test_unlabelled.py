"""Unlabelled texts: which are taken, which are passed over and why, and that none is a text of validation or test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.cleaning import Cleaner
from data.corpus import Corpus
from data.splits.leakage import UNLABELLED, LeakageError, verify_separation
from data.splits.parts import clean_parts
from data.splits.split import Split
from data.splits.unlabelled import choose_unlabelled
from data.words.cutting import cut

CLEANER = Cleaner()


def choose(corpus, train, validation, test, most=100, undrawn=True, seed=0, length=3, further=0):
    drawn = clean_parts(corpus, Split(np.array(train), np.array(validation), np.array(test)), CLEANER)
    return choose_unlabelled(corpus, drawn, most, undrawn, seed, CLEANER, length, further=further)


@pytest.fixture
def corpus():
    """Six labelled texts that are drawn, four that are not, and three without a label."""
    drawn = ["cats sleep long nights", "dogs bark", "birds sing", "fish swim", "bees hum", "bats fly"]
    undrawn = ["Cows <b>graze</b>", "FISH swim!", "...", "cats sleep long days"]
    labels = np.arange(10) % 2
    return Corpus(
        "tiny", "made up", drawn + undrawn, labels, ("bad", "good"), unlabelled=("bees hum", "owls hoot", "cows graze")
    )


def test_what_is_taken_and_what_is_passed_over(corpus):
    found, counts = choose(corpus, [0, 1], [2, 3], [4, 5])
    # "fish swim" is validation's, "bees hum" test's, "cats sleep long" training's in all that is read of it.
    assert sorted(found.cleaned) == ["cows graze", "owls hoot"]
    assert [CLEANER.clean(text) for text in found.texts] == found.cleaned
    assert counts == {
        "candidates": 7,
        "empty": 1,
        "in_validation_or_test": 2,
        "near": 0,
        "repeated": 2,
        "taken": 2,
        "further": 0,
    }


def test_labelled_texts_are_left_alone_where_only_others_are_asked_for(corpus):
    found, counts = choose(corpus, [0, 1], [2, 3], [4, 5], undrawn=False)
    assert sorted(found.cleaned) == ["cows graze", "owls hoot"]
    assert counts["candidates"] == 3


def test_no_more_than_asked_for_and_the_same_for_the_same_seed(make_corpus):
    corpus = make_corpus(30, 30)
    draws = [choose(corpus, [0, 30], [1, 31], [2, 32], most=5, seed=seed)[0].texts for seed in (0, 0, 1)]
    assert len(draws[0]) == 5
    assert draws[0] == draws[1] != draws[2]
    assert choose(corpus, [0, 30], [1, 31], [2, 32], most=0)[0].texts == []


def test_further_ones_come_behind_those_that_are_taken_anyway(make_corpus):
    drawn = make_corpus(30, 30), [0, 30], [1, 31], [2, 32]
    plain, (more, counts) = choose(*drawn, most=5)[0], choose(*drawn, most=5, further=7)
    assert (more.texts, more.cleaned) == (plain.texts, plain.cleaned)
    assert more.words_learned_from == choose(*drawn, most=12)[0].cleaned
    assert (counts["taken"], counts["further"]) == (5, 7)


words = st.lists(st.sampled_from(["cats", "dogs", "birds", "the", "<b>"]), max_size=4).map(" ".join)


@given(
    st.lists(words, min_size=6, max_size=12),
    st.lists(words, max_size=8),
    st.integers(1, 3),
    st.integers(0, 5),
    st.integers(0, 9),
)
def test_none_is_a_text_of_validation_or_test(labelled, unlabelled, length, seed, most):
    corpus = Corpus(
        "any",
        "made up",
        labelled,
        np.arange(len(labelled)) % 2,
        ("bad", "good"),
        unlabelled=tuple(unlabelled),
    )
    found, counts = choose(corpus, [0, 1], [2, 3], [4, 5], most, seed=seed, length=length, further=99)
    taken = [cut(text, length) for text in found.words_learned_from]
    held_out = {cut(CLEANER.clean(labelled[at]), length) for at in (2, 3, 4, 5)}
    assert held_out.isdisjoint(taken)
    assert all(taken)
    assert len(set(taken)) == len(taken)
    passed_over = counts["empty"] + counts["in_validation_or_test"] + counts["repeated"]
    assert counts["candidates"] == counts["taken"] + counts["further"] + passed_over  # all were looked at


def test_an_unlabelled_row_that_is_a_row_of_test_stops_the_run():
    rows = {"train": [[2, 3]], "validation": [[4, 5]], "test": [[6, 7]], UNLABELLED: [[6, 7]]}
    ids = {name: np.array(found, np.int32) for name, found in rows.items()}
    with pytest.raises(LeakageError, match="1 rows of test also stand in unlabelled"):
        verify_separation(ids)
    ids[UNLABELLED] = ids["train"]
    verify_separation(ids)
