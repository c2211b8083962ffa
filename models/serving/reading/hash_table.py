"""Many whole numbers looked up at once with NumPy, which meanwhile lets other threads of Python run."""

from __future__ import annotations

import numpy as np

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio's bits, which spread what is near to each other (Knuth 6.4)
EMPTY = -1  # the row of a key that is not in the table


class HashTable:
    """The rows of keys: open addressing, the next place where one is taken.

    Args:
        keys: different from each other, `uint64` array of shape `(n,)`.
    """

    def __init__(self, keys: np.ndarray):
        bits = max(4, int(2 * len(keys)).bit_length())
        self.shift, self.last = np.uint64(64 - bits), (1 << bits) - 1
        self.keys, self.rows = np.zeros(1 << bits, np.uint64), np.full(1 << bits, EMPTY, np.int32)
        waiting, places = np.arange(len(keys), dtype=np.int32), self._places(keys)
        while len(waiting):
            is_free = self.rows[places] == EMPTY
            self.rows[places[is_free]] = waiting[is_free]  # of several at one place the last one stays
            is_there = self.rows[places] == waiting
            self.keys[places[is_there]] = keys[waiting[is_there]]
            waiting, places = waiting[~is_there], (places[~is_there] + 1) & self.last

    def find(self, keys: np.ndarray) -> np.ndarray:
        """The row of each of these keys, `EMPTY` where there is none, `int32` array of their number."""
        places = self._places(keys)
        rows = self.rows[places]
        waiting = np.flatnonzero((self.keys[places] != keys) & (rows != EMPTY))  # another key stands there
        while len(waiting):
            places[waiting] = (places[waiting] + 1) & self.last
            rows[waiting] = self.rows[places[waiting]]
            is_other = (self.keys[places[waiting]] != keys[waiting]) & (rows[waiting] != EMPTY)
            waiting = waiting[is_other]
        return rows

    def _places(self, keys: np.ndarray) -> np.ndarray:
        return ((keys * FACTOR) >> self.shift).astype(np.int64)
