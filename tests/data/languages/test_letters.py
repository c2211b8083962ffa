"""The table of letters against Python's own, and the classes made of it."""

import re
import unicodedata

import pytest

from data.languages.letters import LETTERS
from data.languages.scripts import IGNORED, PICTOGRAPHS, SIGNS, SINGLE, script_of

letter, ignored, sign, single, pictograph = (
    re.compile(f"[{inside}]") for inside in (LETTERS, IGNORED, SIGNS, SINGLE, PICTOGRAPHS)
)
EVERY = [chr(code) for code in range(0x110000)]


def test_letters_marks_and_digits_are_in_the_table():
    if unicodedata.unidata_version != "14.0.0":
        pytest.skip(f"Python knows Unicode {unicodedata.unidata_version}, the table is of 14.0.0")
    missing = [
        character
        for character in EVERY
        if (unicodedata.category(character)[0] in "LM" or unicodedata.category(character) in ("Nd", "Nl"))
        and not letter.match(character)
        and not ignored.match(character)
    ]
    assert all(
        character.lower() != character or unicodedata.category(character) in ("Mn", "Me") for character in missing
    )
    assert len([character for character in missing if unicodedata.category(character) == "Lu"]) < 50


@pytest.mark.slow
def test_the_table_holds_nothing_else():
    others = [character for character in EVERY if letter.match(character)]
    assert {unicodedata.category(character) for character in others} <= {
        *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl")
    }
    assert not [character for character in others if ignored.match(character) or pictograph.match(character)]


def test_signs_are_marks_of_scripts_without_spaces():
    assert all(unicodedata.category(character)[0] in "M" for character in EVERY if sign.match(character))
    assert all(single.match(character) for character in EVERY if sign.match(character))


@pytest.mark.slow
def test_letters_lower_to_one_letter_each():
    lowered = {character: character.lower() for character in EVERY if letter.match(character)}
    assert [character for character, small in lowered.items() if len(small) > 1] == ["\u0130"]
    assert all(letter.match(small[0]) for small in lowered.values())


@pytest.mark.parametrize(
    ("character", "script"),
    [("ß", "Latin"), ("Ｇ", "Latin"), ("ｶ", "Katakana"), ("々", "Han"), ("ก", "Thai"), ("😀", None), ("1", None)],
)
def test_scripts(character, script):
    assert script_of(character) == script
