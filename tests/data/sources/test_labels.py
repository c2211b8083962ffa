"""Which labels are the same class, which are none, and in which order the classes stand."""

import pytest

from data.corpus import DataError
from data.sources.labels import classes_of, clean_label


@pytest.mark.parametrize(
    ("written", "names", "labels"),
    [
        (["1", "0", "1.0", "0.0", "1"], ("0", "1"), [1, 0, 1, 0, 1]),
        (["1.0", "2.0", "1.0"], ("1.0", "2.0"), [0, 1, 0]),  # as they were written
        (["10", "9", "1", "-1", "+2"], ("-1", "1", "+2", "9", "10"), [4, 3, 1, 0, 2]),
        (["0.50", "1e2", "100", ".5", "0.50"], ("0.50", "100"), [0, 1, 1, 0, 0]),
        (["b", "10", "a", "9"], ("9", "10", "a", "b"), [3, 1, 2, 0]),
        (["007", "7"], ("7", "007"), [1, 0]),  # a code is no number
        (["pos\u200b", "\ufeffpos", " neg ", "po\u00ads"], ("neg", "pos"), [1, 1, 0, 1]),
        (["1\u200b", "1", "2"], ("1", "2"), [0, 0, 1]),
        (["cafe\u0301", "caf\u00e9", "a"], ("a", "caf\u00e9"), [1, 1, 0]),  # as macOS writes it
        (["a", None, "", " ", "\u200b", "b"], ("a", "b"), [0, None, None, None, None, 1]),
        (["a", "nan", "b", "NaN", "<NA>", "\\N"], ("a", "b"), [0, None, 1, None, None, None]),
        (["1e999999999", "2"], ("2", "1e999999999"), [1, 0]),
        (["1" * 200, "1" * 199 + "2"], ("1" * 200, "1" * 199 + "2"), [0, 1]),
    ],
)
def test_classes(written, names, labels):
    classes = classes_of(written)
    assert classes.names == names
    assert classes.labels == labels


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("\u200epos\u200f", "pos"),
        ("po\u200ds", "pos"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a Persian word needs it
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u200d👧\u200d", "👧"),
        ("two\nlines\x1b", "two\\nlines\\x1b"),
    ],
)
def test_invisible_characters_go_where_nothing_needs_them(written, cleaned):
    assert clean_label(written) == cleaned


@pytest.mark.parametrize(
    ("written", "note"),
    [
        (["1", "1.0", "0"], "labels that are the same number count as one class: '1', '1.0'"),
        (["a", "nan", "b"], "1 text whose label is 'nan' count as texts without one"),
        (["a", "nan", "b", "nan"], "2 texts whose label is 'nan' count as texts without one"),
        (
            ["a", "None", "None"],
            "'None' counts as a class, of 2 texts; where it means that there is no label, leave the",
        ),
        (["true", "1", "0", "false"], "labels that look alike count as different classes: '0', '1', 'false', 'true'"),
        (
            ["pos", "р\u043es", "neg"],
            "labels that look alike in letters of different scripts count as different classes: 'pos', "
            "'р\u043es' ('pos', '\\u0440\\u043es')",
        ),
        (["Pos", "pos", "neg"], "labels that differ only in case, width or spaces count as different classes: 'Pos'"),
    ],
)
def test_what_a_reader_must_know_is_a_note(written, note):
    (said,) = classes_of(written).notes
    assert said.startswith(note)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            [f"{at}.5" for at in range(60)],
            r"look like measurements: 60 different numbers for 60 texts, such as '0.5', ",
        ),
        ([f"id{at:02}" for at in range(60)], r"look like ids or texts: 60 different ones for 60 texts, such as 'id00'"),
        (
            [str(at) for at in range(30)] * 1 + ["1"] * 20,
            r"look like ids or texts: 30 different ones for 50 texts, such",
        ),
    ],
)
def test_labels_that_are_no_classes(written, message):
    with pytest.raises(DataError, match=message):
        classes_of(written)
