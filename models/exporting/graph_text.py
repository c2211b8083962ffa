"""From raw texts to a model's input within a TensorFlow graph, exactly as Python does it for training.

The patterns are those of `data.cleaning`; RE2 (https://github.com/google/re2/wiki/Syntax) reads them as `re` does.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from data.cleaning import (
    CONTRACTIONS,
    EMAIL,
    HTML,
    IGNORABLE,
    IGNORED_CHARACTERS,
    OTHER,
    SINGLE_WORD,
    SPECIAL,
    UNICODE_WHITESPACE,
    URL,
    WHITESPACE,
    Cleaner,
)
from data.words.cutting import LEFT, RIGHT
from data.words.vectorizing import PADDING, UNKNOWN
from models.exporting.graph_composing import compose


def as_utf8(texts: tf.Tensor) -> tf.Tensor:
    """The texts with U+FFFD for every byte that is not UTF-8, which patterns would pass over."""
    return tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8", errors="replace")


def clean(texts: tf.Tensor, cleaner: Cleaner) -> tf.Tensor:
    """`cleaner.clean` of each text, but for spaces left over at dropped words.

    Args:
        texts: UTF-8 strings of shape `(batch,)`.
        cleaner: how they become words.
    """
    replace = tf.strings.regex_replace
    texts = as_utf8(texts)
    if cleaner.is_published:
        texts = tf.strings.lower(texts)  # ASCII letters only
        for pattern in (HTML, URL, EMAIL, SPECIAL, WHITESPACE):
            texts = replace(texts, pattern, " ")
        for word, tokens in CONTRACTIONS.items():
            texts = replace(texts, rf"\b{word}\b", tokens)
        return replace(texts, rf"\b(?:{cleaner.dropped_words})\b", "")
    for pattern in (HTML, URL, EMAIL):
        texts = replace(texts, pattern, " ")
    texts = compose(replace(replace(texts, IGNORED_CHARACTERS, ""), OTHER, " "))
    for letter, small in cleaner.lowered.items():
        texts = replace(texts, letter, small)
    texts = replace(compose(tf.strings.lower(texts, encoding="utf-8")), SINGLE_WORD, r" \1 ")
    if not cleaner.dropped_words:
        return texts
    # RE2 has boundaries of ASCII words alone: each word is given a space of its own on both sides instead.
    texts = tf.strings.join([" ", replace(texts, " ", "  "), " "])
    return replace(texts, f" (?:{cleaner.dropped_words}) ", " ")


def strip_markup(texts: tf.Tensor) -> tf.Tensor:
    """`data.cleaning.strip_markup` of each text, strings of shape `(batch,)`, and without NUL bytes.

    The graph then has an operation of TensorFlow Text: who loads it must `import tensorflow_text` first.
    """
    import tensorflow_text

    texts = as_utf8(texts)
    for pattern in (HTML, URL, EMAIL):
        texts = tf.strings.regex_replace(texts, pattern, " ")
    texts = tf.strings.regex_replace(tensorflow_text.normalize_utf8(texts, "NFKC"), IGNORABLE, "")
    texts = tf.strings.strip(tf.strings.regex_replace(texts, UNICODE_WHITESPACE, " "))
    return tf.strings.regex_replace(texts, "\\x00", "")  # the tokenizer would stop there


class WordIds(tf.Module):
    """Token ids of cleaned texts: what `data.words.vectorizing.vectorize` gives.

    Args:
        vocabulary: words by id, padding and `[UNK]` first.
    """

    def __init__(self, vocabulary: Sequence[str]):
        super().__init__()
        words = tf.constant(list(vocabulary[UNKNOWN + 1 :]))
        ids = tf.range(UNKNOWN + 1, len(vocabulary), dtype=tf.int32)
        self.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(words, ids), UNKNOWN)

    def __call__(self, cleaned: tf.Tensor, sequence_length: int | None, side: str = RIGHT) -> tf.Tensor:
        """`int32` of shape `(batch, sequence_length)`, cut on one side or padded with 0 at the end; `None` keeps every
        word.
        """
        words = tf.strings.split(cleaned)
        if sequence_length is not None:
            words = words[:, -sequence_length:] if side == LEFT else words[:, :sequence_length]
        return self.table.lookup(words).to_tensor(PADDING, shape=(None, sequence_length))
