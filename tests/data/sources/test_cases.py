"""Small files as people bring them, each with something that goes wrong easily: how many texts, which classes."""

import pytest

from data.cleaning import Cleaner
from data.corpus import DataError
from data.deciding import choose_language
from data.sources import catalog
from data.splits.split import split
from training.settings import Settings

PLAIN = (120, ("neg", "pos"), 0)
CASES = {
    "blank_rows.csv": PLAIN,
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
    "missing_labels.csv": (108, ("neg", "pos"), 12),
    "na_texts.csv": PLAIN,
    "nan_string_labels.csv": (108, ("neg", "pos"), 12),
    "no_header.csv": PLAIN,
    "packed.csv.gz": PLAIN,
    "semicolon.csv": PLAIN,
    "semicolon_comma_in_header.csv": PLAIN,
    "sep_line_comma.csv": PLAIN,
    "sep_line_semicolon.csv": PLAIN,
    "trailing_columns.csv": PLAIN,
    "tsv_lone_quote.tsv": PLAIN,
}


@pytest.mark.parametrize("name", CASES)
def test_texts_and_classes(name, shared):
    corpus = catalog.load(Settings(data=str(shared / "cases" / name)))
    assert (len(corpus.texts), corpus.class_names, len(corpus.unlabelled)) == CASES[name]


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
