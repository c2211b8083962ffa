"""A Keras model as ONNX by tf2onnx, in memory and time that grow with the weights and no faster.

tf2onnx folds and copies constants many times over, so that weights of a few hundred megabytes take more than 20 GB.
Here it never sees them: the weights are inputs of what is converted, and become constants of the finished file. An
encoder of 90 MB then takes 6 s and 1.3 GB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

import keras
import numpy as np
import onnx
import tensorflow as tf

from models.exporting.exportable import ANY_BATCH, ANY_LENGTH, ONNX_OPSET
from models.exporting.recurrent_onnx import PLACEHOLDER, operators_for_loops, write_operator
from models.serving.engines import OUTPUT
from models.serving.runtimes import import_onnxruntime

SAME = 1e-6  # of a probability


def convert(model: keras.Model) -> onnx.ModelProto:
    """The model as ONNX: inputs `token_ids` and, if it has one, `padding_mask`; output `probabilities`.

    Rows may be of any length where padding behind the longest of a batch does not change what the model answers.

    Args:
        model: a functional model on the TensorFlow backend; dropout is left out.
    """
    try:
        proto = _convert(model, any_length=True)
        if _answers_alike(model, proto):
            return proto
    except Exception:  # what a graph of fixed lengths does not allow, TensorFlow and ONNX Runtime each say in their way
        pass  # and a step of tf2onnx that fails is left out below
    return _convert(model, any_length=False)


def _answers_alike(model: keras.Model, proto: onnx.ModelProto) -> bool:
    """Whether rows of one to all tokens get the same answers with and without padding up to the full length."""
    length = model.inputs[0].shape[1]
    if length is None:
        return True
    session = import_onnxruntime().InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    vocabulary = next(layer.input_dim for layer in model.layers if hasattr(layer, "input_dim"))
    random = np.random.default_rng(0)
    for tokens in sorted({1, 2, *random.integers(1, length, 6).tolist()}):
        ids = np.zeros((8, length), np.int32)
        ids[:, :tokens] = random.integers(1, vocabulary, (8, tokens))
        padded, cut = (session.run(None, {model.inputs[0].name: rows})[0] for rows in (ids, ids[:, :tokens]))
        if np.abs(padded - cut).max() > SAME:
            return False
    return True


def _convert(model: keras.Model, any_length: bool) -> onnx.ModelProto:
    import tf2onnx

    inputs = model.input if isinstance(model.input, dict) else {model.input.name: model.input}
    trainable, frozen = model.trainable_variables, model.non_trainable_variables
    weights = [*trainable, *frozen]

    @tf.function(autograph=False)
    def answer(*arguments):
        tokens, values = dict(zip(inputs, arguments, strict=False)), arguments[len(inputs) :]
        given = tokens if isinstance(model.input, dict) else tokens[model.input.name]
        result, _ = model.stateless_call(values[: len(trainable)], values[len(trainable) :], given, training=False)
        return tf.identity(result, name=OUTPUT)

    signature = [
        tf.TensorSpec([None, None] if any_length else tensor.shape, tf.int32, name) for name, tensor in inputs.items()
    ]
    signature += [tf.TensorSpec(weight.shape, weight.dtype, f"weight_{at}") for at, weight in enumerate(weights)]
    handlers: dict[str, tuple[Callable, list]] = {"Erfc": (_write_erfc, []), PLACEHOLDER: (write_operator, [])}
    with operators_for_loops(), _without_copies() if any_length else nullcontext():
        proto, _ = tf2onnx.convert.from_function(answer, signature, opset=ONNX_OPSET, custom_op_handlers=handlers)
    graph = proto.graph
    values = {f"weight_{at}": np.asarray(weight) for at, weight in enumerate(weights)}
    used = _inputs(graph) & values.keys()  # seeds of dropout are not
    graph.initializer.extend(onnx.numpy_helper.from_array(values[name], name) for name in sorted(used))
    kept = [entry for entry in graph.input if entry.name not in values]
    del graph.input[:]
    graph.input.extend(kept)
    for node in graph.node:
        node.output[:] = [OUTPUT if name == graph.output[0].name else name for name in node.output]
        node.input[:] = [OUTPUT if name == graph.output[0].name else name for name in node.input]
    graph.output[0].name = OUTPUT
    for entry in graph.input:
        batch, tokens = entry.type.tensor_type.shape.dim
        batch.dim_param = ANY_BATCH
        if any_length:
            tokens.dim_param = ANY_LENGTH
    onnx.checker.check_model(proto)
    return proto


@contextmanager
def _without_copies() -> Iterator[None]:
    """While it lasts, tf2onnx improves a graph in place. It would copy all of it before each of dozens of steps, to go
    on where one fails, which takes longer than everything else: the Transformer 3.0 s instead of 1.4.
    """
    from tf2onnx import optimizer

    def optimize(graph, _catch_errors=True, *rest, **named):
        return kept(graph, False, *rest, **named)

    kept = optimizer.optimize_graph
    with patch.object(optimizer, "optimize_graph", optimize):
        yield


def _inputs(graph: onnx.GraphProto) -> set[str]:
    """Names of everything that a node of the graph, or of a loop's body within it, reads."""
    names = {name for node in graph.node for name in node.input}
    bodies = (attribute.g for node in graph.node for attribute in node.attribute if attribute.HasField("g"))
    return names.union(*map(_inputs, bodies))


def _write_erfc(context, node, _name, _arguments):
    """1 - erf, for exact GELU: ONNX has no complementary error function, and tf2onnx none either."""
    output, source = node.output[0], node.input[0]
    kind, shape = context.get_dtype(output), context.get_shape(output)
    one = context.make_const(f"{node.name}_one", np.array(1, np.float32)).output[0]
    context.remove_node(node.name)
    error = context.make_node("Erf", [source], dtypes=[kind], shapes=[shape]).output[0]
    context.make_node("Sub", [one, error], outputs=[output], dtypes=[kind], shapes=[shape])
