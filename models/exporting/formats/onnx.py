"""Writes `model.onnx`, from token ids to probabilities, which ONNX Runtime loads."""

from __future__ import annotations

from models.exporting.exportable import ExportTask


def write(task: ExportTask) -> None:
    """Writes `model.onnx`."""
    import onnx

    onnx.save(task.exportable.to_onnx(), task.target)
