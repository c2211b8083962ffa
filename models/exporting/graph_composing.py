"""Unicode's form NFC within a TensorFlow graph, exactly as `data.languages.composing` has it.

TensorFlow Text can do it too, but a graph with an operation of it is only loaded by who has it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from data.languages.composing import NEWER
from data.languages.letters import LETTERS
from data.languages.scripts import PICTOGRAPHS

BETWEEN = "\n"  # texts; no letter, and nothing is composed across it
LONGEST = 4  # characters that one is taken apart into
MOST = 2**21  # code points
MOST_CLASSES = 256
# Korean syllables are composed by arithmetic, https://www.unicode.org/versions/Unicode15.0.0/ch03.pdf, section 3.12.
LEADS, VOWELS, TAILS, SYLLABLES = (0x1100, 19), (0x1161, 21), (0x11A8, 27), (0xAC00, 11172)  # first one, how many


@dataclass(frozen=True)
class Tables:
    """What Unicode says of letters, Korean syllables left out. Arrays of code points are sorted.

    Attributes:
        marks: characters that are ordered, array of shape `(marks,)`.
        classes: by which, likewise.
        apart: characters that are taken apart, of shape `(characters,)`.
        parts: of these, -1 at the end, of shape `(characters, LONGEST)`.
        pairs: two characters that make one, the first times `MOST` plus the second, of shape `(pairs,)`.
        composed: what they make, likewise.
        concerned: a pattern of all characters by which a text is not in its form NFC, or may not be.
    """

    marks: np.ndarray
    classes: np.ndarray
    apart: np.ndarray
    parts: np.ndarray
    pairs: np.ndarray
    composed: np.ndarray
    concerned: str


@functools.cache
def tables() -> Tables:
    """The tables of the letters that cleaning leaves in a text."""
    known = re.compile(f"[{LETTERS}{PICTOGRAPHS}]")
    newer = re.compile(f"[{NEWER}]")
    letters = [letter for letter in map(chr, range(0x110000)) if known.match(letter) and not newer.match(letter)]
    classes = {ord(letter): order for letter in letters if (order := unicodedata.combining(letter))}
    parts, pairs = {}, {}
    for letter in letters:
        taken_apart = unicodedata.normalize("NFD", letter)
        if taken_apart == letter or _is_in(ord(letter), SYLLABLES):
            continue
        parts[ord(letter)] = [ord(part) for part in taken_apart]
        two = [chr(int(code, 16)) for code in unicodedata.decomposition(letter).split()]
        if len(two) == 2 and unicodedata.normalize("NFC", letter) == letter:
            pairs[ord(two[0]) * MOST + ord(two[1])] = ord(letter)
    keys = sorted(pairs)
    concerned = {*classes, *parts, *(key % MOST for key in keys)} - set(pairs.values())
    concerned |= {first + at for first, count in (VOWELS, TAILS) for at in range(count)}
    return Tables(
        np.array(sorted(classes), np.int32),
        np.array([classes[mark] for mark in sorted(classes)], np.int32),
        np.array(sorted(parts), np.int32),
        np.array([parts[code] + [-1] * (LONGEST - len(parts[code])) for code in sorted(parts)], np.int32),
        np.array(keys, np.int64),
        np.array([pairs[key] for key in keys], np.int32),
        f"[{''.join(map(chr, sorted(concerned)))}]",
    )


def compose(texts: tf.Tensor) -> tf.Tensor:
    """`data.languages.composing.compose` of each text, of which cleaning has left letters, pictographs and spaces.

    Args:
        texts: UTF-8 strings of shape `(batch,)`.
    """
    without = tf.strings.regex_replace(texts, tables().concerned, "")
    return tf.cond(tf.reduce_any(without != texts), lambda: _compose(texts), lambda: texts)


def _compose(texts: tf.Tensor) -> tf.Tensor:
    codes = tf.strings.unicode_decode(tf.strings.reduce_join(texts, separator=BETWEEN), "UTF-8")  # (characters,)
    codes, classes = _ordered(_taken_apart(codes))
    unknown = tf.TensorShape([None])
    codes, _, _ = tf.while_loop(
        lambda *state: state[-1],
        _put_together,
        [codes, classes, tf.constant(True)],
        shape_invariants=[unknown, unknown, tf.TensorShape([])],
    )
    return tf.strings.split(tf.strings.unicode_encode(codes, "UTF-8"), BETWEEN)


def _taken_apart(codes: tf.Tensor) -> tf.Tensor:
    places, found = _places(tables().apart, codes)
    itself = tf.pad(codes[:, None], [[0, 0], [0, LONGEST - 1]], constant_values=-1)
    parts = tf.where(found[:, None], tf.gather(tables().parts, places), itself)  # (characters, LONGEST)
    return tf.boolean_mask(parts, parts >= 0)


def _ordered(codes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The characters with the marks behind each letter in the order of their classes, and their classes."""
    places, found = _places(tables().marks, codes)
    classes = tf.where(found, tf.gather(tables().classes, places), 0)  # 0 of all that are no marks
    letter = tf.cumsum(tf.cast(classes == 0, tf.int64))  # that a mark stands behind
    order = tf.argsort(MOST_CLASSES * letter + tf.cast(classes, tf.int64), stable=True)
    return tf.gather(codes, order), tf.gather(classes, order)


