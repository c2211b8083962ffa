"""From a raw post to the words a model reads.

20 Newsgroups and the built-in sample are cleaned as was published: six steps, then NLTK tokens; letters outside a-z are
special characters, stop words are English. In all other texts the letters of every script are letters, however they and
their marks are written, in scripts without spaces each is a word, as each emoji is, and stop words are those of the
texts' language.

Every pattern keeps to explicit classes and to the syntax that Python's `re` and Google's RE2
(https://github.com/google/re2/wiki/Syntax) understand alike, so that a TensorFlow graph can clean exactly as
Python does. One thing must be said to other engines: `\\b` is a boundary of ASCII words, which RE2's is and which
`re.ASCII` makes of Python's.
"""

from __future__ import annotations

import functools
import re
import string
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data.languages.catalog import LANGUAGES, stop_words
from data.languages.composing import compose
from data.languages.english import NEGATIONS, STOP_WORDS
from data.languages.letters import LETTERS
from data.languages.scripts import IGNORED, PICTOGRAPHS, SIGNS, SINGLE

MINIMUM_TOKEN_LENGTH = 3  # of English words
PUBLISHED, NO_LANGUAGE, ENGLISH = "published", "none", "en"

# Each pattern has the form of what it is meant for, so that the words around it stay. Repeats that are bounded, or that
# end at the next `<`, keep the time linear on hostile input; 64 and 255 are the limits of RFC 5321.
_SPACE = r"[ \t\r\n]"
_NAME = r"[a-zA-Z][a-zA-Z0-9:._\-]{0,63}"
_VALUE = r"(?:\"[^\"<>]*\"|'[^'<>]*'|[^ \t\r\n\"'<>]+)"
# What may stand in a tag without a value, in HTML 4 and in https://html.spec.whatwg.org/multipage/indices.html.
_FLAGS = (
    "async autofocus autoplay checked compact controls default defer disabled hidden inert ismap loop multiple muted "
    "nohref nomodule noresize noshade novalidate nowrap open playsinline readonly required reversed selected"
)
# Not (?i:...): some engines take the long s for an s and the Kelvin sign for a k.
_FLAG = "|".join("".join(f"[{letter}{letter.upper()}]" for letter in flag) for flag in _FLAGS.split())
# `<y the kettle is on >` is a comparison: in a tag, nothing but attributes follows the name.
_TAG = rf"</?{_NAME}(?:{_SPACE}+(?:{_NAME}{_SPACE}*={_SPACE}*{_VALUE}|{_FLAG}))*{_SPACE}*/?>"
_COMMENT = r"<!--[^>]{0,1000}-->|<![a-zA-Z\[\-][^<>]{0,255}>"
_ENTITY = r"&#?[a-zA-Z0-9]{1,31};"
HTML = f"{_COMMENT}|{_TAG}|{_ENTITY}"
# `www.` begins a word of ASCII letters, and a host begins with a letter or digit of any script: "Awww...good" is none.
_HOST = "[a-zA-Z0-9\u00c0-\u1fff\u3041-\ud7ff]"
# Chinese and Japanese go on behind an address without a space.
_ADDRESS = '[^ \\t\\r\\n<>"\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]'
URL = rf"([hH][tT][tT][pP][sS]?|[fF][tT][pP])://{_ADDRESS}+|\b[wW]{{3}}\.{_HOST}{_ADDRESS}*"
_LOCAL, _LONGEST_LOCAL = r"a-zA-Z0-9._%+\-", 64
_DOMAIN = r"@[a-zA-Z0-9][a-zA-Z0-9.\-]{0,254}"
EMAIL = rf"[{_LOCAL}]{{1,{_LONGEST_LOCAL}}}{_DOMAIN}"
SPECIAL = r"[^a-z0-9 \t\r\n]"
WHITESPACE = r"[ \t\r\n]+"

# What `str.split` takes for a space.
UNICODE_WHITESPACE = "[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
# What Unicode's case folding deletes, other than the format characters, at which pretrained tokenizers split.
IGNORABLE = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]+"
# The words that NLTK's tokenizer takes apart, of those that are left once only letters and digits are.
CONTRACTIONS = {
    "cannot": "can not",
    "gimme": "gim me",
    "gonna": "gon na",
    "gotta": "got ta",
    "lemme": "lem me",
    "wanna": "wan na",
}

# Texts other than those published: what is no letter, what is no character at all, and what is a word by itself.
OTHER = f"[^{LETTERS}{PICTOGRAPHS} ]+"
IGNORED_CHARACTERS = f"[{IGNORED}]+"
SINGLE_WORD = f"([{SINGLE}][{SIGNS}]*)"
# Letters that some engines lower by what stands beside them, or to two characters, are lowered first.
LOWERED = {"\u0130": "i", "\u03a3": "\u03c3"}  # dotted I, sigma
TURKISH = {"tr": {"I": "\u0131"}}

