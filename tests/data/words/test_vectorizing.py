"""The vocabulary: which words are known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.words import vectorizing
from data.words.vectorizing import count_words, learn_vocabulary


def test_words_of_unlabelled_texts_fill_the_vocabulary_up():
    train = ["cats dogs", "cats dogs", "cats birds"]
    more = ["bees bees bees", "bees owls owls", "dogs"]
    assert learn_vocabulary(train, 5) == ["", "[UNK]", "cats", "dogs", "birds"]
    # "birds" was seen once: "bees", seen four times, is worth more. The two words of training keep their places.
    assert learn_vocabulary(train, 5, more) == ["", "[UNK]", "cats", "dogs", "bees"]
    assert learn_vocabulary(train, 4, more) == ["", "[UNK]", "cats", "dogs"]
    assert set(learn_vocabulary(train, 9, more)) == {"", "[UNK]", "cats", "dogs", "bees", "owls", "birds"}


words = st.lists(st.sampled_from(["a", "b", "é", "é2", "ж", "zz", "a1", "好"]), min_size=1, max_size=6).map(" ".join)


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(words, min_size=1, max_size=8), st.integers(3, 10))
def test_the_vocabulary_is_that_of_kerass_layer(texts, size):
    from keras.layers import TextVectorization

    layer = TextVectorization(max_tokens=size, standardize=None, split="whitespace")
    layer.adapt(texts)
    assert learn_vocabulary(texts, size) == layer.get_vocabulary()


def test_where_there_are_a_great_many_words_the_rarest_are_forgotten(monkeypatch):
    monkeypatch.setattr(vectorizing, "MOST_COUNTED", 50)
    texts = [f"often word{at} {'sometimes' if at % 5 == 0 else 'often'}" for at in range(200)]
    counts = count_words(texts)
    assert len(counts) <= 51
    assert (counts["often"], counts["sometimes"]) == (360, 40)
