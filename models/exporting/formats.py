"""Writes an `Exportable` in each format, as files that need neither Keras nor this project."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

from data.files import write_json
from models.exporting.exportable import Exportable, ExportCard, ExportRefused
from models.serving.engines import CLASSIFIER, OUTPUT, TOKENIZER
from models.serving.runtimes import import_onnxruntime, import_openvino


def write_common(exportable: Exportable, card: ExportCard, folder: Path) -> None:
    """Writes what the token-level formats need beside them: tokenizer, class names, and the run's data card."""
    exportable.tokenizer().save(str(folder / TOKENIZER), pretty=False)
    write_json(folder / CLASSIFIER, asdict(card))


def write_saved_model(exportable: Exportable, class_names: list[str], folder: Path) -> None:
    """Writes `saved_model/1/`, laid out as TensorFlow Serving wants it.

    Its signature `serving_default` takes `text`, strings of shape `(batch,)`, and gives `label`, strings `(batch,)`,
    `probabilities`, `float32 (batch, classes)`, and `tokens_seen`, `int32 (batch,)`. What `write_common` wrote of the
    classifier goes in as an asset.
    """
    import tensorflow as tf

    class Served(tf.Module):
        def __init__(self):
            super().__init__()
            self.model = exportable
            self.class_names = tf.constant(class_names)
            self.description = tf.saved_model.Asset(str(folder / CLASSIFIER))

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def serve(self, text):
            tokens = self.model.tokens(text)
            probabilities = self.model.probabilities(tokens)
            return {
                "label": tf.gather(self.class_names, tf.argmax(probabilities, axis=1)),
                "probabilities": probabilities,
                "tokens_seen": self.model.tokens_seen(tokens),
            }

    served = Served()
    tf.saved_model.save(served, str(folder / "saved_model" / "1"), signatures={"serving_default": served.serve})


def write_onnx(exportable: Exportable, folder: Path) -> None:
    """Writes `model.onnx`, from token ids to probabilities."""
    import onnx

    onnx.save(exportable.to_onnx(), folder / "model.onnx")


def write_onnx_int8(folder: Path) -> None:
    """Writes `model_int8.onnx` of `model.onnx`: weights as 8-bit integers, activations quantized as they come.

    Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html.

    Raises:
        ExportRefused: there is nothing in it that ONNX Runtime can quantize.
    """
    import onnx

    onnxruntime = import_onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Weights that are only reshaped before use must be constants by then, or they stay as they are.
    folded = folder / "folded.onnx"
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folded)
    onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
    target = folder / "model_int8.onnx"
    # The matrices of a recurrent layer, within its loop, stay as they are: rounding would add up over the words.
    quantize_dynamic(folded, target, weight_type=QuantType.QInt8, per_channel=True)
    folded.unlink()
    kinds = {tensor.data_type for tensor in onnx.load(target).graph.initializer}
    if onnx.TensorProto.INT8 not in kinds:
        target.unlink()
        raise ExportRefused("nothing in the model can be quantized")


def write_openvino(exportable: Exportable, folder: Path) -> None:
    """Writes `openvino.xml` and `openvino.bin`, from token ids to probabilities, in full precision.

    Raises:
        ExportRefused: OpenVINO lacks an operation of the model.
    """
    import tensorflow as tf

    openvino = import_openvino()
    if not exportable.runs_in_openvino:
        raise ExportRefused("OpenVINO has no operation that looks terms up: use onnx or saved_model")
    texts = tf.TensorSpec([None], tf.string)
    tokens = tf.function(exportable.tokens).get_concrete_function(texts).structured_outputs
    signature = {name: tf.TensorSpec(tensor.shape, tensor.dtype, name) for name, tensor in tokens.items()}
    module = tf.Module()
    module.model = exportable
    module.answer = tf.function(lambda **tokens: {OUTPUT: exportable.probabilities(tokens)})
    token_level = folder / "token_level"
    answer = module.answer.get_concrete_function(**signature)
    tf.saved_model.save(module, str(token_level), signatures={"serving_default": answer})
    try:
        model = openvino.convert_model(token_level)
    except RuntimeError as error:
        reason = " ".join(str(error).split("Summary:")[-1].split())
        raise ExportRefused(f"OpenVINO cannot read it: {reason[:200]}") from error
    finally:
        shutil.rmtree(token_level)
    openvino.save_model(model, folder / "openvino.xml", compress_to_fp16=False)
