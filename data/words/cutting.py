"""Which words of a long text a network over words is given: the first ones or the last ones, so many of them."""

from __future__ import annotations

from collections.abc import Iterable

RIGHT, LEFT = "right", "left"  # the side that is cut off, named as in Hugging Face's tokenizers
KEPT = {RIGHT: "first", LEFT: "last"}  # words, by that side


def cut(cleaned: str, words: int, side: str = RIGHT) -> str:
    """A cleaned text without what it has of more than so many words, on the side that is named.

    >>> cut("a film to be seen", 2), cut("a film to be seen", 2, LEFT)
    ('a film', 'be seen')
    """
    if side == LEFT:
        return " ".join(cleaned.rsplit(" ", words)[-words:])
    return " ".join(cleaned.split(" ", words)[:words])


def side_of(sides: Iterable[str]) -> str:
    """The side on which texts are cut for something that is made of several models: the left where any is cut there."""
    return LEFT if LEFT in sides else RIGHT
