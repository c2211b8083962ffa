"""Stop words are NLTK's, and each is a word that cleaning leaves."""

import zipfile

import pytest

from data.cleaning import NO_LANGUAGE, Cleaner
from data.languages.catalog import FOLDER, LANGUAGES, stop_words

LISTED = sorted(path.stem for path in FOLDER.iterdir())


def test_every_list_belongs_to_a_language():
    assert set(LISTED) | {"en"} == {code for code in LANGUAGES if stop_words(code)}


@pytest.mark.parametrize("code", LISTED)
def test_lists_are_nltk_s(code, nltk_stop_words_file):
    with zipfile.ZipFile(nltk_stop_words_file) as archive:
        words = archive.read(f"stopwords/{LANGUAGES[code].name.lower()}").decode().split()
    if code == "hu":  # NLTK's copy was read in the wrong encoding, and has an abbreviation
        words = [word.translate(str.maketrans("õû", "őű")).rstrip(".") for word in words]
    assert stop_words(code) == frozenset(words)


@pytest.mark.parametrize("code", LANGUAGES)
def test_stop_words_are_words_once_cleaned(code):
    cleaner = Cleaner(language=NO_LANGUAGE if code != "tr" else code)
    assert [word for word in stop_words(code) if cleaner.spaced(word).decode().strip() != word] == []
    if code != "en":  # its negations are stems, and words that are no stop words
        assert set(LANGUAGES[code].kept.split()) <= stop_words(code)
