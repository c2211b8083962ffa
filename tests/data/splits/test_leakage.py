"""Overlaps by hand, and the two promises: none is left, and training stays whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.splits.leakage import LeakageError, overlaps, separate, verify_separation
from data.splits.split import PARTS

few_keys = st.lists(st.sampled_from("abcdef"), max_size=8)
splits = st.fixed_dictionaries(dict.fromkeys(PARTS, few_keys))


def test_overlaps_count_the_texts_of_the_later_split():
    keys = {"train": ["a", "a", "b"], "validation": ["a", "c", "c"], "test": ["a", "a", "b", "c", "d"]}
    # validation: its one "a". test in train: "a", "a", "b". test in validation: "a", "a", "c".
    assert overlaps(keys) == {"train-validation": 1, "train-test": 3, "validation-test": 3}


def test_separate_by_hand():
    keys = {"train": ["a", "a", "b"], "validation": ["a", "c", "c"], "test": ["a", "a", "b", "c", "d", "d"]}
    kept = separate(keys)
    # A text twice within one split stays: only what an earlier split has goes. "c" was validation's.
    assert {part: positions.tolist() for part, positions in kept.items()} == {
        "train": [0, 1, 2],
        "validation": [1, 2],
        "test": [4, 5],
    }


def test_test_loses_even_what_validation_lost():
    # "a" leaves validation because of training; in the test split it is in training all the same.
    kept = separate({"train": ["a"], "validation": ["a"], "test": ["a", "b"]})
    assert kept["validation"].tolist() == []
    assert kept["test"].tolist() == [1]


@given(splits)
def test_nothing_overlaps_once_separated(keys):
    kept = separate(keys)
    left = {part: [keys[part][at] for at in kept[part]] for part in PARTS}
    assert set(overlaps(left).values()) == {0}
    assert left["train"] == keys["train"]
    # No more is taken than must be.
    assert set(left["validation"]) == set(keys["validation"]) - set(keys["train"])
    assert set(left["test"]) == set(keys["test"]) - set(keys["train"]) - set(keys["validation"])


@given(splits)
def test_positions_can_index_arrays_even_where_nothing_is_left(keys):
    for part, positions in separate(keys).items():
        assert np.array(keys[part], dtype=object)[positions].shape == (len(positions),)


def _ids(**rows):
    return {part: np.array(found, dtype=np.int32) for part, found in rows.items()}


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (_ids(train=[[2, 3]], validation=[[2, 3]], test=[[4, 5]]), "1 rows of validation also stand in train"),
        (_ids(train=[[2, 3]], validation=[[4, 0]], test=[[2, 3], [6, 0]]), "1 rows of test also stand in train"),
        (_ids(train=[[2, 3]], validation=[[4, 0], [5, 0]], test=[[5, 0], [4, 0]]), "2 rows of test .* in validation"),
    ],
)
def test_a_row_in_two_splits_stops_the_run(ids, message):
    with pytest.raises(LeakageError, match=message):
        verify_separation(ids)


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param(_ids(train=[[2, 3]], validation=[[3, 2]], test=[[2, 0]]), id="different rows"),
        pytest.param(_ids(train=[[2, 3], [2, 3]], validation=[[4, 0]], test=[[5, 0]]), id="twice within one split"),
        # 1 stands for any unknown word: the texts differ although their rows do not.
        pytest.param(_ids(train=[[2, 1]], validation=[[2, 1]], test=[[2, 1]]), id="unknown words"),
    ],
)
def test_separate_rows_pass(ids):
    verify_separation(ids)