_HTML, _URL, _AT_DOMAIN = (re.compile(pattern, re.ASCII) for pattern in (HTML, URL, _DOMAIN))
_compiled = functools.cache(re.compile)  # when first needed: letters of every script take 20 ms
_WWW = ("ww.", "WW.", "wW.", "Ww.")  # one of them stands in every address without a scheme
_LOCAL_LETTERS = string.ascii_letters + string.digits + "._%+-"
# Each byte of a text in ASCII in lowercase, and what is no letter or digit as a space.
_ASCII_WORDS = bytes(ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else 32 for code in range(256))


def strip_markup(text: str) -> str:
    """The text without HTML tags and entities, URLs and e-mail addresses: what a pretrained encoder reads.

    Characters are brought to Unicode's form NFKC (a wide letter becomes the plain one, an ellipsis three points).
    Tokenizers do so too, but some before they split at punctuation and some after it.

    >>> strip_markup("See <b>this</b>: https://example.com, it isn't bad\u2026")
    "See this : it isn't bad..."
    """
    text = _compiled(IGNORABLE).sub("", unicodedata.normalize("NFKC", without_markup(text)))
    return _compiled(UNICODE_WHITESPACE).sub(" ", text).strip(" ")


def normalize(text: str) -> str:
    """The six steps, in order: lowercase, HTML tags, URLs, e-mail addresses, special characters, whitespace.

    >>> normalize("Visit <i>US</i> at www.example.com, or write to me@example.com!")
    'visit us at or write to'
    """
    # The patterns know no case, so that to lower the text behind them gives the same.
    return " ".join(_ascii_words(without_markup(text)).decode().split())


def without_markup(text: str) -> str:
    """The text with a space in place of every HTML tag and entity, URL and e-mail address.

    A text is searched for these only where it holds the sign that they cannot do without, which most texts lack.
    """
    if "<" in text and ">" in text or "&" in text and ";" in text:
        text = _HTML.sub(" ", text)
    if "://" in text or any(sign in text for sign in _WWW):
        text = _URL.sub(" ", text)
    return _without_addresses(text) if "@" in text else text


def _without_addresses(text: str) -> str:
    """The text with a space in place of every match of `EMAIL`, looked for from the sign in its middle."""
    parts, end = [], 0
    for domain in _AT_DOMAIN.finditer(text):
        at = domain.start()
        before = text[max(end, at - _LONGEST_LOCAL) : at]
        start = at - len(before) + len(before.rstrip(_LOCAL_LETTERS))
        if start < at:
            parts.append(text[end:start])
            end = domain.end()
    return " ".join([*parts, text[end:]])


def _ascii_words(text: str) -> bytes:
    """The text in lowercase, with a space in place of each character but a-z and 0-9."""
    return text.encode("ascii", "replace").translate(_ASCII_WORDS)


