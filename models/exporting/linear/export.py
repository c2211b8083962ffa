"""The linear reference as an `Exportable`: without TensorFlow, as far as nobody asks for its graph."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from data.cleaning import Cleaner
from models.exporting.linear import onnx_graph
from models.exporting.tokenizer_file import word_tokenizer
from models.linear.arrays import LinearModel

if TYPE_CHECKING:
    import onnx

    from models.exporting.linear.graph import LinearGraph


class LinearExport:
    """TF-IDF of words and pairs of words, and the linear model on it.

    Args:
        model: the fitted model as arrays.
        cleaner: how texts become words.
    """

    runs_in_openvino = False  # it has no table to look terms up in

    def __init__(self, model: LinearModel, cleaner: Cleaner):
        words = sorted({word for term in model.terms for word in term.split(" ")})
        self.vocabulary = ["", "[UNK]", *words]
        ids = {word: at for at, word in enumerate(self.vocabulary)}
        # Its rows are first and last word, or padding and the word.
        self.terms = np.array([[0, *(ids[word] for word in term.split(" "))][-2:] for term in model.terms])
        self.model, self.cleaner = model, cleaner

    @cached_property
    def graph(self) -> LinearGraph:
        from models.exporting.linear.graph import LinearGraph

        return LinearGraph(self)

    def tokenizer(self) -> str:
        return word_tokenizer(self.vocabulary, self.cleaner, None).to_str()

    def to_onnx(self) -> onnx.ModelProto:
        return onnx_graph.build(self.model, self.terms, len(self.vocabulary))
