"""ONNX graphs answer as their Keras models do: recurrent layers as operators of ONNX, and rows of any length."""

import numpy as np
import pytest

from models.architectures.sizes import Sizes
from models.catalog import CATALOG, Family, distinct, of_family

RECURRENT = [name for name in distinct(of_family(Family.WORDS)) if CATALOG[name].recurrent]
LENGTH = 9


@pytest.mark.slow
@pytest.mark.parametrize(("mask", "initialization"), [(True, "keras"), (False, "keras"), (False, "torch")], ids=str)
@pytest.mark.parametrize("name", RECURRENT)
def test_a_recurrent_network_becomes_an_operator(name, mask, initialization):
    keras = pytest.importorskip("keras")
    from models.exporting.onnx_conversion import convert
    from models.serving.runtimes import import_onnxruntime

    if keras.backend.backend() != "tensorflow":
        pytest.skip("exports are written on TensorFlow")
    keras.utils.set_random_seed(0)
    sizes = {"vocabulary_size": 20, "sequence_length": LENGTH, "width": 4, "initialization": initialization}
    model = CATALOG[name].build(Sizes(classes=3, mask=mask, **sizes))
    for weight in model.weights:  # biases too, which begin as 0
        weight.assign(np.random.default_rng(1).normal(0, 0.5, weight.shape))
    proto = convert(model)
    operators = [node.op_type for node in proto.graph.node]
    assert {"LSTM", "RNN"} & set(operators)
    assert "Loop" not in operators
    session = import_onnxruntime().InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(2).integers(1, 20, (6, LENGTH)).astype(np.int32)
    for row, length in enumerate((0, 1, 2, 5, LENGTH - 1, LENGTH)):
        ids[row, length:] = 0
    wanted = model.predict(ids, verbose=0)
    np.testing.assert_allclose(session.run(None, {"token_ids": ids})[0], wanted, atol=1e-6)
    # Only where padding is kept out of the answer may it be cut off.
    width = session.get_inputs()[0].shape[1]
    assert isinstance(width, str) if mask else width == LENGTH
    if mask:
        np.testing.assert_allclose(session.run(None, {"token_ids": ids[:4, :5]})[0], wanted[:4], atol=1e-6)


@pytest.mark.slow
def test_a_step_of_the_converter_that_fails_is_left_out(monkeypatch):
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("exports are written on TensorFlow")
    from tf2onnx import optimizer

    from models.exporting.onnx_conversion import convert
    from models.serving.runtimes import import_onnxruntime

    class Failing:
        def optimize(self, *_):
            raise RuntimeError("a defect")

    monkeypatch.setitem(optimizer._get_optimizers(), "remove_identity", Failing)
    model = CATALOG["cnn"].build(Sizes(vocabulary_size=20, sequence_length=LENGTH, width=4))
    proto = convert(model)
    ids = np.random.default_rng(0).integers(1, 20, (6, LENGTH)).astype(np.int32)
    session = import_onnxruntime().InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"token_ids": ids})[0], model.predict(ids, verbose=0), atol=1e-6)
