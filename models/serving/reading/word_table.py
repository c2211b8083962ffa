"""The words of a text in UTF-8, looked up all at once.

A word of up to 16 bytes, as nearly all are, is two numbers of 8 bytes. They are folded into one key, by which its row
is found, and then compared with those of the row, so that nothing but the word itself is taken for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.serving.reading.hash_table import EMPTY, HashTable

SPACE = 32
HALF = 8  # bytes
FOLD = np.uint64(0xD6E8FEB86659FD93)  # odd, so that no two second halves fold alike


class WordTable:
    """Values of words.

    Args:
        values: by word, 32-bit integers.
    """

    def __init__(self, values: Mapping[str, int]):
        encoded = [word.encode() for word in values]
        text = b" ".join(encoded)
        places = np.cumsum([0, *(len(word) + 1 for word in encoded)])[:-1]
        lengths = np.array([len(word) for word in encoded], np.int64)
        self.values = np.array([*values.values(), 0], np.int32)  # the last one for EMPTY, which is -1
        self.lengths = np.append(lengths, 0)
        first, self.second, keys = _numbers(text, places, lengths)
        self.second = np.append(self.second, np.uint64(0))
        short = np.flatnonzero(lengths <= 2 * HALF)
        keys, rows = np.unique(keys[short], return_index=True)
        self.table, self.rows = HashTable(keys), np.append(short[rows], EMPTY)
        # Longer words, and one whose key is another's: none, unless somebody seeks it.
        in_table = set(self.rows.tolist())
        self.others = {word: row for row, word in enumerate(encoded) if row not in in_table}

    def find(self, text: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the words in a text, which stand between spaces, all three `(words,)`: where each begins, how long it is
        in bytes, and its row in `values`; `EMPTY` for one that has none.
        """
        is_letter = np.frombuffer(b" " + text + b" ", np.uint8) != SPACE
        edges = np.flatnonzero(is_letter[1:] != is_letter[:-1])
        places, ends = edges[::2], edges[1::2]
        lengths = ends - places
        _, second, keys = _numbers(text, places, lengths)
        rows = self.rows[self.table.find(keys)]
        rows[(self.lengths[rows] != lengths) | (self.second[rows] != second)] = EMPTY
        for at in np.flatnonzero(lengths > 2 * HALF) if self.others else ():
            rows[at] = self.others.get(text[places[at] : ends[at]], EMPTY)
        return places, lengths, rows


def _numbers(text: bytes, places: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first and the second 8 bytes of words, with zeros behind their ends, and both folded into one."""
    padded = text + bytes(2 * HALF)
    windows = np.ndarray((len(padded) - HALF + 1,), np.dtype("<u8"), padded, strides=(1,))
    bits = 8 * np.clip(lengths, 0, HALF).astype(np.uint64)
    first = windows[places] & _ones(bits)
    second = np.zeros_like(first)
    long = np.flatnonzero(lengths > HALF)
    if len(long):
        bits = 8 * np.clip(lengths[long] - HALF, 0, HALF).astype(np.uint64)
        second[long] = windows[places[long] + HALF] & _ones(bits)
    return first, second, first ^ (second * FOLD)


def _ones(bits: np.ndarray) -> np.ndarray:
    """As many of the lowest bits set, 1 to 64 of them."""
    return np.uint64(2**64 - 1) >> (np.uint64(64) - bits)
