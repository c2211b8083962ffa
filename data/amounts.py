"""Amounts as people write them on a command line."""

from __future__ import annotations

import argparse
import math
import re

MEBIBYTE = 2**20  # bytes
MEBIBYTES = {"MB": 1, "GB": 1024}


def memory_mb(text: str) -> float:
    """An amount such as `10GB` or `800MB` in MB, of 1,048,576 bytes like every MB of a report.

    Raises:
        argparse.ArgumentTypeError: it is none; the message is what a command line can say.

    >>> memory_mb("1.5gb")
    1536.0
    """
    found = re.fullmatch(r"(?=[0-9.]*[1-9])(\d+(?:\.\d+)?)([MG]B)", text, re.ASCII | re.IGNORECASE)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of memory such as 10GB or 800MB")
    return float(found[1]) * MEBIBYTES[found[2].upper()]


def whole_number(text: str) -> int:
    """A whole number above 0."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def positive(text: str) -> float:
    """A number above 0."""
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def share(text: str) -> float:
    """A number above 0, at most 1."""
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1, such as 0.9 for 90 %")
    return value


whole_number.__name__ = "whole number"
positive.__name__ = share.__name__ = "number"  # argparse names the type in its message
