"""A combined model takes over the graphs of members that were exported and proven before, and of no others."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from models.exporting.combined import Combined
from models.exporting.placing import PARITY, proven_file, reference_of
from models.run_folder import RunFolder
from models.serving.runtimes import import_onnxruntime


class Member:
    """Answers with what it is given, to whatever it reads."""

    runs_in_openvino = True

    def __init__(self, answer):
        self.answer, self.converted = answer, 0

    def to_onnx(self):
        self.converted += 1
        return self.graph()

    def graph(self):
        answer = helper.make_node("Constant", [], ["probabilities"], value_floats=self.answer)
        shape = helper.make_node("Size", ["token_ids"], ["size"])
        inputs = [helper.make_tensor_value_info("token_ids", TensorProto.INT32, [None, None])]
        outputs = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [2])]
        graph = helper.make_graph([answer, shape], "member", inputs, outputs)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def test_the_graph_of_a_member_that_was_exported_is_not_converted_again(tmp_path):
    members = {"lstm": Member([0.25, 0.75]), "linear": Member([0.75, 0.25])}
    onnx.save(Member([0.0, 1.0]).graph(), tmp_path / "model.onnx")  # another answer, so that it is seen whose it is
    proto = Combined(members, {"lstm": tmp_path / "model.onnx"}).to_onnx()
    assert (members["lstm"].converted, members["linear"].converted) == (0, 1)
    session = import_onnxruntime().InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    tokens = np.zeros((1, 1), np.int32)
    found = session.run(["probabilities"], {"lstm_token_ids": tokens, "linear_token_ids": tokens})[0]
    np.testing.assert_allclose(found, [0.375, 0.625])  # the means of 0 and 0.75, and of 1 and 0.25


@pytest.fixture
def run(tmp_path):
    """A run of which the LSTM of seed 0 was exported as ONNX."""
    found = RunFolder(tmp_path)
    for seed in (0, 1):
        found.trial("lstm", seed).mkdir(parents=True)
        found.predictions("lstm", seed).write_text(f"answers of seed {seed}")
    folder = found.export("lstm")
    folder.mkdir()
    (folder / "tokenizer.json").write_text("words")
    (folder / "model.onnx").write_text("graph")
    reference = reference_of(found.predictions("lstm", 0), folder)
    (folder / PARITY).write_text(json.dumps({"reference": reference, "formats": {"onnx": {"refused": None}}}))
    return found


def test_what_was_proven_of_this_trial_is_taken(run):
    assert proven_file(run, "lstm", 0, "onnx") == run.export("lstm") / "model.onnx"


def change_parity(run, **changes):
    path = run.export("lstm") / PARITY
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run.predictions("lstm", 0).write_text("answers of the same seed, trained again"),
        lambda run: (run.export("lstm") / "tokenizer.json").write_text("other words"),
        lambda run: (run.export("lstm") / "model.onnx").unlink(),
        lambda run: (run.export("lstm") / PARITY).write_text("{"),
        lambda run: change_parity(run, formats={"onnx": {"refused": "it does not answer"}}),
        lambda run: change_parity(run, formats={}),
        lambda run: change_parity(run, reference=None),
    ],
)
def test_what_is_of_another_trial_or_was_not_proven_is_not(run, change):
    change(run)
    assert proven_file(run, "lstm", 0, "onnx") is None


def test_another_seed_is_another_trial(run):
    assert proven_file(run, "lstm", 1, "onnx") is None


def test_what_was_never_exported_is_not_there(run):
    assert proven_file(run, "linear", 0, "onnx") is None
