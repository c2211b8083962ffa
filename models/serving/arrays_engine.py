"""Runs `linear.npz` with NumPy: the linear model without a graph. Loading runs no code from the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.serving.engines import Answer
from models.serving.formats import Format
from models.serving.reading.hash_table import HashTable
from models.serving.reading.ragged import Ragged
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
            terms, self.weights = arrays["terms"].astype(np.int64), np.ascontiguousarray(arrays["weights"].T)
            self.frequencies, self.bias = arrays["inverse_frequencies"], arrays["bias"]
        self.unknown = len(terms)  # the column of what is no term
        self.words = int(terms.max(initial=1)) + 1
        is_pair = terms[:, 0] > 0
        self.column_of_word = np.full(self.words, self.unknown)
        self.column_of_word[terms[~is_pair, 1]] = np.flatnonzero(~is_pair)
        self.pairs = HashTable((terms[is_pair] @ [self.words, 1]).astype(np.uint64))
        self.column_of_pair = np.append(np.flatnonzero(is_pair), self.unknown)  # the last one for EMPTY, which is -1

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
        scores = np.stack([np.bincount(text, values * weights[column], count) for weights in self.weights], axis=1)
        logits = scores / np.maximum(np.sqrt(squares), np.finfo(float).tiny)[:, None] + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)

    def _terms(self, ids: np.ndarray, text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Text and column of every term, once for each time that it stands there."""
        columns = self.column_of_word[ids]
        known = columns != self.unknown
        texts, columns = text[known], columns[known]
        if len(self.column_of_pair) == 1:
            return texts, columns
        neighbors = np.flatnonzero(text[:-1] == text[1:])
        keys = ids[neighbors].astype(np.int64) * self.words + ids[neighbors + 1]
        pairs = self.column_of_pair[self.pairs.find(keys.astype(np.uint64))]
        known = pairs != self.unknown
        return np.append(texts, text[neighbors[known]]), np.append(columns, pairs[known])


def load(folder: Path, entry: Format) -> ArraysEngine:
    """The engine of the linear model's arrays in an export folder."""
    (file,) = entry.files
    return ArraysEngine(folder, file)
