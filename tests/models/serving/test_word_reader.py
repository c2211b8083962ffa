"""Words are read as they are cleaned, and the end of a long text is cleaned only where its words are needed."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.cleaning import NO_LANGUAGE, Cleaner
from models.serving import word_reader
from models.serving.word_reader import WordReader

VOCABULARY = {word: at for at, word in enumerate(["", "[UNK]", "good", "film", "can", "not", "gon", "中"])}
PIECES = [
    "good ",
    "film",
    " bad",
    "the ",
    "cannot ",
    "gonna",
    "<b x='",
    "' y=z>",
    "<!-- ",
    " -->",
    "> ",
    "< ",
    "&amp; ",
]
PIECES += ["www.x.org ", "a@b.c", "É", "中", "\ud800", "\0", "\n", " "]
texts_of_pieces = st.lists(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), max_size=6)


def by_hand(text, cleaner, most):
    ids = [VOCABULARY.get(word, 1) for word in cleaner.clean(text).split()]
    return ids[:most]


@pytest.mark.parametrize(
    "cleaner", [Cleaner(), Cleaner(True), Cleaner(True, NO_LANGUAGE), Cleaner(False, "tr")], ids=str
)
@pytest.mark.parametrize("most", [3, None])
@given(texts=texts_of_pieces)
@example(texts=["good <b x=' film ' y=z> bad good good", "", "good <!-- a film --> > bad film good"])
def test_a_text_has_the_ids_of_its_first_words(cleaner, most, texts):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(word_reader, "CHARACTERS", 2)
        found = WordReader(VOCABULARY, cleaner, most).read(texts)
    wanted = [by_hand(text, cleaner, most) for text in texts]
    assert found.lengths.tolist() == [len(ids) for ids in wanted]
    assert found.ids.tolist() == [at for ids in wanted for at in ids]
    for rows in [[]] if not texts else [[len(texts) - 1, 0], [0]]:
        if rows:
            ids, mask = found.matrix(np.array(rows))
            longest = max(1, *(len(wanted[row]) for row in rows))
            assert ids.tolist() == [wanted[row] + [0] * (longest - len(wanted[row])) for row in rows]
            assert mask.sum(axis=1).tolist() == [len(wanted[row]) for row in rows]


def test_only_the_beginning_of_a_long_text_is_cleaned(monkeypatch):
    cleaned = []
    words = Cleaner.words
    monkeypatch.setattr(Cleaner, "words", lambda self, text: cleaned.append(len(text)) or words(self, text))
    reader = WordReader(VOCABULARY, Cleaner(), 4)
    assert reader.read(["good " * 10_000, "the " * 50 + "good"]).lengths.tolist() == [4, 1]
    assert cleaned == [64, 67, 204]  # up to a space; and all of the text whose words stand further behind


def test_words_that_are_not_known_are_not_remembered_without_end(monkeypatch):
    monkeypatch.setattr(word_reader, "MOST_REMEMBERED", 10)
    reader = WordReader(VOCABULARY, Cleaner(), None)
    text = " ".join(f"word{at}" for at in range(100))
    assert reader.read([text, text]).ids.tolist() == [1] * 200
    assert len(reader.known) <= len(VOCABULARY) + 10
