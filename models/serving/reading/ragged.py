"""Token ids of texts of different lengths, one text behind the other, and as a matrix for a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ragged:
    """The ids of n texts.

    Attributes:
        ids: of all texts, those of the first one first, `int32` array of shape `(tokens,)`.
        lengths: of the texts in tokens, `int32` array of shape `(n,)`.
        padding: id that fills the rows of a matrix.
    """

    ids: np.ndarray
    lengths: np.ndarray
    padding: int = 0

    def matrix(self, rows: np.ndarray, width: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Ids of some texts and which of them are tokens (1) and which padding (0), `int32` of shape `(rows, width)`.

        Args:
            rows: which texts, integer array of at least one.
            width: as wide as every row has to be; by default as wide as the longest of these texts, at least 1.
        """
        lengths = self.lengths[rows, None]
        places = np.arange(width or max(int(lengths.max()), 1))
        mask = places < lengths
        found = np.full(mask.shape, self.padding, np.int32)
        starts = np.cumsum(self.lengths)[rows, None] - lengths
        found[mask] = self.ids[(starts + places)[mask]]
        return found, mask.astype(np.int32)

    def replaced(self, rows: np.ndarray, others: Ragged) -> Ragged:
        """Itself with the ids of some texts, in the order of `rows`, in place of those that they have here."""
        lengths = self.lengths.copy()
        lengths[rows] = others.lengths
        pieces = np.split(self.ids, np.cumsum(self.lengths)[:-1])
        for row, piece in zip(rows.tolist(), np.split(others.ids, np.cumsum(others.lengths)[:-1]), strict=True):
            pieces[row] = piece
        return Ragged(np.concatenate(pieces), lengths, self.padding)
