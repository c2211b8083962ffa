"""Which characters are words by themselves, which are no part of a word, and what script a character belongs to."""

from __future__ import annotations

import functools
import unicodedata

from data.languages.letters import character_class

# Scripts that write no spaces between words, in whole blocks: Han, Kana, Thai, Lao, Khmer and Myanmar. BERT parts Han
# in the same way: https://github.com/google-research/bert/blob/master/multilingual.md.
_UNSPACED = character_class(
    "3005-3007 3021-3029 3038-303b 3400-4dbf 4e00-9fff f900-faff 20000-2fa1f 30000-3134f 3041-309f 30a1-30ff 31f0-31ff "
    "ff66-ff9f 1b000-1b16f e00-eff 1000-109f a9e0-a9ff aa60-aa7f 1780-17ff"
)
# Signs of these scripts that stand above, below or around the letter before them.
SIGNS = character_class(
    "e31 e34-e3a e47-e4e eb1 eb4-ebc ec8-ecd 102b-103e 1056-1059 105e-1060 1062-1064 1067-106d 1071-1074 1082-108d "
    "108f 109a-109d a9e5 aa7b-aa7d 17b6-17d3 17dd 3099-309a"
)
# Pictographs, in whole blocks where there are such: emoji that are new next year stand in them already. 21ae is what
# 2194 and a stroke through it are composed to.
PICTOGRAPHS = character_class(
    "203c 2049 2194-2199 21a9-21aa 21ae 231a-231b 2328 23cf 23e9-23fa 2600-27bf 2934-2935 2b05-2b07 2b1b-2b1c 2b50 "
    "2b55 1f000-1f3fa 1f400-1faff"
)
# A word each, with the signs that follow it.
SINGLE = _UNSPACED + PICTOGRAPHS
# Deleted, so that what stands on both sides is one word: joiners, soft hyphens, marks of direction and presentation,
# skin tones, keycaps and what else encloses a symbol, tags, fillers, and the Arabic stroke that only lengthens a word.
IGNORED = character_class(
    "ad 34f 640 115f-1160 17b4-17b5 180b-180f 200c-200f 202a-202e 2060-2064 2066-206f 20dd-20e0 20e2-20e4 3164 "
    "fe00-fe0f feff ffa0 1f3fb-1f3ff e0001 e0020-e007f e0100-e01ef"
)


@functools.lru_cache(maxsize=100_000)
def script_of(letter: str) -> str | None:
    """The script of a letter, by its name in Unicode; `None` for what is no letter.

    >>> script_of("ж"), script_of("中"), script_of("1")
    ('Cyrillic', 'Han', None)
    """
    if unicodedata.category(letter)[0] != "L":
        return None
    words = unicodedata.name(letter, "OTHER").split(" ")
    first = words[1] if words[0] in ("FULLWIDTH", "HALFWIDTH") and len(words) > 1 else words[0]
    return {"CJK": "Han", "IDEOGRAPHIC": "Han"}.get(first, first.capitalize())
