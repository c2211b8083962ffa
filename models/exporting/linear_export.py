"""The linear reference as an `Exportable`: terms are counted, weighted and summed within the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from data.cleaning import Cleaner
from models.exporting import graph_text, linear_onnx
from models.exporting.exportable import Tokens
from models.exporting.tokenizer_file import word_tokenizer
from models.linear import LinearModel

if TYPE_CHECKING:
    import onnx


class LinearExport(tf.Module):
    """TF-IDF of words and pairs of words, and the linear model on it, over word ids.

    Args:
        model: the fitted model as arrays.
        cleaner: how texts become words.
    """

    runs_in_openvino = False  # it has no table to look terms up in

    def __init__(self, model: LinearModel, cleaner: Cleaner):
        super().__init__()
        words = sorted({word for term in model.terms for word in term.split(" ")})
        self.vocabulary = ["", "[UNK]", *words]
        ids = {word: at for at, word in enumerate(self.vocabulary)}
        # Its rows are first and last word, or padding and the word. An array: of lists, TensorFlow would save each one.
        self.terms = np.array([[0, *(ids[word] for word in term.split(" "))][-2:] for term in model.terms])
        self.model, self.cleaner = model, cleaner
        self.word_ids = graph_text.WordIds(self.vocabulary)
        keys = self._key(self.terms[:, 1], self.terms[:, 0])
        self.columns = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(tf.constant(keys, tf.int64), tf.range(len(keys), dtype=tf.int64)),
            default_value=-1,
        )
        self.inverse_frequencies = tf.Variable(model.inverse_frequencies, trainable=False)
        self.weights = tf.Variable(model.weights, trainable=False)
        self.bias = tf.Variable(model.bias, trainable=False)

    def _key(self, last, first=0):
        """One number for a word, or for a pair; padding, at the end of a text, is the `last` of no term."""
        return first * len(self.vocabulary) + last

    def tokens(self, texts: tf.Tensor) -> Tokens:
        return {"token_ids": self.word_ids(graph_text.clean(texts, self.cleaner), None)}

    def probabilities(self, tokens: Tokens) -> tf.Tensor:
        ids = tf.cast(tokens["token_ids"], tf.int64)  # (batch, words)
        keys = tf.concat([self._key(ids), self._key(ids[:, 1:], ids[:, :-1])], axis=1)
        columns = self.columns.lookup(keys)  # (batch, 2 words - 1); -1 where there is no such term
        rows = tf.shape(columns, tf.int64)[0]
        row = tf.broadcast_to(tf.range(rows)[:, None], tf.shape(columns))
        known = columns >= 0
        places = tf.boolean_mask(row * len(self.terms) + columns, known)
        places, _, counts = tf.unique_with_counts(tf.sort(places), out_idx=tf.int64)
        row, column = places // len(self.terms), places % len(self.terms)
        values = (1 + tf.math.log(tf.cast(counts, tf.float64))) * tf.gather(self.inverse_frequencies, column)
        squares = tf.math.unsorted_segment_sum(values**2, row, rows)
        scores = tf.math.unsorted_segment_sum(values[:, None] * tf.gather(self.weights, column), row, rows)
        lengths = tf.sqrt(squares)[:, None]
        scores = tf.math.divide_no_nan(scores, lengths) + self.bias  # (batch, classes)
        return tf.cast(tf.nn.softmax(scores), tf.float32)

    def tokens_seen(self, tokens: Tokens) -> tf.Tensor:
        return tf.math.count_nonzero(tokens["token_ids"], axis=1, dtype=tf.int32)

    def tokenizer(self) -> str:
        return word_tokenizer(self.vocabulary, self.cleaner, None).to_str()

    def to_onnx(self) -> onnx.ModelProto:
        return linear_onnx.build(self.model, self.terms, len(self.vocabulary))
