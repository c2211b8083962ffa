"""Every export format, once: its files, what writes it, what runs it, and how near it must come to the trained model.

To add a format, write the module that writes it (in `models/exporting/formats/`) and the module that runs it (here),
and give it a line below. Settings, the commands' choices, the proof, loading and the tests all ask this catalog.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.catalog import Family

LARGEST_DIFFERENCE = 1e-4  # of a probability, in full precision


@dataclass(frozen=True)
class Format:
    """One entry of the catalog.

    Attributes:
        name: as settings, commands and `parity.json` have it.
        files: what it consists of, in the export folder; a name may be a folder's.
        writer: module whose `write(task)` makes these files.
        engine: module whose `load(folder, entry)` answers with them.
        largest_accuracy_loss: how much validation accuracy it may lose, a share. `None` for a format in full precision:
            its probabilities are then held to `LARGEST_DIFFERENCE` and its labels to be the same.
        made_from: the format whose files it is made from, and than which it must be faster to be worth having.
        needs_tensorflow: whether its engine does.
        made_of_graph: whether it is written from the model's graph of TensorFlow, whatever the model.
        default: whether a run writes it unless told otherwise.
        family: of the models that it is for, `None` for all.
    """

    name: str
    files: tuple[str, ...]
    writer: str
    engine: str
    largest_accuracy_loss: float | None = None
    made_from: str | None = None
    needs_tensorflow: bool = False
    made_of_graph: bool = False
    default: bool = False
    family: Family | None = None

    @property
    def may_change_answers(self) -> bool:
        """Whether it may answer otherwise than the trained model, within `largest_accuracy_loss`."""
        return self.largest_accuracy_loss is not None

    def is_for(self, family: Family) -> bool:
        """Whether models of a family can be written in it."""
        return self.family in (None, family)


# Where several are there and it was not measured which answers fastest, the first of them is loaded: the quickest to
# start stands first.
_ALL = (
    Format(
        "arrays",
        files=("linear.npz",),
        writer="models.exporting.formats.arrays",
        engine="models.serving.arrays_engine",
        default=True,
        family=Family.LINEAR,
    ),
    Format(
        "onnx",
        files=("model.onnx",),
        writer="models.exporting.formats.onnx",
        engine="models.serving.onnx_engine",
        default=True,
    ),
    Format(
        "saved_model",
        files=("saved_model",),
        writer="models.exporting.formats.saved_model",
        engine="models.serving.saved_model_engine",
        needs_tensorflow=True,
        made_of_graph=True,
        default=True,
    ),
    Format(
        "openvino",
        files=("openvino.xml", "openvino.bin"),
        writer="models.exporting.formats.openvino",
        engine="models.serving.openvino_engine",
    ),
    Format(
        "onnx_int8",
        files=("model_int8.onnx",),
        writer="models.exporting.formats.onnx_int8",
        engine="models.serving.onnx_engine",
        largest_accuracy_loss=0.01,
        made_from="onnx",
    ),
)
FORMATS = {entry.name: entry for entry in _ALL}
DEFAULT = tuple(entry.name for entry in _ALL if entry.default)


def with_needs(names: Iterable[str]) -> list[Format]:
    """The formats of these names and what they are made from, each behind what it is made from.

    >>> [entry.name for entry in with_needs(["onnx_int8"])]
    ['onnx', 'onnx_int8']
    """
    wanted = set(names)
    wanted |= {needed for name in wanted if (needed := FORMATS[name].made_from)}
    return [entry for entry in _ALL if entry.name in wanted]