def _put_together(codes: tf.Tensor, classes: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """One more mark, or vowel, put together with each letter before it; the last value says whether there was any."""
    is_letter = classes == 0
    letters = tf.cast(tf.where(is_letter)[:, 0], tf.int32)
    before = tf.gather(tf.concat([[-1], letters], 0), tf.cumsum(tf.cast(is_letter, tf.int32), exclusive=True))
    previous = tf.concat([[0], classes[:-1]], 0)
    # A mark of the same class between them, or a letter, keeps two characters apart.
    free = (before == tf.range(tf.size(codes)) - 1) | ((previous != 0) & (previous < classes))
    composed = _composed(tf.gather(codes, tf.maximum(before, 0)), codes)
    seconds = tf.cast(tf.where(free & (before >= 0) & (composed >= 0))[:, 0], tf.int32)
    firsts = tf.gather(before, seconds)
    is_next = tf.concat([[-1], firsts[:-1]], 0)[: tf.size(firsts)] != firsts  # one for each letter
    seconds, firsts = tf.boolean_mask(seconds, is_next), tf.boolean_mask(firsts, is_next)
    codes = tf.tensor_scatter_nd_update(codes, firsts[:, None], tf.gather(composed, seconds))
    everything, none = tf.fill(tf.shape(codes), True), tf.fill(tf.shape(seconds), False)
    stays = tf.tensor_scatter_nd_update(everything, seconds[:, None], none)
    return tf.boolean_mask(codes, stays), tf.boolean_mask(classes, stays), tf.size(seconds) > 0


def _composed(firsts: tf.Tensor, seconds: tf.Tensor) -> tf.Tensor:
    """What each two characters make, -1 where they stay two."""
    places, found = _places(tables().pairs, tf.cast(firsts, tf.int64) * MOST + tf.cast(seconds, tf.int64))
    made = tf.where(found, tf.gather(tables().composed, places), -1)
    lead, vowel = firsts - LEADS[0], seconds - VOWELS[0]
    syllable = SYLLABLES[0] + (lead * VOWELS[1] + vowel) * (TAILS[1] + 1)
    made = tf.where(_is_in(firsts, LEADS) & _is_in(seconds, VOWELS), syllable, made)
    without_tail = _is_in(firsts, SYLLABLES) & ((firsts - SYLLABLES[0]) % (TAILS[1] + 1) == 0)
    return tf.where(without_tail & _is_in(seconds, TAILS), firsts + seconds - TAILS[0] + 1, made)


def _places(known: np.ndarray, wanted: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Where each value stands among those that are known and sorted, and whether it does."""
    places = tf.minimum(tf.searchsorted(known, wanted), len(known) - 1)
    return places, tf.gather(known, places) == wanted


def _is_in(codes: Any, characters: tuple[int, int]) -> Any:
    """Whether one code point, or each of a tensor, is among so many characters in a row."""
    first, count = characters
    return (codes >= first) & (codes < first + count)
