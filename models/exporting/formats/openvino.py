"""Writes `openvino.xml` and `openvino.bin`, from token ids to probabilities, which OpenVINO loads."""

from __future__ import annotations

import shutil

from models.exporting.exportable import ExportRefused, ExportTask
from models.serving.engines import OUTPUT
from models.serving.runtimes import import_openvino


def write(task: ExportTask) -> None:
    """Writes `openvino.xml` and `openvino.bin`, in full precision.

    Raises:
        ExportRefused: OpenVINO lacks an operation of the model, or is not installed.
    """
    try:
        openvino = import_openvino()
    except ImportError as error:
        raise ExportRefused("OpenVINO is not installed: pip install openvino") from error
    if not task.exportable.runs_in_openvino:
        raise ExportRefused("OpenVINO has no operation that looks terms up: choose another format")
    import tensorflow as tf

    graph = task.exportable.graph
    texts = tf.TensorSpec([None], tf.string)
    tokens = tf.function(graph.tokens).get_concrete_function(texts).structured_outputs
    signature = {name: tf.TensorSpec(tensor.shape, tensor.dtype, name) for name, tensor in tokens.items()}
    module = tf.Module()
    module.model = graph
    module.answer = tf.function(lambda **tokens: {OUTPUT: graph.probabilities(tokens)})
    token_level = task.folder / "token_level"
    answer = module.answer.get_concrete_function(**signature)
    tf.saved_model.save(module, str(token_level), signatures={"serving_default": answer})
    try:
        model = openvino.convert_model(token_level)
    except RuntimeError as error:
        reason = " ".join(str(error).split("Summary:")[-1].split())
        raise ExportRefused(f"OpenVINO cannot read it: {reason[:200]}") from error
    finally:
        shutil.rmtree(token_level)
    openvino.save_model(model, task.target, compress_to_fp16=False)
