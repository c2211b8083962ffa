"""A letter and its marks as one character where Unicode has one: its form NFC, https://www.unicode.org/reports/tr15/.

macOS and some exports write `e` and an accent where others write `é`, and Korean syllables in their parts.
"""

from __future__ import annotations

import re
import unicodedata

from data.languages.letters import character_class

# Marks and parts of letters that `tokenizers` does not know, whose tables are of Unicode 9: they stay where they are,
# and what stands on both sides of them is composed by itself.
NEWER = character_class(
    "7fd 898-89f 8ca-8d3 9fe c3c d3b-d3c eba 1715 1abf-1ace 1df6-1dfa a82c 10d24-10d27 10eab-10eac 10f46-10f50 "
    "10f82-10f85 11070 1133b 1145e 11839-1183a 11930 11938 1193d-1193e 11943 119e0 11a34 11a47 11a99 11d42 "
    "11d44-11d45 11d97 16ff0-16ff1 1e130-1e136 1e2ae 1e2ec-1e2ef"
)

_KNOWN = re.compile(f"[^{NEWER}]+")


def compose(text: str) -> str:
    r"""The text with each letter and its marks as one character, or with its marks in their one order.

    >>> compose("cafe\u0301"), compose("\u1112\u1161\u11ab")
    ('café', '한')
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    return _KNOWN.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
