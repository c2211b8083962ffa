"""Keras's recurrent layers as ONNX's own operators LSTM and RNN.

tf2onnx would write TensorFlow's loop, a dozen operations a word. The operators take the number of words of each text,
so that they also read a batch that is no longer than its longest text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import keras
import numpy as np
import tensorflow as tf

LSTM_ACTIVATIONS = ("Sigmoid", "Tanh", "Tanh")  # of gates, candidate and output
RNN_ACTIVATIONS = {keras.activations.tanh: ("Tanh",), keras.activations.relu: ("Relu",)}
KINDS = [("LSTM", LSTM_ACTIVATIONS), *(("RNN", activations) for activations in RNN_ACTIVATIONS.values())]
PLACEHOLDER = "EagerPyFunc"  # the operation of TensorFlow that stands in their place, see `write_operator`


@contextmanager
def operators_for_loops() -> Iterator[None]:
    """While it lasts, a recurrent layer that is traced leaves a placeholder in the graph."""
    with (
        patch.object(keras.layers.LSTM, "inner_loop", _read_lstm),
        patch.object(keras.layers.SimpleRNN, "inner_loop", _read_rnn),
    ):
        yield


def _read_lstm(layer, sequences, initial_state, mask, training=False):  # noqa: ARG001  the signature of `inner_loop`
    cell, units = layer.cell, layer.cell.units
    input_gate, forget, candidate, output = range(4)  # where Keras has the gates; in ONNX they have another order

    def gates(weights: tf.Tensor) -> tf.Tensor:
        parts = tf.split(tf.convert_to_tensor(weights), 4, axis=-1)
        return tf.concat([parts[at] for at in (input_gate, output, forget, candidate)], axis=-1)

    weights = [gates(cell.kernel), gates(cell.recurrent_kernel), gates(cell.bias)]
    assert (cell.activation, cell.recurrent_activation) == (keras.activations.tanh, keras.activations.sigmoid)
    return _read(("LSTM", LSTM_ACTIVATIONS), layer, sequences, mask, weights, units)


def _read_rnn(layer, sequences, initial_state, mask, training=False):  # noqa: ARG001
    cell = layer.cell
    weights = [tf.convert_to_tensor(weight) for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)]
    return _read(("RNN", RNN_ACTIVATIONS[cell.activation]), layer, sequences, mask, weights, cell.units)


def _read(kind: tuple[str, tuple[str, ...]], layer, sequences, mask, weights: list[tf.Tensor], units: int):
    """The placeholder of `kind`, an operator and its activations.

    Returns:
        Last state `(batch, units)`, all states `(batch, tokens, units)`, and the last one in a list.
    """
    batch, tokens = tf.unstack(tf.shape(sequences)[:2])
    lengths = tf.fill([batch], tokens) if mask is None else tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
    kernel, recurrent, bias = (tf.cast(weight, tf.float32) for weight in weights)
    given = [
        tf.transpose(tf.cast(sequences, tf.float32), [1, 0, 2]),  # (tokens, batch, width)
        tf.transpose(kernel)[None],
        tf.transpose(recurrent)[None],
        tf.concat([bias, tf.zeros_like(bias)], axis=0)[None],
        lengths,
        tf.constant([KINDS.index(kind), int(layer.go_backwards), units]),
    ]
    last, states = tf.py_function(lambda *_: None, given, [tf.float32, tf.float32])
    last, states = tf.ensure_shape(last, [None, units]), tf.ensure_shape(states, [None, None, units])
    # The operators leave it open what the state behind no word is.
    last = last * tf.cast(lengths > 0, last.dtype)[:, None]
    states = tf.transpose(states, [1, 0, 2])  # (batch, tokens, units)
    return last, tf.reverse(states, [1]) if layer.go_backwards else states, [last]


def write_operator(context, node, _name, _arguments) -> None:
    """Puts the operator in the place of its placeholder; a handler of tf2onnx."""
    at, backwards, units = node.inputs[5].get_tensor_value()
    inputs, (last, states) = node.input[:5], node.output
    context.remove_node(node.name)
    operator, activations = KINDS[at]
    read = context.make_node(
        operator,
        inputs,
        attr={
            "direction": "reverse" if backwards else "forward",
            "hidden_size": units,
            "activations": list(activations),
        },
        output_count=2,
        shapes=[[-1, 1, -1, units], [1, -1, units]],
        dtypes=[1, 1],  # float32
    )
    for source, axis, target, shape in (
        (read.output[0], 1, states, [-1, -1, units]),
        (read.output[1], 0, last, [-1, units]),
    ):
        axes = context.make_const(f"{read.name}_axis_{axis}", np.array([axis])).output[0]
        context.make_node("Squeeze", [source, axes], outputs=[target], shapes=[shape], dtypes=[1])
