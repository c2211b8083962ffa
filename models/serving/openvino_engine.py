"""Runs `openvino.xml` and `openvino.bin` with OpenVINO.

Loading runs no code from the files: they name operations that OpenVINO has, and hold their weights.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.serving.engines import OUTPUT, EngineMissing
from models.serving.formats import Format
from models.serving.runtimes import import_openvino
from models.serving.tokenized_engine import TokenizedEngine


class OpenvinoEngine(TokenizedEngine):
    """Answers with OpenVINO's own files.

    Args:
        folder: with `tokenizer.json`.
        file: name of the `.xml` file in it.
    """

    def __init__(self, folder: Path, file: str):
        super().__init__(folder)
        try:
            openvino = import_openvino()
        except ImportError as error:
            raise EngineMissing(f"{folder / file} needs OpenVINO: pip install openvino.") from error
        # On processors that have bfloat16 it would be used, and answers move by some thousandths.
        options = {"INFERENCE_PRECISION_HINT": "f32"}
        self.model = openvino.Core().compile_model(folder / file, "CPU", options)
        self.inputs = [entry.any_name for entry in self.model.inputs]
        widths = {entry.any_name: entry.partial_shape[1] for entry in self.model.inputs}
        self.widths = {name: width.get_length() if width.is_static else None for name, width in widths.items()}

    def run(self, tokens: dict[str, np.ndarray]) -> np.ndarray:
        return self.model({name: tokens[name] for name in self.inputs})[OUTPUT]


def load(folder: Path, entry: Format) -> OpenvinoEngine:
    """The engine of OpenVINO's files in an export folder."""
    return OpenvinoEngine(folder, entry.files[0])
