"""Which language texts are in, by their letters and their stop words; none where that is not clear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from data.cleaning import NO_LANGUAGE, Cleaner
from data.languages.catalog import LANGUAGES, Language, stop_words
from data.languages.scripts import script_of

TEXTS, CHARACTERS = 1000, 2000  # so many texts are looked at, and so much of each
MOST = 0.5  # of the letters: the script that the texts are in
KANA = 0.1  # of Japanese letters at least, beside Han
OFTEN = 0.005  # of the letters: `Language.letter`
MARGIN = 1.3  # times as many as in any other language: Danish and Norwegian are too much alike for that


def detect_language(texts: Iterable[str]) -> str:
    """The code of the language that most of the texts are in, see `data.languages.catalog`; `none` where unclear.

    It is the only language of its script; or, of those that share it, the one that has clearly the most stop words in
    the texts. Keywords without grammar have no language.

    >>> detect_language(["Der Film war gut, aber das Ende ist zu lang."]), detect_language(["kino film"])
    ('de', 'none')
    """
    cleaner = Cleaner(language=NO_LANGUAGE)
    words = Counter(word for text in texts for word in cleaner.clean(text[:CHARACTERS]).split(" "))
    letters = _letters(words)
    scripts = _scripts(letters)
    script, count = max(scripts.items(), key=lambda item: item[1], default=("", 0))
    if count <= MOST * sum(scripts.values()):
        return NO_LANGUAGE
    found = {code: language for code, language in LANGUAGES.items() if language.script == script}
    for code, language in found.items():
        if language.alone:
            return code
    shares = sorted(((_share(words, code), code) for code in found if stop_words(code)), reverse=True)
    (best, code), (second, _) = [*shares, (0.0, NO_LANGUAGE), (0.0, NO_LANGUAGE)][:2]
    if best < MARGIN * second or not _may_be(LANGUAGES.get(code), best, letters):
        return NO_LANGUAGE
    return code


def _letters(words: Counter[str]) -> Counter[str]:
    letters: Counter[str] = Counter()
    for word, count in words.items():
        for letter in word:
            letters[letter] += count
    return letters


def _scripts(letters: Counter[str]) -> Counter[str]:
    """How many letters of each script there are; Han is Japanese where enough kana stand beside it."""
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        if script := script_of(letter):
            scripts[{"Hiragana": "Kana", "Katakana": "Kana"}.get(script, script)] += count
    if scripts["Kana"] >= KANA * (scripts["Kana"] + scripts["Han"]):
        scripts["Kana"] += scripts.pop("Han", 0)
    return scripts


def _share(words: Counter[str], code: str) -> float:
    known = stop_words(code)
    return sum(count for word, count in words.items() if word in known) / sum(words.values())


def _may_be(language: Language | None, share: float, letters: Counter[str]) -> bool:
    if language is None or share < language.share:
        return False
    return not language.letter or letters[language.letter] >= OFTEN * letters.total()
