"""Changed texts: what each kind changes, and what it leaves."""

import re

import numpy as np
import pytest

from reports.judging_data import changed_texts
from reports.judging_data.changed_texts import KINDS


def _change(kind, text, seed=0):
    return next(found for found in KINDS if found.name == kind).change(text, np.random.default_rng(seed))


def test_typos_exchange_two_inner_letters_of_a_tenth_of_the_words():
    text = "wonderful " * 30
    changed = _change("typos", text).split()
    different = [word for word in changed if word != "wonderful"]
    assert len(different) == 3
    for word in different:
        assert sorted(word) == sorted("wonderful")
        assert (word[0], word[-1]) == ("w", "l")
        assert sum(a != b for a, b in zip(word, "wonderful", strict=True)) == 2


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("all in capitals", "It is é.", "IT IS É."),
        ("no punctuation", "Well, no: 3.5 of it! (Why?) a.b", "Well no 3.5 of it (Why?) a.b"),
        ("negation added", "It is good. IS it? It is not. It isn't, was it?", "It is not good. IS not it? It is not. "),
    ],
)
def test_kinds_by_hand(kind, text, expected):
    assert _change(kind, text).startswith(expected)


def test_what_has_its_negation_is_left():
    text = "It isn’t so, it wasn't, and it will not be."
    assert _change("negation added", text) == text


def test_names_are_exchanged_for_others_the_same_for_the_same():
    first, second, third = re.fullmatch(
        r"(\w+) met (\w+); (\w+)'s tom", _change("other names", "John met Anna; John's tom")
    ).groups()
    assert first == third != "John"
    assert second not in ("Anna", first)
    assert {first, second} <= set(changed_texts.NAMES)


@pytest.mark.parametrize("share", [0.6, 1.0])
def test_a_list_of_names_is_no_error(share):
    listed = changed_texts.NAMES[: round(share * len(changed_texts.NAMES))]
    assert set(_change("other names", " ".join(listed)).split()) <= set(changed_texts.NAMES)


def test_numbers_keep_their_digits_and_what_is_no_whole_number_stays():
    text = "On 12 May 1987, 3.5 of 7 had x86 and 10,000."
    for seed in range(20):
        changed = _change("other numbers", text, seed)
        assert re.fullmatch(r"On [1-9]\d May [1-9]\d{3}, 3\.5 of [1-9] had x86 and 10,000\.", changed)
        assert all(number not in changed.split() for number in ("12", "1987,", "7"))


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
@pytest.mark.parametrize("text", ["", " ", "日本", "12日", "ab", "aaaa", "\ud800 x"])
def test_texts_with_little_to_change_are_no_error(kind, text):
    assert isinstance(_change(kind, text), str)
