"""Words are read as they are cleaned, and what is not read of a long text is cleaned only where it is needed."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.cleaning import NO_LANGUAGE, Cleaner
from data.words.cutting import LEFT, RIGHT, cut
from models.serving.reading import word_reader
from models.serving.reading.hash_table import EMPTY
from models.serving.reading.word_reader import WordReader
from models.serving.reading.word_table import WordTable

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


def by_hand(text, cleaner, most, side):
    return [VOCABULARY.get(word, 1) for word in cut(cleaner.clean(text), most or len(text) + 1, side).split()]


@pytest.mark.slow
@pytest.mark.parametrize(
    "cleaner", [Cleaner(), Cleaner(True), Cleaner(True, NO_LANGUAGE), Cleaner(False, "tr")], ids=str
)
@pytest.mark.parametrize(("most", "side"), [(3, RIGHT), (3, LEFT), (None, RIGHT)])
@given(texts=texts_of_pieces)
@example(texts=["good <b x=' film ' y=z> bad good good", "", "good <!-- a film --> > bad film good"])
@example(texts=["<!-- good <b> film good --> bad", "good <b x=' > film bad ' y=z> bad", "good a@b.c film &amp; good"])
def test_a_text_has_the_ids_of_the_words_that_are_read(cleaner, most, side, texts):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(word_reader, "CHARACTERS", 2)
        found = WordReader(VOCABULARY, cleaner, most, side).read(texts)
    wanted = [by_hand(text, cleaner, most, side) for text in texts]
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
    spaced = Cleaner.spaced
    monkeypatch.setattr(Cleaner, "spaced", lambda self, text: cleaned.append(len(text)) or spaced(self, text))
    reader = WordReader(VOCABULARY, Cleaner(), 4)
    assert reader.read(["good " * 10_000, "the " * 50 + "good"]).lengths.tolist() == [4, 1]
    assert cleaned == [64, 67, 204]  # up to a space; and all of the text whose words stand further behind


def test_only_the_end_of_a_long_text_is_cleaned_where_the_beginning_is_cut(monkeypatch):
    cleaned = []
    spaced = Cleaner.spaced
    monkeypatch.setattr(Cleaner, "spaced", lambda self, text: cleaned.append(len(text)) or spaced(self, text))
    reader = WordReader(VOCABULARY, Cleaner(), 4, LEFT)
    found = reader.read(["good " * 10_000 + "film", "good " + "the " * 50])
    assert found.lengths.tolist() == [4, 1]
    assert found.ids.tolist() == [2, 2, 2, 3, 2]
    assert cleaned[0] < 80
    assert cleaned[2:] == [205]


LONG = ["a", "é", "中文", "x" * 8, "x" * 9, "x" * 16, "x" * 17, "y" * 40, "é" * 8, "é" * 9, "abcdefgh" * 2, "abcdefghi"]


@given(st.lists(st.sampled_from([*LONG, "x" * 7, "x" * 15, "x" * 18, "z", "中", "abcdefgi" * 2, ""]), max_size=30))
def test_a_table_finds_words_of_any_length_and_no_others(words):
    table = WordTable({word: 10 * at for at, word in enumerate(LONG)})
    places, lengths, rows = table.find(" ".join(words).encode())
    asked = [word for word in words if word]
    assert [LONG.index(word) if word in LONG else EMPTY for word in asked] == rows.tolist()
    assert [table.values[row] for row in rows if row != EMPTY] == [
        10 * LONG.index(word) for word in asked if word in LONG
    ]
    text = " ".join(words).encode()
    found = [text[place : place + length].decode() for place, length in zip(places, lengths, strict=True)]
    assert found == asked
