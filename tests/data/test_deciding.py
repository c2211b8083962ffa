"""How many words are read and known, where nobody says it."""

import numpy as np
import pytest

from data.corpus import Corpus, Published
from data.deciding import fitting_length, fitting_vocabulary


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


def test_what_was_published_decides_both():
    corpus = _corpus((Published("rnn", 0.5, "slides", 64, 5000), Published("lstm", 0.5, "slides", 64, 5000)))
    assert fitting_length(corpus, ["word " * 300]) == 64
    assert fitting_vocabulary(corpus, ["cats cats"]) == 5000
