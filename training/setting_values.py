"""From the text of a flag, or of an entry of `settings.yaml`, to the value of a setting: a function for each kind.

Each takes one string and raises `argparse.ArgumentTypeError` with what is wrong about it.
"""

from __future__ import annotations

import difflib
import math
import re
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable

from data.amounts import memory_mb

Reader = Callable[[str], object]

AUTO, NONE, ALL, COOCCURRENCE, BALANCED = "auto", "none", "all", "cooccurrence", "balanced"
CPU, FLOAT32, MIXED = "cpu", "float32", "mixed"
TRUTHS = {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}  # as YAML has them
SECONDS = {"s": 1, "m": 60, "h": 3600}
_AMOUNT = r"(?=[0-9.]*[1-9])\d+(?:\.\d+)?"  # a decimal number above 0


def plain(text: str) -> str:
    """Any text."""
    return text


def truth(text: str) -> bool:
    """`yes` or `no`, in the words that YAML has for them."""
    if text.lower() not in TRUTHS:
        raise ArgumentTypeError(f"{text!r} is neither true nor false")
    return TRUTHS[text.lower()]


def choice(*options: str) -> Reader:
    """One of the options."""

    def read(text: str) -> str:
        if text not in options:
            raise ArgumentTypeError(f"invalid choice: {text!r} (choose from {', '.join(options)})")
        return text

    return read


def whole_number(least: int, most: int = 1_000_000) -> Callable[[str], int]:
    """From `least` to `most`, which need not be wise but keeps a slip of the key from filling the memory."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise ArgumentTypeError(f"invalid whole number value: {text!r}") from None
        if not least <= value <= most:
            raise ArgumentTypeError(f"{value} is not between {least} and {most}")
        return value

    return read


def folds(text: str) -> int:
    """Of a cross-validation: to train, to validate and to test on; 0 for none."""
    value = whole_number(0, 1000)(text)
    if 0 < value < 3:
        raise ArgumentTypeError(f"{value} is too few: take 3 or more, or 0 for none")
    return value


def word_or(word: str, read: Reader) -> Reader:
    """One word, such as `auto`, or what `read` takes."""
    return lambda text: word if text == word else read(text)


def number(least: float, below: float = math.inf) -> Callable[[str], float]:
    """From `least` to less than `below`."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ArgumentTypeError(f"invalid number value: {text!r}") from None
        if not least <= value < below:
            limits = f"at least {least}" + (f" and less than {below}" if below < math.inf else " and finite")
            raise ArgumentTypeError(f"{value} is not {limits}")
        return value

    return read


def learning_rate(text: str) -> float:
    """A number above 0."""
    value = number(0)(text)
    if value == 0:
        raise ArgumentTypeError("nothing is learned at 0")
    return value


def width(text: str) -> int:
    """Units that divide among the Transformer's heads."""
    value = whole_number(4, 65_536)(text)
    if value % 4:
        raise ArgumentTypeError(f"{value} does not divide among the Transformer's 4 heads: try {value // 4 * 4}")
    return value


def sample_size(text: str) -> str:
    """A number of texts, or `all`."""
    if text != "all":
        try:
            whole_number(1, 10**12)(text)
        except ArgumentTypeError:
            raise ArgumentTypeError(f"{text!r} is neither a number of texts, at least 1, nor 'all'") from None
    return text


def memory(text: str) -> str:
    """An amount of memory such as `10GB`."""
    memory_mb(text)
    return text


def duration(text: str) -> str:
    """A time such as `90s`."""
    if not re.fullmatch(rf"{_AMOUNT}[smh]", text, re.ASCII):
        raise ArgumentTypeError(f"{text!r} is no time such as 90s, 20m or 2h")
    return text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest of the known names as a question in parentheses, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""
