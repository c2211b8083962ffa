"""Word vectors: words in like company come out alike, on counts that can be checked by hand."""

import math

import numpy as np
import pytest

from data.words.word_vectors import _cooccurrences, _positive_information, word_vectors

VOCABULARY = ["", "[UNK]", "cats", "dogs", "purr"]


def test_pairs_count_by_their_distance_within_a_text():
    counts = _cooccurrences(["cats zebra dogs", "purr", "dogs purr"], VOCABULARY).toarray()
    # "zebra" is unknown and keeps its place: cats and dogs are two apart. No window reaches into the next text.
    assert counts.tolist() == [[0, 0.5, 0], [0.5, 0, 1], [0, 1, 0]]


def test_words_further_apart_than_the_window_are_no_pair():
    apart = " ".join(["cats", *["zebra"] * 5, "dogs"])
    assert _cooccurrences([apart], VOCABULARY).nnz == 0
    assert _cooccurrences([apart.replace("zebra ", "", 1)], VOCABULARY).toarray()[0, 1] == pytest.approx(1 / 5)


def test_information_by_hand():
    counts = _cooccurrences(["cats dogs", "dogs purr", "dogs purr"], VOCABULARY)
    words = np.array([1, 3, 2])
    contexts = words**0.75
    expected = math.log(2 * contexts.sum() / (words[1] * contexts[2]))
    assert _positive_information(counts).toarray()[1, 2] == pytest.approx(expected)
    assert (_positive_information(counts).toarray() >= 0).all()


def test_words_in_like_company_come_out_alike():
    texts = ["cats purr softly", "kittens purr softly", "dogs bark loudly", "hounds bark loudly"] * 20
    others = [f"alone{at}" for at in range(32)]
    vocabulary = ["", "[UNK]", "cats", "kittens", "dogs", "hounds", "purr", "bark", "softly", "loudly", *others]
    vectors = word_vectors(texts, vocabulary, width=4, seed=0)
    assert vectors.shape == (42, 4)
    assert vectors.dtype == np.float32
    assert not vectors[:2].any()  # padding and unknown
    np.testing.assert_allclose(vectors[10:], 0, atol=1e-6)  # words without neighbours
    assert vectors[2:].std() == pytest.approx(1, abs=1e-5)
    length = np.linalg.norm(vectors[2:6], axis=1)
    alike = vectors[2:6] @ vectors[2:6].T / np.outer(length, length)
    assert alike[0, 1] > 0.9
    assert alike[2, 3] > 0.9
    assert abs(alike[0, 2]) < 0.5


@pytest.mark.parametrize("texts", [[], ["cats"], ["zebra zebra"]])
def test_texts_without_pairs_give_no_vectors(texts):
    assert not word_vectors(texts, [*VOCABULARY, *map(str, range(40))], width=4, seed=0).any()


def test_too_few_words_say_too_little():
    words = [f"word{at}" for at in range(20)]
    texts = [" ".join(words)]
    assert word_vectors(texts, ["", "[UNK]", *words], width=2, seed=0).any()
    assert not word_vectors(texts, ["", "[UNK]", *words[1:]], width=2, seed=0).any()


def test_the_same_again():
    words = [f"word{at % 20}" for at in range(0, 400, 7)]
    texts, vocabulary = [" ".join(words)], ["", "[UNK]", *sorted(set(words))]
    first, second = (word_vectors(texts, vocabulary, 2, 5) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.any()
