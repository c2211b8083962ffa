"""How many words are read and known, where nobody says it."""

import numpy as np
import pytest

from data.corpus import Corpus, Published
from data.deciding import fitting_length, fitting_vocabulary, side_to_cut
from data.words.cutting import LEFT, RIGHT


def _corpus(published=()):
    return Corpus("tiny", "made up", ["a", "b"], np.array([0, 1]), ("bad", "good"), published=published)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([3, 5, 9], 9),  # short texts are read whole
        ([10] * 90 + [500] * 10, 64),  # nine tenths would be 10 words: up to 64 cost little
        ([100] * 50 + [150] * 41 + [400] * 9, 150),
        ([900] * 10, 256),
    ],
)
def test_as_many_words_are_read_as_nine_tenths_of_the_texts_have(lengths, expected):
    assert fitting_length(_corpus(), [" ".join(["word"] * length) for length in lengths]) == expected


def test_words_seen_twice_are_known():
    assert fitting_vocabulary(_corpus(), ["cats dogs cats", "dogs", "birds"]) == 2 + 2
    assert fitting_vocabulary(_corpus(), ["birds"]) == 3  # the least there can be
    assert fitting_vocabulary(_corpus(), [" ".join(f"word{at}" for at in range(30_000))] * 2) == 20_000


def _texts(length, says_at):
    """Forty texts of two classes by turns, of words by chance but one."""
    draw = np.random.default_rng(0)
    texts = [[f"word{n}" for n in draw.integers(0, 30, length)] for _ in range(40)]
    for at, text in enumerate(texts):
        text[says_at] = ("bad", "good")[at % 2]
    return [" ".join(text) for text in texts], np.arange(40) % 2


@pytest.mark.parametrize(
    ("length", "says_at", "published", "expected"),
    [
        (100, -3, (), LEFT),
        (100, 3, (), RIGHT),
        (100, 50, (), RIGHT),  # neither end says anything
        (60, -3, (), RIGHT),  # nothing is cut
        (100, -3, (Published("rnn", 0.5, "slides", 64, 5000),), RIGHT),
    ],
)
def test_texts_are_cut_where_they_say_less(length, says_at, published, expected):
    texts, labels = _texts(length, says_at)
    assert side_to_cut(_corpus(published), texts, labels, 60 if length == 60 else 20) == expected


def test_texts_are_cut_on_the_right_where_few_speak_for_the_left():
    texts, labels = _texts(100, -3)
    assert side_to_cut(_corpus(), [*texts, *["word0 word1"] * 600], np.append(labels, np.arange(600) % 2), 20) == RIGHT
    assert side_to_cut(_corpus(), texts[:6], labels[:6], 20) == RIGHT  # too few to ask


def test_what_was_published_decides_both():
    corpus = _corpus((Published("rnn", 0.5, "slides", 64, 5000), Published("lstm", 0.5, "slides", 64, 5000)))
    assert fitting_length(corpus, ["word " * 300]) == 64
    assert fitting_vocabulary(corpus, ["cats cats"]) == 5000
