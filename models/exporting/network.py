"""A trained Keras model as an `Exportable`: the small architectures, and a pretrained encoder with its head."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf
from tokenizers import Tokenizer

from models.exporting.exportable import Tokens
from models.exporting.onnx_conversion import convert


class Network(tf.Module):
    """A Keras model behind the tokenizer it was trained with.

    Args:
        model: from `token_ids`, or `token_ids` and `padding_mask`, to probabilities `(batch, classes)`.
        to_tokens: raw texts `(batch,)` to the model's input, within a graph.
        tokenizer: the same without TensorFlow.
    """

    runs_in_openvino = True

    def __init__(
        self, model: keras.Model, to_tokens: Callable[[tf.Tensor], Tokens], tokenizer: Callable[[], Tokenizer]
    ):
        super().__init__()
        # A SavedModel needs the variables and the tables behind `to_tokens`, and nothing else of Keras.
        self.kept_variables = [variable.value for variable in model.variables]
        self.tables = to_tokens if isinstance(to_tokens, tf.Module) else None
        self.to_tokens = to_tokens
        self.call_model = lambda tokens: model(tokens, training=False)
        self.make_tokenizer = tokenizer
        self.make_onnx = lambda: convert(model)

    @property
    def graph(self) -> Network:
        return self

    def tokens(self, texts: tf.Tensor) -> Tokens:
        return self.to_tokens(texts)

    def probabilities(self, tokens: Tokens) -> tf.Tensor:
        return self.call_model(tokens if "padding_mask" in tokens else tokens["token_ids"])

    def tokens_seen(self, tokens: Tokens) -> tf.Tensor:
        mask = tokens.get("padding_mask", tf.cast(tokens["token_ids"] != 0, tf.int32))
        return tf.reduce_sum(mask, axis=1)

    def tokenizer(self) -> str:
        return self.make_tokenizer().to_str()

    def to_onnx(self):
        return self.make_onnx()
