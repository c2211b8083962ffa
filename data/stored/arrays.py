"""An array in a file of which a batch of rows is read at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from data.files import whole

AT_ONCE = 8192  # rows


class StoredRows:
    """The rows of a `.npy` file, an array of shape `(n, ...)`, looked up as in an array.

    The file is mapped for each look-up alone, so that the pages seen do not add up to the memory of the process.
    """

    def __init__(self, path: Path):
        self.path = path
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
        self.shape, self.dtype, self._offset = rows.shape, rows.dtype, rows.offset

    def __len__(self) -> int:
        return self.shape[0]

    def blocks(self) -> Iterator[np.ndarray]:
        """All rows, some thousands at a time."""
        return (self[start : start + AT_ONCE] for start in range(0, len(self), AT_ONCE))

    def __getitem__(self, rows: np.ndarray | slice) -> np.ndarray:
        mapped = np.memmap(self.path, self.dtype, "r", self._offset, self.shape)
        return np.array(mapped[rows])


def save_rows(path: Path, blocks: Iterable[np.ndarray], shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Writes an array block by block, whole or not at all.

    Args:
        path: of the `.npy` file.
        blocks: its rows in their order, arrays of shape `(some, ...)`.
        shape: of the array.
        dtype: of its numbers.
    """
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    with whole(path) as aside, aside.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype).tobytes())
