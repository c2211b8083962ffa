"""The linear reference as a graph of TensorFlow: terms are counted, weighted and summed within it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tensorflow as tf

from models.exporting import graph_text
from models.exporting.exportable import Tokens

if TYPE_CHECKING:
    from models.exporting.linear.export import LinearExport


class LinearGraph(tf.Module):
    """TF-IDF of words and pairs of words, and the linear model on it, over word ids."""

    def __init__(self, linear: LinearExport):
        super().__init__()
        self.cleaner, self.words, self.terms = linear.cleaner, len(linear.vocabulary), len(linear.terms)
        self.word_ids = graph_text.WordIds(linear.vocabulary)
        keys = self._key(linear.terms[:, 1], linear.terms[:, 0])
        self.columns = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(tf.constant(keys, tf.int64), tf.range(len(keys), dtype=tf.int64)),
            default_value=-1,
        )
        self.inverse_frequencies = tf.Variable(linear.model.inverse_frequencies, trainable=False)
        self.weights = tf.Variable(linear.model.weights, trainable=False)
        self.bias = tf.Variable(linear.model.bias, trainable=False)

    def _key(self, last, first=0):
        """One number for a word, or for a pair; padding, at the end of a text, is the `last` of no term."""
        return first * self.words + last

    def tokens(self, texts: tf.Tensor) -> Tokens:
        return {"token_ids": self.word_ids(graph_text.clean(texts, self.cleaner), None)}

    def probabilities(self, tokens: Tokens) -> tf.Tensor:
        ids = tf.cast(tokens["token_ids"], tf.int64)  # (batch, words)
        keys = tf.concat([self._key(ids), self._key(ids[:, 1:], ids[:, :-1])], axis=1)
        columns = self.columns.lookup(keys)  # (batch, 2 words - 1); -1 where there is no such term
        rows = tf.shape(columns, tf.int64)[0]
        row = tf.broadcast_to(tf.range(rows)[:, None], tf.shape(columns))
        known = columns >= 0
        places = tf.boolean_mask(row * self.terms + columns, known)
        places, _, counts = tf.unique_with_counts(tf.sort(places), out_idx=tf.int64)
        row, column = places // self.terms, places % self.terms
        values = (1 + tf.math.log(tf.cast(counts, tf.float64))) * tf.gather(self.inverse_frequencies, column)
        squares = tf.math.unsorted_segment_sum(values**2, row, rows)
        scores = tf.math.unsorted_segment_sum(values[:, None] * tf.gather(self.weights, column), row, rows)
        lengths = tf.sqrt(squares)[:, None]
        scores = tf.math.divide_no_nan(scores, lengths) + self.bias  # (batch, classes)
        return tf.cast(tf.nn.softmax(scores), tf.float32)

    def tokens_seen(self, tokens: Tokens) -> tf.Tensor:
        return tf.math.count_nonzero(tokens["token_ids"], axis=1, dtype=tf.int32)
