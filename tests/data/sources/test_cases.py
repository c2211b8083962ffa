"""Small files as people bring them, each with something that goes wrong easily: how many texts, which classes."""

import re

import pytest

from data.cleaning import Cleaner
from data.corpus import DataError
from data.deciding import choose_language, fitting_length
from data.preparing import prepare
from data.sources import catalog
from data.splits.parts import clean_parts
from data.splits.split import split
from training.settings import Settings

PLAIN = (120, ("neg", "pos"), 0)
CASES = {
    "awww.csv": PLAIN,
    "blank_rows.csv": PLAIN,
    "boilerplate.csv": PLAIN,
    "chinese.csv": PLAIN,
    "duplicate_columns.csv": PLAIN,
    "emoji_only.csv": (60, ("neg", "pos"), 0),
    "float_int_labels.csv": (120, ("0", "1"), 0),
    "ids_and_extra.csv": PLAIN,
    "imbalanced.csv": (300, ("neg", "pos"), 0),
    "json_bool.jsonl": (120, ("false", "true"), 0),
    "json_types.jsonl": (120, ("0", "1", "false", "true"), 0),
    "labels_1_to_12.csv": (144, tuple(map(str, range(1, 13))), 0),
    "labels_zero_width.csv": PLAIN,
    "less_than.csv": PLAIN,
    "missing_labels.csv": (108, ("neg", "pos"), 12),
    "na_texts.csv": PLAIN,
    "nan_string_labels.csv": (108, ("neg", "pos"), 12),
    "no_header.csv": PLAIN,
    "packed.csv.gz": PLAIN,
    "same_in_out.csv": PLAIN,
    "semicolon.csv": PLAIN,
    "semicolon_comma_in_header.csv": PLAIN,
    "sep_line_comma.csv": PLAIN,
    "sep_line_semicolon.csv": PLAIN,
    "tiny12.csv": (12, ("neg", "pos"), 0),
    "trailing_columns.csv": PLAIN,
    "tsv_lone_quote.tsv": PLAIN,
}


@pytest.mark.parametrize("name", CASES)
def test_texts_and_classes(name, shared):
    corpus = catalog.load(Settings(data=str(shared / "cases" / name)))
    assert (len(corpus.texts), corpus.class_names, len(corpus.unlabelled)) == CASES[name]


@pytest.mark.parametrize(("name", "texts", "classes"), [("classes150.csv", 1200, 150), ("classes400.csv", 2800, 400)])
def test_many_classes_are_in_every_split(name, texts, classes, shared):
    corpus = catalog.load(Settings(data=str(shared / "cases" / name)))
    assert (len(corpus.texts), len(corpus.class_names)) == (texts, classes)
    drawn = split(corpus, None, 0)
    assert len(set(corpus.labels[drawn.train])) == len(set(corpus.labels[drawn.test])) == classes


def test_names_of_classes_that_are_anything(shared):
    names = catalog.load(Settings(data=str(shared / "cases" / "label_names.csv"))).class_names
    assert {name[:30] for name in names} == {
        *("../../etc", '<script>alert("x")</script>', "L" * 30, "a/b\\c", 'naïve, "quoted"', "😀 joy"),
    }


def test_texts_that_begin_alike_are_read_to_where_they_differ(shared):
    corpus = catalog.load(Settings(data=str(shared / "cases" / "boilerplate.csv")))
    drawn = clean_parts(corpus, split(corpus, None, 0), Cleaner(True, "none"))
    length = fitting_length(corpus, drawn["train"].cleaned)
    parts, _ = prepare(corpus, drawn, None, length)
    assert {name: len(part.texts) for name, part in parts.items()} == {"train": 80, "validation": 20, "test": 20}
    with pytest.raises(DataError, match=rf"first 64 words, all that is read.* --sequence-length {length}\.$"):
        prepare(corpus, drawn, None, 64)


@pytest.mark.parametrize(
    ("name", "words"), [("awww.csv", "awww evening garden"), ("less_than.csv", "when x y the kettle")]
)
def test_words_beside_what_looks_like_an_address_or_a_tag_stay(name, words, shared):
    text = catalog.load(Settings(data=str(shared / "cases" / name))).texts[0]
    cleaned = Cleaner(True, "none").clean(text)
    assert cleaned.startswith(words)
    assert len(cleaned.split()) == len(re.findall(r"\w+", text))


def test_rare_classes(shared):
    path = str(shared / "cases" / "many_rare_classes.csv")
    with pytest.raises(DataError, match=r"^9 classes have too few texts, 'rare0' \(3 texts\), .*'rare8' .*--rare drop"):
        catalog.load(Settings(data=path))
    assert catalog.load(Settings(data=path, rare="drop")).class_names == ("neg", "pos")
    assert catalog.load(Settings(data=path, rare="merge")).class_names == ("neg", "pos", "other")


@pytest.mark.parametrize(("name", "encoding"), [("german.csv", "cp1252"), ("turkish.csv", "cp1254")])
def test_letters_in_other_encodings(name, encoding, shared, write):
    original = shared / "cases" / name
    path = write(original.read_text(encoding="utf-8").encode(encoding))
    assert catalog.load(Settings(data=str(path))).texts == catalog.load(Settings(data=str(original))).texts


@pytest.mark.parametrize(
    ("name", "language", "words"),
    [
        ("chinese.csv", "zh", "影 丑 本 看 买 本 差 一 习 作 本 差 友 习"),
        ("russian.csv", "none", "отвратительный камера отвратительный ужасный одеяло велосипед велосипед ужасный"),
        ("emoji_only.csv", "none", "😀 😀 👍"),
        ("german.csv", "none", "bücher übel hässlich tür tür garten küche grässlich"),  # keywords have no language
        ("turkish.csv", "none", "bilet lamba bahçe sıkıcı zayıf çirkin ilik pencere"),
        ("some_emoji.csv", "none", "😀 👍"),
    ],
)
def test_texts_of_every_script_are_read(name, language, words, shared):
    corpus = catalog.load(Settings(data=str(shared / "cases" / name)))
    assert choose_language(corpus, split(corpus, None, 0).train) == language
    cleaned = [Cleaner(True, language).clean(text) for text in corpus.texts]
    assert cleaned[0] == words
    assert all(cleaned)
    letters = {character for text in corpus.texts for character in text.lower() if character.isalpha()}
    assert {character for text in cleaned for character in text} >= letters
