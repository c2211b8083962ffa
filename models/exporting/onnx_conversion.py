"""A Keras model as ONNX by tf2onnx, in memory and time that grow with the weights and no faster.

tf2onnx folds and copies constants many times over, so that weights of a few hundred megabytes take more than 20 GB.
Here it never sees them: the weights are inputs of what is converted, and become constants of the finished file. An
encoder of 90 MB then takes 6 s and 1.3 GB.
"""

from __future__ import annotations

import keras
import numpy as np
import onnx
import tensorflow as tf

from models.exporting.exportable import ONNX_OPSET
from models.serving.engines import OUTPUT


def convert(model: keras.Model) -> onnx.ModelProto:
    """The model as ONNX: inputs `token_ids` and, if it has one, `padding_mask`; output `probabilities`.

    Args:
        model: a functional model on the TensorFlow backend; dropout is left out.
    """
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

    signature = [tf.TensorSpec(tensor.shape, tf.int32, name) for name, tensor in inputs.items()]
    signature += [tf.TensorSpec(weight.shape, weight.dtype, f"weight_{at}") for at, weight in enumerate(weights)]
    proto, _ = tf2onnx.convert.from_function(
        answer, signature, opset=ONNX_OPSET, custom_op_handlers={"Erfc": (_write_erfc, [])}
    )
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
    onnx.checker.check_model(proto)
    return proto


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
