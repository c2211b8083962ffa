"""The vocabulary: which words are known."""

import pytest

from data.vectorizing import learn_vocabulary


@pytest.mark.slow
def test_words_of_unlabelled_texts_fill_the_vocabulary_up():
    train = ["cats dogs", "cats dogs", "cats birds"]
    more = ["bees bees bees", "bees owls owls", "dogs"]
    assert learn_vocabulary(train, 5) == ["", "[UNK]", "cats", "dogs", "birds"]
    # "birds" was seen once: "bees", seen four times, is worth more. The two words of training keep their places.
    assert learn_vocabulary(train, 5, more) == ["", "[UNK]", "cats", "dogs", "bees"]
    assert learn_vocabulary(train, 4, more) == ["", "[UNK]", "cats", "dogs"]
    assert set(learn_vocabulary(train, 9, more)) == {"", "[UNK]", "cats", "dogs", "bees", "owls", "birds"}