@dataclass(frozen=True)
class Cleaner:
    """How texts become words: it travels in the data card and in what each model says of itself.

    Attributes:
        keep_negations: keep `no`, `not`, `never` and the stems of `don't`, `isn't` ..., which turn
            an opinion round but are stop words or too short by the ordinary rules; likewise in other languages.
        language: whose stop words are dropped, a code of `data.languages.catalog`; `none`; or `published` for the six
            steps of `normalize`, NLTK tokens, and English stop words.

    >>> Cleaner().clean("Visit our website at https://example.com for more info! <b>Special Offer!!!</b>")
    'visit website info special offer'
    >>> Cleaner(keep_negations=True).clean("No, I don't like it.")
    'no don like'
    >>> Cleaner(True, "de").clean("Das war nicht sch\u00f6n: 3 \u00d7 \u7535\u5f71 \U0001f44d\U0001f3fd!")
    'nicht schön 3 电 影 👍'
    """

    keep_negations: bool = False
    language: str = PUBLISHED

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Cleaner:
        """From a data card, or from what a model says of itself; older ones only say whether negations were kept."""
        return cls(**facts["cleaning"]) if "cleaning" in facts else cls(facts["keep_negations"])

    @property
    def is_published(self) -> bool:
        """Whether texts are cleaned as was published."""
        return self.language == PUBLISHED

    @property
    def title(self) -> str:
        """What is said of the language beside the number of texts."""
        if self.is_published:
            return "cleaned as published, English stop words"
        if self.language == NO_LANGUAGE:
            return "no language recognized or named, no stop words"
        name = LANGUAGES[self.language].name
        return f"{name}, its stop words dropped" if stop_words(self.language) else f"{name}, no stop words"

    @property
    def description(self) -> str:
        """What is done to a text, in sentences."""
        steps = "Everything is put in lowercase. HTML tags, addresses, special characters and extra spaces are removed"
        short = ", words of fewer than three letters" if self._drops_short else ""
        kept = "but not negations such as not and never" if self.keep_negations else "negations among them"
        if self.is_published:
            return f"{steps}{short} and English stop words too ({kept}); letters are a to z."
        name = "" if self.language == NO_LANGUAGE else f" {LANGUAGES[self.language].name}"
        stop = f" and{name} stop words too ({kept})" if stop_words(self.language) else "; stop words stay"
        return (
            f"{steps}{short}{stop}. Letters are those of every script; in scripts without spaces each character is a "
            "word, as each emoji is."
        )

    @property
    def lowered(self) -> dict[str, str]:
        """Letters, by what each is replaced with before all others are lowered."""
        return {} if self.is_published else LOWERED | TURKISH.get(self.language, {})

    def clean(self, text: str) -> str:
        """The words of one text that a model reads, separated by single spaces; possibly none."""
        dropped, least = self.dropped, self.shortest
        words = self.spaced(text).decode().split()
        if self.is_published and not CONTRACTIONS.keys().isdisjoint(words):
            # NLTK's tokens: it takes these few words apart and leaves all others, in fifty times the time.
            words = [part for word in words for part in CONTRACTIONS.get(word, word).split()]
        return " ".join([word for word in words if word not in dropped and (len(word) >= least or self.keeps(word))])

    def spaced(self, text: str) -> bytes:
        """The words of one text in their order, in UTF-8, with one space or more between them: those among them that
        `keeps` drops, and `CONTRACTIONS` whole.
        """
        text = without_markup(text)
        if self.is_published or (text.isascii() and self.language not in TURKISH):
            return _ascii_words(text)
        text = compose(_compiled(OTHER).sub(" ", _compiled(IGNORED_CHARACTERS).sub("", text)))
        for letter, small in self.lowered.items():
            text = text.replace(letter, small)
        return _compiled(SINGLE_WORD).sub(r" \1 ", compose(text.lower())).encode()

    def keeps(self, token: str) -> bool:
        """Whether a token stays."""
        if token in self.kept:
            return True
        return token not in self.dropped and (len(token) >= self.shortest or not token.isascii())

    @property
    def shortest(self) -> int:
        """Fewest letters of a word of ASCII letters and digits that stays, unless it is one of `kept`."""
        return MINIMUM_TOKEN_LENGTH if self._drops_short else 0

    @functools.cached_property
    def dropped(self) -> frozenset[str]:
        """Words that do not stay."""
        return self._stop_words - self.kept

    @functools.cached_property
    def kept(self) -> frozenset[str]:
        """Words that stay whatever else is said of them."""
        if not self.keep_negations or self.language == NO_LANGUAGE:
            return frozenset()
        return NEGATIONS if self.is_published else frozenset(LANGUAGES[self.language].kept.split())

    @functools.cached_property
    def dropped_words(self) -> str:
        """A pattern of the words that are dropped, for engines that only know regular expressions; empty for none.

        It says the same as `keeps` of words without special characters, the only ones that are left by then.
        """
        stop = [word for word in self.dropped if word.isalnum()]
        if not self._drops_short:
            return _alternatives(stop)
        letters = string.ascii_lowercase + string.digits
        firsts: dict[str, str] = {}  # by what may follow them in a word too short to stay
        for first in letters:
            seconds = "".join(second for second in letters if first + second not in self.kept)
            firsts[seconds] = firsts.get(seconds, "") + first
        short = [f"[{first}][{seconds}]?" for seconds, first in firsts.items()]
        return f"{'|'.join(short)}|{_alternatives(word for word in stop if len(word) >= MINIMUM_TOKEN_LENGTH)}"

    @functools.cached_property
    def _drops_short(self) -> bool:
        return self.language in (PUBLISHED, ENGLISH)

    @functools.cached_property
    def _stop_words(self) -> frozenset[str]:
        return STOP_WORDS if self.is_published else stop_words(self.language)


def _alternatives(words: Iterable[str]) -> str:
    """A pattern of the words that shares their beginnings, so that an engine that tries one by one tries few.

    >>> _alternatives(["the", "then", "that"])
    'th(?:at|e(?:n)?)'
    """
    endings: dict[str, list[str]] = {}
    for word in words:
        endings.setdefault(word[:1], []).append(word[1:])
    optional = "?" if endings.pop("", None) else ""
    branches = [first + _alternatives(rest) for first, rest in sorted(endings.items())]
    return f"(?:{'|'.join(branches)}){optional}" if optional and branches or len(branches) > 1 else "".join(branches)
