"""Texts in a file are the texts that were put in, whatever they hold, and in whatever order they are asked for."""

import os
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.stored import texts as stored
from data.stored.arrays import StoredRows, save_rows
from data.stored.storage import Storage
from data.stored.texts import GrowingTexts, StoredTexts, open_texts, save_texts, take_texts

anything = st.lists(st.text(st.characters(), max_size=12), max_size=12)  # halves of surrogate pairs too


def grow(texts, most, folder):
    growing = GrowingTexts(folder, most)
    for text in texts:
        growing.append(text)
    return growing.finish()


@given(anything, st.integers(0, 20), st.integers(1, 5), st.data())
def test_the_same_texts_in_memory_and_in_a_file(texts, most, at_once, data):
    with tempfile.TemporaryDirectory() as folder:
        before, stored.AT_ONCE = stored.AT_ONCE, at_once
        try:
            found = grow(texts, most, Path(folder))
            assert isinstance(found, StoredTexts) == (sum(map(len, texts)) > most)
            assert list(found) == [*found] == texts
            assert [found[at] for at in range(len(found))] == texts
            places = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1)) if texts else st.just([])), dtype=int)
            chosen = take_texts(found, places)
            assert list(chosen) == [texts[at] for at in places]
            positions = np.arange(len(places))[::-2]
            assert list(take_texts(chosen, positions)) == [texts[places[at]] for at in positions]
            assert list(found[1:4]) == texts[1:4]
            assert found.count("") == texts.count("")
            save_texts(found, Path(folder) / "kept.txt")
            assert list(open_texts(Path(folder) / "kept.txt")) == texts
        finally:
            stored.AT_ONCE = before


def test_the_file_has_no_name_and_goes_with_its_last_reader(tmp_path):
    found = grow(["a", "b"], 0, tmp_path)
    some = found.take(np.array([1]))
    del found
    assert list(some) == ["b"]
    assert list(tmp_path.iterdir()) == []
    descriptors = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 1
    del some
    assert descriptors == 1 or len(os.listdir("/proc/self/fd")) < descriptors


def test_what_is_asked_for_decides_where_texts_go(tmp_path):
    kinds = {}
    for streaming in ("auto", "always", "never"):
        growing = Storage(tmp_path, streaming).growing_texts()
        growing.append("a")
        kinds[streaming] = type(growing.finish())
    assert kinds == {"auto": list, "always": StoredTexts, "never": list}
    assert [Storage(tmp_path, "auto").streams(texts) for texts in (150_000, 150_001)] == [False, True]
    assert not Storage(tmp_path, "never").streams(10**9)
    assert Storage(tmp_path, "always").streams(1)


def test_rows_of_a_file_are_looked_up_as_those_of_an_array(tmp_path):
    rows = np.arange(21, dtype=np.int32).reshape(7, 3)
    save_rows(tmp_path / "rows.npy", iter([rows[:4], rows[4:]]), rows.shape, rows.dtype)
    np.testing.assert_array_equal(np.load(tmp_path / "rows.npy"), rows)
    found, order = StoredRows(tmp_path / "rows.npy"), np.array([5, 0, 0, 6])
    assert (len(found), found.shape, found.dtype) == (7, (7, 3), np.int32)
    np.testing.assert_array_equal(found[order], rows[order])
    np.testing.assert_array_equal(np.concatenate(list(found.blocks())), rows)
