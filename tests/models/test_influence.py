"""Influence against models whose words have known weights."""

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.cleaning import Cleaner
from data.words.cutting import LEFT
from models.influence import leave_one_out, level, log_odds, measure, split_words, strongest, unread

WEIGHTS = {"good": 2.0, "bad": -1.5, "film": 0.25}


def sigmoid(texts):
    """A model that adds up the weights of a text's words; two classes."""
    scores = np.array([sum(WEIGHTS.get(word, 0) for word in text.split()) for text in texts])
    positive = 1 / (1 + np.exp(-scores))
    return np.stack([1 - positive, positive], axis=1)


def test_the_influence_of_a_word_is_its_weight():
    # log odds are the sum of the weights, 0.75, so leaving a word out takes away its weight and nothing else
    found = measure(sigmoid, "a good bad film", 10)
    assert found.answer == 1
    np.testing.assert_allclose(found.log_odds, [0, 2, -1.5, 0.25], atol=1e-9)
    assert found.without[1] == pytest.approx(1 / (1 + np.exp(1.25)))
    np.testing.assert_allclose(found.probabilities, sigmoid(["a good bad film"])[0])


def test_the_sign_is_that_of_the_models_own_answer():
    # the answer is class 0, for which "bad" speaks
    found = measure(sigmoid, "bad film", 10)
    assert found.answer == 0
    np.testing.assert_allclose(found.log_odds, [1.5, -0.25], atol=1e-9)


def test_only_the_first_words_are_left_out_but_all_are_asked():
    asked = []
    measure(lambda texts: asked.extend(texts) or sigmoid(texts), "a good bad film", 2)
    assert asked == ["a good bad film", "good bad film", "a bad film"]


def test_log_odds_are_finite_where_a_model_is_certain():
    # float32 knows nothing smaller than about 1e-7 beside 1, so log odds end at ln(1e6)
    assert log_odds(np.array([[0.0, 1.0]]), 1)[0] == pytest.approx(np.log(1e6))


def test_log_odds_of_three_classes_are_against_the_two_others():
    assert log_odds(np.array([[0.5, 0.25, 0.25], [0.2, 0.4, 0.4]]), 0) == pytest.approx([0, np.log(0.25)])


@given(st.text(st.sampled_from(string.printable + "\u00a0\u2003\x1c\x85é\U0001f600"), max_size=60), st.integers(0, 12))
def test_what_is_left_are_the_other_words(text, most):
    words = split_words(text)
    left = leave_one_out(text, most)
    assert len(left) == min(most, len(words))
    for at, rest in enumerate(left):
        assert split_words(rest) == words[:at] + words[at + 1 :]


@pytest.mark.parametrize(
    ("text", "known", "length", "expected"),
    [
        ("The film, http://a.b good", {"film", "good"}, None, ["cleaned away", None, "cleaned away", None]),
        ("film zxqv good", {"film", "good"}, None, [None, "unknown", None]),
        ("film zxqv good", None, None, [None, None, None]),  # word pieces: nothing is unknown
        ("film good grief", {"film", "good", "grief"}, 2, [None, None, "too late"]),
        ("the film the good grief", {"film", "good"}, 1, ["cleaned away", None, "cleaned away", *["too late"] * 2]),
        ("well-known zxqv-film", {"film"}, None, ["unknown", None]),  # a part of it is known
        ("film film", {"film"}, 1, ["too late", "too late"]),  # without either, the same is read
    ],
)
def test_what_a_model_does_not_read(text, known, length, expected):
    assert unread(text, 10, Cleaner().clean, known, length) == expected


def test_of_texts_cut_on_the_left_the_last_words_are_looked_at():
    text, clean = "the good film bad plot", Cleaner().clean
    assert leave_one_out(text, 2, LEFT) == ["the good film plot", "the good film bad "]
    assert unread(text, 9, clean, None, 2, LEFT, LEFT) == ["cleaned away", "too early", "too early", None, None]
    assert unread(text, 2, clean, None, 3, LEFT) == [
        None,
        "too late",
    ]  # a model that reads the beginning
    asked = []
    found = measure(lambda texts: asked.extend(texts) or np.tile([0.3, 0.7], (len(texts), 1)), text, 1, LEFT)
    assert asked == [text, "the good film bad "]
    assert found.log_odds.tolist() == [0.0]


def test_the_loudest_words_come_first_and_whispers_not_at_all():
    assert strongest([0.05, 0.2, -0.3, 0.9, -2.0], 2) == ([3, 1], [4, 2])
    assert [level(value) for value in (0.1, 0.25, 0.5, 1.0, -1.0, 0.0999)] == [1, 2, 3, 4, -4, 0]
