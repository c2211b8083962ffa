"""Several models as one `Exportable`: each gets its own tokens, and their probabilities are averaged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import tensorflow as tf

from models.exporting.exportable import ANY_BATCH, ANY_LENGTH, Exportable, Tokens
from models.serving.engines import OUTPUT

if TYPE_CHECKING:
    import onnx


class Combined(tf.Module):
    """The mean of its members.

    Args:
        members: by name. The inputs of a member have its name and `_` before theirs.
        exported: for members that were exported before, the file with their ONNX graph: converting an encoder takes
            several seconds.
    """

    def __init__(self, members: Mapping[str, Exportable], exported: Mapping[str, Path] | None = None):
        super().__init__()
        self.members, self.exported = dict(members), dict(exported or {})
        self.graphs = {name: member.graph for name, member in members.items()}
        self.runs_in_openvino = all(member.runs_in_openvino for member in members.values())

    @property
    def graph(self) -> Combined:
        return self

    def tokens(self, texts: tf.Tensor) -> Tokens:
        return {
            f"{name}_{key}": tensor
            for name, member in self.graphs.items()
            for key, tensor in member.tokens(texts).items()
        }

    def probabilities(self, tokens: Tokens) -> tf.Tensor:
        answers = [member.probabilities(_of(name, tokens)) for name, member in self.graphs.items()]
        return tf.add_n(answers) / len(answers)

    def tokens_seen(self, tokens: Tokens) -> tf.Tensor:
        seen = [member.tokens_seen(_of(name, tokens)) for name, member in self.graphs.items()]
        return tf.reduce_max(tf.stack(seen), axis=0)

    def tokenizer(self) -> str:
        return json.dumps({name: json.loads(member.tokenizer()) for name, member in self.members.items()})

    def to_onnx(self) -> onnx.ModelProto:
        import onnx
        from onnx import compose, helper

        protos = [
            compose.add_prefix(
                onnx.load(self.exported[name]) if name in self.exported else member.to_onnx(), f"{name}_"
            )
            for name, member in self.members.items()
        ]
        graphs = [proto.graph for proto in protos]
        for name, member in zip(self.members, graphs, strict=True):
            for entry in member.input:
                batch, tokens = entry.type.tensor_type.shape.dim
                batch.dim_param = ANY_BATCH  # the same for all, while each member has tokens of its own
                if tokens.dim_param:
                    tokens.dim_param = f"{name}_{ANY_LENGTH}"
        answers = [graph.output[0].name for graph in graphs]
        output = onnx.ValueInfoProto()
        output.CopyFrom(graphs[0].output[0])
        output.name = OUTPUT
        graph = helper.make_graph(
            [*(node for graph in graphs for node in graph.node), helper.make_node("Mean", answers, [OUTPUT])],
            "combined",
            [entry for graph in graphs for entry in graph.input],
            [output],
            [tensor for graph in graphs for tensor in graph.initializer],
        )
        imports = sorted((entry.domain, entry.version) for proto in protos for entry in proto.opset_import)
        opsets = [helper.make_opsetid(*newest) for newest in dict(imports).items()]
        proto = helper.make_model(graph, opset_imports=opsets, ir_version=max(proto.ir_version for proto in protos))
        onnx.checker.check_model(proto)
        return proto


def _of(name: str, tokens: Tokens) -> Tokens:
    """The inputs of one member, as it knows them."""
    start = f"{name}_"
    return {key.removeprefix(start): tensor for key, tensor in tokens.items() if key.startswith(start)}
