"""Slices of texts in which a model errs more often than elsewhere, by more than chance would make it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.monitoring.comparing import holm
from reports.measuring.statistics import LEVEL


@dataclass(frozen=True)
class WeakSlice:
    """A slice in which a model is worse than elsewhere.

    Attributes:
        model: its place among the models.
        slice: its place among the slices.
        p: corrected for all models and slices that were tested.
    """

    model: int
    slice: int
    p: float


def weak_slices(wrong: np.ndarray, members: np.ndarray) -> list[WeakSlice]:
    """Tests every model on every slice, and gives those that are significantly worse there, least p first.

    Were a model as good in a slice as elsewhere, its errors could lie on any texts alike, so that their number in the
    slice is hypergeometric (Fisher's exact test, one-sided). Holm's correction holds for tests that depend on each
    other, as those of overlapping slices and of models that err on the same texts do.

    Args:
        wrong: which texts each model gets wrong, boolean array of shape `(models, texts)`.
        members: which texts each slice has, boolean array of shape `(slices, texts)`.
    """
    texts = wrong.shape[1]
    errors = wrong.sum(axis=1)[:, None]  # (models, 1)
    sizes = members.sum(axis=1)  # (slices,)
    inside = wrong.astype(np.int64) @ members.T.astype(np.int64)  # (models, slices)
    p_values = stats.hypergeom.sf(inside - 1, texts, errors, sizes)
    corrected = np.array(holm(p_values.ravel().tolist())).reshape(p_values.shape)
    found = [
        WeakSlice(int(model), int(at), float(corrected[model, at])) for model, at in np.argwhere(corrected < LEVEL)
    ]
    return sorted(found, key=lambda weak: weak.p)
