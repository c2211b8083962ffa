"""From a raw post to the words a model reads: six cleaning steps, then NLTK tokens.

Every pattern keeps to explicit classes and to the syntax that Python's `re` and Google's RE2
(https://github.com/google/re2/wiki/Syntax) understand alike, so that a TensorFlow graph can clean exactly as
Python does. One thing must be said to other engines: `\\b` is a boundary of ASCII words, which RE2's is and which
`re.ASCII` makes of Python's. Letters outside a-z are special characters here: stop words and vocabulary are English.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from data.stopwords import NEGATIONS, STOP_WORDS

MINIMUM_TOKEN_LENGTH = 3

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
_ADDRESS = r"[^ \t\r\n<>\"]"
URL = rf"([hH][tT][tT][pP][sS]?|[fF][tT][pP])://{_ADDRESS}+|\b[wW]{{3}}\.{_HOST}{_ADDRESS}*"
EMAIL = r"[a-zA-Z0-9._%+\-]{1,64}@[a-zA-Z0-9][a-zA-Z0-9.\-]{0,254}"
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

_HTML, _URL, _EMAIL, _SPECIAL, _WHITESPACE = (
    re.compile(pattern, re.ASCII) for pattern in (HTML, URL, EMAIL, SPECIAL, WHITESPACE)
)
_IGNORABLE, _UNICODE_WHITESPACE = map(re.compile, (IGNORABLE, UNICODE_WHITESPACE))
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def strip_markup(text: str) -> str:
    """The text without HTML tags and entities, URLs and e-mail addresses: what a pretrained encoder reads.

    Characters are brought to Unicode's form NFKC (a wide letter becomes the plain one, an ellipsis three points).
    Tokenizers do so too, but some before they split at punctuation and some after it.

    >>> strip_markup("See <b>this</b>: https://example.com, it isn't bad\u2026")
    "See this : it isn't bad..."
    """
    for pattern in (_HTML, _URL, _EMAIL):
        text = pattern.sub(" ", text)
    text = _IGNORABLE.sub("", unicodedata.normalize("NFKC", text))
    return _UNICODE_WHITESPACE.sub(" ", text).strip(" ")


def normalize(text: str) -> str:
    """The six steps, in order: lowercase, HTML tags, URLs, e-mail addresses, special characters, whitespace.

    >>> normalize("Visit <i>US</i> at www.example.com, or write to me@example.com!")
    'visit us at or write to'
    """
    text = text.translate(_ASCII_LOWER)
    for pattern in (_HTML, _URL, _EMAIL, _SPECIAL, _WHITESPACE):
        text = pattern.sub(" ", text)
    return text.strip(" ")


@dataclass(frozen=True)
class Cleaner:
    """Cleans texts: `normalize`, NLTK tokens, English stop words and short tokens out, joined again.

    Attributes:
        keep_negations: keep `no`, `not`, `never` and the stems of `don't`, `isn't` ..., which turn
            an opinion round but are stop words or too short by the ordinary rules.

    >>> Cleaner().clean("Visit our website at https://example.com for more info! <b>Special Offer!!!</b>")
    'visit website info special offer'
    >>> Cleaner(keep_negations=True).clean("No, I don't like it.")
    'no don like'
    """

    keep_negations: bool = False

    def clean(self, text: str) -> str:
        """The words of one text that a model reads, separated by single spaces; possibly none."""
        from nltk.tokenize import NLTKWordTokenizer  # 0.5 s to import

        return " ".join(token for token in NLTKWordTokenizer().tokenize(normalize(text)) if self.keeps(token))

    def keeps(self, token: str) -> bool:
        """Whether a token stays."""
        if self.keep_negations and token in NEGATIONS:
            return True
        return len(token) >= MINIMUM_TOKEN_LENGTH and token not in STOP_WORDS


def dropped_words(keep_negations: bool) -> str:
    """A pattern of the words that `Cleaner` drops, for engines that only know regular expressions.

    It says the same as `Cleaner.keeps` of words made of `a-z0-9`, the only ones that `normalize` leaves.
    """
    kept = NEGATIONS if keep_negations else frozenset()
    letters = string.ascii_lowercase + string.digits
    firsts: dict[str, str] = {}  # by what may follow them in a word too short to stay
    for first in letters:
        seconds = "".join(second for second in letters if first + second not in kept)
        firsts[seconds] = firsts.get(seconds, "") + first
    short = [f"[{first}][{seconds}]?" for seconds, first in firsts.items()]
    stop = [word for word in STOP_WORDS - kept if word.isalnum() and len(word) >= MINIMUM_TOKEN_LENGTH]
    return rf"\b(?:{'|'.join(short)}|{_alternatives(stop)})\b"


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
