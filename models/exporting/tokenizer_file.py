"""From raw texts to a model's input without TensorFlow: a `tokenizer.json` as Hugging Face's `tokenizers` reads it.

The file holds cleaning, vocabulary, cutting and padding, so that Python, Rust and JavaScript prepare a text alike. The
patterns are those of `data.cleaning`, which Oniguruma (https://github.com/kkos/oniguruma) reads as `re` does, but for
the word boundary.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from data.cleaning import (
    CONTRACTIONS,
    EMAIL,
    HTML,
    IGNORABLE,
    IGNORED_CHARACTERS,
    OTHER,
    SPECIAL,
    UNICODE_WHITESPACE,
    URL,
    Cleaner,
)
from data.languages.scripts import SIGNS, SINGLE
from data.words.cutting import RIGHT

if TYPE_CHECKING:
    import keras_nlp

PADDING, UNKNOWN = "", "[UNK]"
# Where keras-nlp's WordPieceTokenizer splits: https://github.com/keras-team/keras-hub, word_piece_tokenizer.py.
SPACES = r"[ \t\n\r\f]|\p{Cc}|\p{Cf}"
PUNCTUATION = r"[!-/]|[:-@]|[\[-`]|[{-~]|\p{P}"
CHINESE = (
    "[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f"
    "\U0002b740-\U0002b81f\U0002b820-\U0002ceaf\uf900-\ufaff\U0002f800-\U0002fa1f]"
)
# Oniguruma's `\b` is between words of every script, that of `data.cleaning` and of JavaScript between ASCII ones.
MARKUP = (HTML, URL.replace(r"\b", "(?<![a-zA-Z0-9_])"), EMAIL)
# Where a word of one character begins or ends, see `data.cleaning.SINGLE_WORD`: a replacement cannot repeat its match.
SEAMS = rf"(?<=.)(?=[{SINGLE}])(?![{SIGNS}])|(?<=[{SINGLE}])(?=.)(?![{SIGNS}])|(?<=[^{SINGLE}])(?=[{SIGNS}])"
LONGEST_WORD = 100  # bytes in keras-nlp, characters here; a longer word is unknown


def word_tokenizer(
    vocabulary: Sequence[str], cleaner: Cleaner, sequence_length: int | None, side: str = RIGHT
) -> Tokenizer:
    """The tokenizer of the models that read words.

    Args:
        vocabulary: words by id, padding and `[UNK]` first.
        cleaner: how texts become words.
        sequence_length: words per text, padded at the end; `None` for all of them, padded to the longest text.
        side: on which longer texts are cut.
    """
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(vocabulary)}, UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence(_cleaning(cleaner))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.enable_padding(pad_id=0, pad_token=PADDING, length=sequence_length)
    if sequence_length:
        tokenizer.enable_truncation(sequence_length, direction=side)
    return tokenizer


def word_piece_tokenizer(
    source: keras_nlp.tokenizers.WordPieceTokenizer, cleaner: Cleaner | None, sequence_length: int, side: str = RIGHT
) -> Tokenizer:
    """The tokenizer of a pretrained encoder, padded to the longest text.

    Args:
        source: the encoder's own.
        cleaner: of texts of which it reads the cleaned words; `None` where it reads sentences without markup.
        sequence_length: most tokens per text, the special ones at both ends included.
        side: on which longer texts are cut.
    """
    vocabulary = {piece: at for at, piece in enumerate(source.get_vocabulary())}
    tokenizer = Tokenizer(
        models.WordPiece(
            vocabulary,
            unk_token=source.oov_token,
            max_input_chars_per_word=LONGEST_WORD,
            continuing_subword_prefix=source.suffix_indicator,
        )
    )
    steps = _cleaning(cleaner) if cleaner else _markup()
    if source.strip_accents:
        steps += [normalizers.NFD(), normalizers.StripAccents()]
    if source.lowercase:
        steps += [*_case_folding(), normalizers.NFKC()]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPACES), "removed"),
            pre_tokenizers.Split(Regex(f"{PUNCTUATION}|{CHINESE}" if source.split_on_cjk else PUNCTUATION), "isolated"),
        ]
    )
    start, end = source.cls_token, source.sep_token
    tokenizer.post_processor = processors.TemplateProcessing(
        f"{start} $A {end}", special_tokens=[(start, vocabulary[start]), (end, vocabulary[end])]
    )
    tokenizer.enable_truncation(sequence_length, direction=side)
    tokenizer.enable_padding(pad_id=source.pad_token_id, pad_token=source.pad_token)
    return tokenizer


def _cleaning(cleaner: Cleaner) -> list[normalizers.Normalizer]:
    """`cleaner.clean`, but for spaces left over at dropped words."""
    if not cleaner.is_published:
        dropped = cleaner.dropped_words
        return [
            *(_replace(pattern, " ") for pattern in MARKUP),
            _replace(IGNORED_CHARACTERS, ""),
            _replace(OTHER, " "),
            normalizers.NFC(),
            *(normalizers.Replace(letter, small) for letter, small in cleaner.lowered.items()),
            normalizers.Lowercase(),
            normalizers.NFC(),
            _replace(SEAMS, " "),
            *([_replace(rf"(?<![^ ])(?:{dropped})(?![^ ])", "")] if dropped else []),
        ]
    # Lowercase comes after everything that is not ASCII is gone: Unicode's would make letters a-z of others.
    special = SPECIAL.replace("a-z", "a-zA-Z")
    return [
        *(_replace(pattern, " ") for pattern in (*MARKUP, special)),
        normalizers.Lowercase(),
        *(_replace(rf"\b{word}\b", halves) for word, halves in CONTRACTIONS.items()),
        _replace(rf"\b(?:{cleaner.dropped_words})\b", ""),
    ]


def _markup() -> list[normalizers.Normalizer]:
    """`data.cleaning.strip_markup`, and without the NUL bytes at which TensorFlow's tokenizer would stop."""
    return [
        *(_replace(pattern, " ") for pattern in MARKUP),
        normalizers.NFKC(),
        _replace(IGNORABLE, ""),
        _replace(UNICODE_WHITESPACE, " "),
        normalizers.Replace("\0", ""),
    ]


def _case_folding() -> list[normalizers.Normalizer]:
    """Unicode's case folding, which is `Lowercase` but for some three hundred characters, such as ß and final sigma."""
    characters = map(chr, range(sys.maxunicode + 1))
    return [
        *(
            normalizers.Replace(character, character.casefold())
            for character in characters
            if character.casefold() != character.lower() and unicodedata.is_normalized("NFKC", character)
        ),
        normalizers.Lowercase(),
    ]


def _replace(pattern: str, content: str) -> normalizers.Normalizer:
    return normalizers.Replace(Regex(pattern), content)
