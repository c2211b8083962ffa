"""The linear reference as an ONNX graph that touches only the terms a text holds.

ONNX has an operator that counts words and pairs of them, TfIdfVectorizer, but it fills a matrix of texts by terms, 665
MB for 256 texts and 650,000 terms. Here words find their columns in a table and pairs in a hash table (LabelEncoder);
the columns of each text are sorted, so that equal terms stand together and are counted; and sums are scattered.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.exporting.exportable import ANY_BATCH, ANY_LENGTH, ONNX_OPSET
from models.linear.arrays import LinearModel
from models.serving.engines import OUTPUT

MACHINE_LEARNING, ML_OPSET = "ai.onnx.ml", 4  # of ONNX 1.15: the first whose LabelEncoder takes tensors
IR_VERSION = 9
UNKNOWN = -1  # the column of what is no term; its weights, in the last row of every table, are 0


def build(model: LinearModel, terms: np.ndarray, words: int) -> onnx.ModelProto:
    """The model as ONNX: input `token_ids`, output `probabilities`.

    Args:
        model: the fitted model as arrays.
        terms: word ids of the terms, first and last word, or 0 and the word: integer array of shape `(terms, 2)`.
        words: size of the vocabulary.
    """
    graph = _Graph()
    # One text and one token of padding more: some versions of ONNX Runtime cannot sort where there is none at all.
    ids = graph.add("Pad", "token_ids", graph.integers(0, 0, 1, 1))
    columns = _columns(graph, ids, terms, words)  # (batch, places)
    # Sorted, equal terms of a text are neighbors. Every text begins with a run of its own.
    width, batch = graph.add("Shape", columns, start=1, end=2), graph.add("Shape", columns, start=0, end=1)
    ordered, _ = graph.add("TopK", columns, width, outputs=2, axis=1, largest=0, sorted=1)
    same = graph.add("Equal", graph.part(ordered, 0, -1), graph.part(ordered, 1, None))
    first = graph.filled(graph.add("Concat", batch, graph.integers(1), axis=0), True)  # (batch, 1)
    begins = graph.flat(graph.add("Concat", first, graph.add("Not", same), axis=1))  # (batch * places,)
    # From here on one entry a run, that is a term of a text. A run ends where the next one begins.
    starts = graph.flat(graph.add("NonZero", begins))  # (runs,)
    ends = graph.add("Concat", graph.part(starts, 1, None, axis=0), graph.add("Shape", begins), axis=0)
    counts = graph.add("Cast", graph.add("Sub", ends, starts), to=TensorProto.DOUBLE)
    column = graph.add("Gather", graph.flat(ordered), starts)
    text = graph.add("Div", starts, width)
    damped = graph.add("Add", graph.add("Log", counts), graph.constant(np.array(1.0)))  # 1 + ln(count)
    values = graph.add("Mul", damped, graph.row(model.inverse_frequencies, column))  # (runs,)
    weighted = graph.add("Mul", graph.add("Unsqueeze", values, graph.integers(1)), graph.row(model.weights, column))
    classes = graph.integers(len(model.bias))
    squares = graph.scattered(batch, text, graph.add("Mul", values, values))  # (batch,)
    scores = graph.scattered(
        graph.add("Concat", batch, classes, axis=0),
        graph.add("Expand", graph.add("Unsqueeze", text, graph.integers(1)), graph.add("Shape", weighted)),
        weighted,
    )  # (batch, classes)
    tiny = graph.constant(np.array(np.finfo(np.float64).tiny))  # a text without any term has length 0
    length = graph.add("Unsqueeze", graph.add("Max", graph.add("Sqrt", squares), tiny), graph.integers(1))
    logits = graph.add("Add", graph.add("Div", scores, length), graph.constant(model.bias.astype(np.float64)))
    answers = graph.part(graph.add("Softmax", logits, axis=1), 0, -1, axis=0)
    graph.add("Cast", answers, to=TensorProto.FLOAT, name=OUTPUT)
    return graph.finish(len(model.bias))


def _columns(graph: _Graph, ids: str, terms: np.ndarray, words: int) -> str:
    """The column of each word and of each pair of neighbors, `int32` of shape `(batch, 2 * tokens - 1)`."""
    is_pair = terms[:, 0] > 0
    of_words = np.full(words, UNKNOWN, np.int32)
    of_words[terms[~is_pair, 1]] = np.flatnonzero(~is_pair)
    singles = graph.add("Gather", graph.constant(of_words), ids)  # (batch, tokens)
    if not is_pair.any():
        return singles
    ids = graph.add("Cast", ids, to=TensorProto.INT64)
    before = graph.add("Mul", graph.part(ids, 0, -1), graph.constant(np.array(words)))
    keys = graph.add("Add", before, graph.part(ids, 1, None))  # (batch, tokens - 1)
    found = graph.add(
        "LabelEncoder",
        keys,
        domain=MACHINE_LEARNING,
        keys_tensor=numpy_helper.from_array(terms[is_pair, 0] * words + terms[is_pair, 1], "keys"),
        values_tensor=numpy_helper.from_array(np.flatnonzero(is_pair), "values"),
        default_tensor=numpy_helper.from_array(np.array([UNKNOWN]), "default"),
    )
    return graph.add("Concat", singles, graph.add("Cast", found, to=TensorProto.INT32), axis=1)


class _Graph:
    """Collects nodes and constants, and names what they give."""

    def __init__(self):
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, operator: str, *inputs: str, outputs: int = 1, name: str | None = None, **attributes):
        """A node; the name of its output, or a list of them where there are several."""
        names = [name or f"{operator}_{len(self.nodes)}_{at}" for at in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(value, f"constant_{len(self.constants)}"))
        return self.constants[-1].name

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def part(self, tensor: str, start: int, end: int | None, axis: int = 1) -> str:
        """`tensor[start:end]` along an axis."""
        end = np.iinfo(np.int64).max if end is None else end
        return self.add("Slice", tensor, self.integers(start), self.integers(end), self.integers(axis))

    def flat(self, tensor: str) -> str:
        return self.add("Reshape", tensor, self.integers(-1))

    def filled(self, shape: str, value: float | bool) -> str:
        return self.add("ConstantOfShape", shape, value=numpy_helper.from_array(np.array([value]), "value"))

    def row(self, table: np.ndarray, at: str) -> str:
        """The rows of a table at some columns, as `float64`; 0 where the column is unknown. It is kept as `float32`."""
        padded = np.concatenate([table, np.zeros((1, *table.shape[1:]))]).astype(np.float32)
        return self.add("Cast", self.add("Gather", self.constant(padded), at, axis=0), to=TensorProto.DOUBLE)

    def scattered(self, shape: str, at: str, values: str) -> str:
        """Zeros of a shape with each value added at its place along the first axis."""
        return self.add("ScatterElements", self.filled(shape, 0.0), at, values, axis=0, reduction="add")

    def finish(self, classes: int) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "linear",
            [helper.make_tensor_value_info("token_ids", TensorProto.INT32, [ANY_BATCH, ANY_LENGTH])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [ANY_BATCH, classes])],
            self.constants,
        )
        opsets = [helper.make_opsetid("", ONNX_OPSET), helper.make_opsetid(MACHINE_LEARNING, ML_OPSET)]
        proto = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        onnx.checker.check_model(proto)
        return proto
