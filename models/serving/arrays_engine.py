"""Runs `linear.npz` with NumPy: the linear model without a graph. Loading runs no code from the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.serving.engines import Answer
from models.serving.formats import Format
from models.serving.ragged import Ragged
from models.serving.tokenized_engine import load_readers


class ArraysEngine:
    """Answers with the linear model's arrays.

    Args:
        folder: with `tokenizer.json`.
        file: name of the arrays' file in it: `terms`, the word ids of V terms, first and last word or 0 and the word,
            `int32 (V, 2)`; their `inverse_frequencies` `(V,)` and `weights` `(V, classes)`; `bias` `(classes,)`.
    """

    def __init__(self, folder: Path, file: str):
        (self.reader,) = load_readers(folder).values()
        with np.load(folder / file, allow_pickle=False) as arrays:
            terms, self.weights = arrays["terms"].astype(np.int64), arrays["weights"]
            self.frequencies, self.bias = arrays["inverse_frequencies"], arrays["bias"]
        self.unknown = len(terms)  # the column of what is no term
        self.words = int(terms.max(initial=1)) + 1
        is_pair = terms[:, 0] > 0
        self.column_of_word = np.full(self.words, self.unknown)
        self.column_of_word[terms[~is_pair, 1]] = np.flatnonzero(~is_pair)
        self.columns_of_pairs = _Table(terms[is_pair] @ [self.words, 1], np.flatnonzero(is_pair), self.unknown)

    def answer(self, texts: Sequence[str]) -> Answer:
        return self.answer_in_batches(texts, len(texts))

    def answer_in_batches(self, texts: Sequence[str], batch_size: int) -> Answer:
        """The answers to at least one text; `batch_size` bounds the memory they take."""
        found = []
        for start in range(0, len(texts), batch_size):
            tokens = self.reader.read(texts[start : start + batch_size])
            found.append(Answer(self._probabilities(tokens), tokens.lengths))
        return Answer(*map(np.concatenate, zip(*found, strict=True)))

    def _probabilities(self, tokens: Ragged) -> np.ndarray:
        """Softmax of the weighted terms of each text, its vector brought to length 1: `float32 (n, classes)`."""
        count = len(tokens.lengths)
        text = np.repeat(np.arange(count), tokens.lengths)
        text, column = self._terms(tokens.ids, text)
        keys, counts = np.unique(text * self.unknown + column, return_counts=True)
        text, column = np.divmod(keys, self.unknown)
        values = (1 + np.log(counts)) * self.frequencies[column]
        squares = np.bincount(text, values**2, count)  # (n,)
        scores = np.stack(
            [np.bincount(text, values * self.weights[column, name], count) for name in range(len(self.bias))], axis=1
        )
        logits = scores / np.maximum(np.sqrt(squares), np.finfo(float).tiny)[:, None] + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)

    def _terms(self, ids: np.ndarray, text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Text and column of every term, once for each time that it stands there."""
        columns = self.column_of_word[ids]
        known = columns != self.unknown
        texts, columns = text[known], columns[known]
        if not self.columns_of_pairs.size:
            return texts, columns
        neighbors = np.flatnonzero(text[:-1] == text[1:])
        pairs = self.columns_of_pairs.find(ids[neighbors].astype(np.int64) * self.words + ids[neighbors + 1])
        known = pairs != self.unknown
        return np.append(texts, text[neighbors[known]]), np.append(columns, pairs[known])


class _Table:
    """A hash table of whole numbers, looked up many at a time: open addressing, the next place where one is taken.

    Args:
        keys: different from each other, at least 0.
        values: of the keys.
        missing: value of what is no key.
    """

    FACTOR = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio's bits, so that neighbors are spread (Knuth 6.4)

    def __init__(self, keys: np.ndarray, values: np.ndarray, missing: int):
        self.size = len(keys)
        bits = max(4, int(2 * self.size).bit_length())
        self.shift, self.last = np.uint64(64 - bits), (1 << bits) - 1
        self.keys, self.values = np.full(1 << bits, -1, np.int64), np.full(1 << bits, missing, np.int64)
        waiting, places = np.arange(self.size), self._places(keys)
        while len(waiting):
            is_free = self.keys[places] < 0
            self.keys[places[is_free]] = keys[waiting[is_free]]  # of several at one place the last one stays
            is_there = self.keys[places] == keys[waiting]
            self.values[places[is_there]] = values[waiting[is_there]]
            waiting, places = waiting[~is_there], (places[~is_there] + 1) & self.last

    def _places(self, keys: np.ndarray) -> np.ndarray:
        return ((keys.astype(np.uint64) * self.FACTOR) >> self.shift).astype(np.int64)

    def find(self, keys: np.ndarray) -> np.ndarray:
        """The value of each key."""
        places = self._places(keys)
        found = self.keys[places]
        values = self.values[places]
        waiting = np.flatnonzero((found != keys) & (found >= 0))  # another key stands there
        while len(waiting):
            places[waiting] = (places[waiting] + 1) & self.last
            found = self.keys[places[waiting]]
            values[waiting] = self.values[places[waiting]]
            waiting = waiting[(found != keys[waiting]) & (found >= 0)]
        return values


def load(folder: Path, entry: Format) -> ArraysEngine:
    """The engine of the linear model's arrays in an export folder."""
    (file,) = entry.files
    return ArraysEngine(folder, file)
