"""Cells of tables that a Python program hands over."""

from __future__ import annotations

from typing import Any


def is_missing(cell: Any) -> bool:
    """Whether it is `None`, NaN or what pandas writes for them, which is neither equal to itself nor not.

    >>> [is_missing(cell) for cell in (None, float("nan"), "", 0)]
    [True, True, False, False]
    """
    try:
        return cell is None or bool(cell != cell)
    except TypeError:
        return True
