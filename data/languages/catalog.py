"""Every language that texts can be said to be in: its script, its stop words, and which of them an opinion needs.

Stop words are the Snowball project's lists, https://snowballstem.org/algorithms/, as NLTK has them in
https://github.com/nltk/nltk_data (corpora/stopwords): function words alone. (The lists of `stopwordsiso` and
`stop-words` are longer and hold *gut*, *besser*, *bueno*, *плохо*, *iyi*, by which opinions are told apart.) They are
carried, as the English ones are, so that no result depends on a download. A language without such a list has none.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from data.languages.english import NEGATIONS, STOP_WORDS

FOLDER = Path(__file__).parent / "stop_words"


@dataclass(frozen=True)
class Language:
    """A language.

    Attributes:
        name: in English.
        script: in which it is written, as `data.languages.scripts.script_of` names it.
        kept: stop words that turn an opinion round, or are one.
        letter: one that it uses often and languages much like it do not.
        share: of the words of a text in it that are stop words, at least; in other languages there are fewer.
        alone: whether no other language is written in its script.
    """

    name: str
    script: str
    kept: str = ""
    letter: str = ""
    share: float = 0.25
    alone: bool = False


LANGUAGES = {
    "en": Language("English", "Latin", " ".join(sorted(NEGATIONS))),
    "da": Language("Danish", "Latin", "ikke"),
    "de": Language("German", "Latin", "kein keine keinem keinen keiner keines nicht nichts ohne"),
    "es": Language("Spanish", "Latin", "no ni sin nada contra"),
    "fi": Language("Finnish", "Latin", "en et ei emme ette eivät"),
    "fr": Language("French", "Latin", "ne n pas"),
    "hu": Language("Hungarian", "Latin", "ne nem nincs nélkül sem jó jól jobban"),
    "it": Language("Italian", "Latin", "non contro"),
    "nl": Language("Dutch", "Latin", "geen niet niets zonder"),
    "no": Language("Norwegian", "Latin", "ikke ikkje ingen ingi inkje uten"),
    "pt": Language("Portuguese", "Latin", "não nem sem"),
    "ru": Language("Russian", "Cyrillic", "не нет ни ничего никогда нельзя без хорошо лучше", "ы"),
    "sv": Language("Swedish", "Latin", "inte icke ej ingen utan"),
    "tr": Language("Turkish", "Latin", "hiç", "ı", 0.1),
    "ar": Language("Arabic", "Arabic"),
    "el": Language("Greek", "Greek", alone=True),
    "he": Language("Hebrew", "Hebrew"),
    "hi": Language("Hindi", "Devanagari"),
    "ja": Language("Japanese", "Kana", alone=True),
    "ko": Language("Korean", "Hangul", alone=True),
    "th": Language("Thai", "Thai", alone=True),
    "zh": Language("Chinese", "Han", alone=True),
}


@functools.cache
def stop_words(code: str) -> frozenset[str]:
    """The stop words of a language, each one word once texts are cleaned; none where there is no list."""
    if code == "en":
        return frozenset(word for word in STOP_WORDS if word.isalnum())  # the others are taken apart by cleaning
    path = FOLDER / f"{code}.txt"
    return frozenset(path.read_text(encoding="utf-8").split()) if path.exists() else frozenset()
