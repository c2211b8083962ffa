"""Writes `model_int8.onnx`: the ONNX export with its weights as 8-bit integers."""

from __future__ import annotations

from models.exporting.exportable import RECURRENT_OPERATORS, ExportRefused, ExportTask
from models.serving.runtimes import import_onnxruntime


def write(task: ExportTask) -> None:
    """Writes `model_int8.onnx` of the `model.onnx` beside it; activations are quantized as they come.

    Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html.

    Raises:
        ExportRefused: there is nothing in it that ONNX Runtime can quantize.
    """
    import onnx

    onnxruntime = import_onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Weights that are only reshaped before use must be constants by then, or they stay as they are.
    folded = task.folder / "folded.onnx"
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folded)
    onnxruntime.InferenceSession(task.source, options, providers=["CPUExecutionProvider"])
    # The matrices of a recurrent layer stay as they are: rounding would add up over the words.
    kept = [node.name for node in onnx.load(folded).graph.node if node.op_type in RECURRENT_OPERATORS]
    settings = {"weight_type": QuantType.QInt8, "nodes_to_exclude": kept}
    try:
        quantize_dynamic(folded, task.target, per_channel=True, **settings)
    except AssertionError:  # ONNX Runtime 1.20 looks rows up only in a matrix that has one scale
        quantize_dynamic(folded, task.target, **settings)
    folded.unlink()
    kinds = {tensor.data_type for tensor in onnx.load(task.target).graph.initializer}
    if onnx.TensorProto.INT8 not in kinds:
        task.target.unlink()
        raise ExportRefused("nothing in the model can be quantized")
