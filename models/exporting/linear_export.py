"""The linear reference as an `Exportable`: terms are counted, weighted and summed within the graph."""

from __future__ import annotations

import numpy as np
import onnx
import tensorflow as tf
from onnx import helper, numpy_helper
from tokenizers import Tokenizer

from models.exporting import graph_text
from models.exporting.exportable import Tokens
from models.exporting.onnx_conversion import OPSET
from models.exporting.tokenizer_file import word_tokenizer
from models.linear import LinearModel
from models.serving.engines import OUTPUT


class LinearExport(tf.Module):
    """TF-IDF of words and pairs of words, and the linear model on it, over word ids.

    Args:
        model: the fitted model as arrays.
        keep_negations: as for `data.cleaning.Cleaner`.
    """

    runs_in_openvino = False  # it compares every word of a batch with every term: 50 GB for a few hundred texts

    def __init__(self, model: LinearModel, keep_negations: bool):
        super().__init__()
        words = sorted({word for term in model.terms for word in term.split(" ")})
        self.vocabulary = ["", "[UNK]", *words]
        ids = {word: at for at, word in enumerate(self.vocabulary)}
        # Its rows are first and last word, or padding and the word. An array: of lists, TensorFlow would save each one.
        self.terms = np.array([[0, *(ids[word] for word in term.split(" "))][-2:] for term in model.terms])
        self.model, self.keep_negations = model, keep_negations
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
        return {"token_ids": self.word_ids(graph_text.clean(texts, self.keep_negations), None)}

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

    def tokenizer(self) -> Tokenizer:
        return word_tokenizer(self.vocabulary, self.keep_negations, None)

    def to_onnx(self) -> onnx.ModelProto:
        """By hand: ONNX's TfIdfVectorizer counts words and pairs of them."""
        is_pair = self.terms[:, 0] > 0
        singles, pairs = np.flatnonzero(~is_pair), np.flatnonzero(is_pair)
        order = np.concatenate([singles, pairs])  # the operator wants all single words first
        pool = [*self.terms[singles, 1].tolist(), *self.terms[pairs].ravel().tolist()]
        constants = {
            "inverse_frequencies": self.model.inverse_frequencies[order].astype(np.float32),
            "weights": self.model.weights[order].astype(np.float32),
            "bias": self.model.bias.astype(np.float32),
            "one": np.array(1, np.float32),
            "tiny": np.array(np.finfo(np.float32).tiny, np.float32),
            "last_axis": np.array([1], np.int64),
        }
        nodes = [
            helper.make_node(
                "TfIdfVectorizer",
                ["token_ids"],
                ["counts"],
                mode="TF",
                min_gram_length=1,
                max_gram_length=2 if len(pairs) else 1,
                max_skip_count=0,
                ngram_counts=[0, len(singles)] if len(pairs) else [0],
                ngram_indexes=list(range(len(order))),
                pool_int64s=pool,
            ),
            helper.make_node("Max", ["counts", "one"], ["at_least_one"]),
            helper.make_node("Log", ["at_least_one"], ["logarithm"]),
            helper.make_node("Min", ["counts", "one"], ["present"]),
            helper.make_node("Add", ["logarithm", "present"], ["damped"]),  # 1 + ln(count), and 0 where there is none
            helper.make_node("Mul", ["damped", "inverse_frequencies"], ["values"]),
            helper.make_node("ReduceL2", ["values", "last_axis"], ["length"], keepdims=1),
            helper.make_node("Max", ["length", "tiny"], ["positive_length"]),
            helper.make_node("Div", ["values", "positive_length"], ["vector"]),
            helper.make_node("MatMul", ["vector", "weights"], ["scores"]),
            helper.make_node("Add", ["scores", "bias"], ["logits"]),
            helper.make_node("Softmax", ["logits"], [OUTPUT], axis=1),
        ]
        integers, floats = onnx.TensorProto.INT32, onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            nodes,
            "linear",
            [helper.make_tensor_value_info("token_ids", integers, ["batch", "tokens"])],
            [helper.make_tensor_value_info(OUTPUT, floats, ["batch", len(self.model.bias)])],
            [numpy_helper.from_array(value, name) for name, value in constants.items()],
        )
        proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        proto.ir_version = min(proto.ir_version, 9)
        onnx.checker.check_model(proto)
        return proto
