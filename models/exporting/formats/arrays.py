"""Writes `linear.npz`: the linear model's terms and weights as arrays, for NumPy alone."""

from __future__ import annotations

import numpy as np

from data.files import whole
from models.exporting.exportable import ExportRefused, ExportTask
from models.exporting.linear.export import LinearExport


def write(task: ExportTask) -> None:
    """Writes `linear.npz`, without pickle: `terms`, `inverse_frequencies`, `weights` and `bias`, see
    `models.serving.arrays_engine`.

    Raises:
        ExportRefused: it is another model.
    """
    linear = task.exportable
    if not isinstance(linear, LinearExport):
        raise ExportRefused("only the linear model is a table of terms")
    with whole(task.target) as aside, aside.open("wb") as file:
        np.savez(
            file,
            terms=linear.terms.astype(np.int32),
            inverse_frequencies=linear.model.inverse_frequencies.astype(np.float32),
            weights=linear.model.weights.astype(np.float32),
            bias=linear.model.bias,
        )
