"""A trained model in the two halves that every export is made of: texts to tokens, and tokens to probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from models.catalog import Family
from models.serving.formats import FORMATS, Format

if TYPE_CHECKING:
    import onnx
    import tensorflow as tf
Tokens = dict[str, "tf.Tensor"]
ANY_BATCH, ANY_LENGTH = "batch", "tokens"  # what ONNX graphs call the sizes of their inputs, where these may be any
RECURRENT_OPERATORS = ("LSTM", "RNN")  # of ONNX, which recurrent layers become
ONNX_OPSET = 18  # of ONNX 1.13: the newest that tf2onnx writes


class ExportRefused(Exception):
    """A model cannot be exported, or not in this format; the message is one sentence that says why."""


class Graph(Protocol):
    """A model within TensorFlow; a `tf.Module`, so that its variables and tables are found."""

    def tokens(self, texts: tf.Tensor) -> Tokens:
        """Raw texts `(batch,)` to the model's input, integers of shape `(batch, tokens)`, within a graph."""

    def probabilities(self, tokens: Tokens) -> tf.Tensor:
        """The model's answer, `float32` of shape `(batch, classes)`, within a graph."""

    def tokens_seen(self, tokens: Tokens) -> tf.Tensor:
        """How many tokens of each text the model reads, `int32` of shape `(batch,)`."""


class Exportable(Protocol):
    """What `models.exporting` asks of a model.

    Attributes:
        runs_in_openvino: whether OpenVINO has what its `probabilities` are made of.
    """

    runs_in_openvino: bool

    @property
    def graph(self) -> Graph:
        """Both halves for formats that are made from them."""

    def tokenizer(self) -> str:
        """`tokens` without TensorFlow, as `tokenizer.json` has it."""

    def to_onnx(self) -> onnx.ModelProto:
        """`probabilities` as ONNX, with the names of `tokens` as inputs and `probabilities` as output."""


@dataclass(frozen=True)
class ExportCard:
    """What goes beside every export, as `classifier.json`.

    Attributes:
        model: name of its entry in the catalog.
        family: what kind of model it is.
        title: its name beside a number; where weights stood in for others, it names them.
        seed: of the trial it comes from.
        class_names: in the order of the probabilities.
        batch_size: texts per step that answer fast.
        members: names of the models whose mean it is. Its inputs are those of each of them, the name and `_` before
            them, and its `tokenizer.json` holds the tokenizer of each by its name.
        word_cleaning: how the texts of each member that reads words are cleaned, by its name; of a single model by its
            own.
        has_word_pieces: whether a pretrained encoder is in it.
        truncation_side: on which longer texts are cut, see `data.words.cutting`.
        confidences: of the trained model on validation, the least first: percentiles 0 to 100.
        data_card: the run's.
    """

    model: str
    family: Family
    title: str
    seed: int
    class_names: list[str]
    batch_size: int
    members: list[str]
    word_cleaning: dict[str, dict]
    has_word_pieces: bool
    truncation_side: str
    confidences: list[float]
    data_card: dict


@dataclass(frozen=True)
class ExportTask:
    """What the writer of a format is given.

    Attributes:
        exportable: the trained model.
        card: what stands beside it.
        entry: the format.
        folder: where its files go. `classifier.json` and `tokenizer.json` are in it already, and the files of the
            format that this one is made from.
    """

    exportable: Exportable
    card: ExportCard
    entry: Format
    folder: Path

    @property
    def target(self) -> Path:
        """The first of the format's files."""
        return self.folder / self.entry.files[0]

    @property
    def source(self) -> Path:
        """The first file of the format that this one is made from.

        Raises:
            ValueError: it is made from none.
        """
        if self.entry.made_from is None:
            raise ValueError(f"{self.entry.name} is not made from another format.")
        return self.folder / FORMATS[self.entry.made_from].files[0]
