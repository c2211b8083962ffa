"""A small heat map with words on both axes, as inline SVG of few bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STEPS = 8  # shades
CELL, LEFT, ABOVE = 12, 72, 68  # user units: side of a cell, room for the words at the left and above
SLANT = 34  # how far the last word above leans out
LETTERS = 12


@dataclass(frozen=True)
class HeatMap:
    """What a template draws.

    Attributes:
        title: what the map is of.
        width, height: of the picture in user units.
        left, above: room for the words beside and above the cells.
        paths: a shade from 0 to 1 with the outline of its cells, for each shade that occurs.
        rows, columns: a place and a word for each label.
        highest: the largest value, with the words of its row and column.
    """

    title: str
    width: int
    height: int
    left: int
    above: int
    paths: list[tuple[float, str]]
    rows: list[tuple[float, str]]
    columns: list[tuple[float, str]]
    highest: tuple[float, str, str]


def heat_map(values: np.ndarray, words: list[str], title: str, highest: float) -> HeatMap:
    """The drawing of values from 0 on, `(words, words)`; the value `highest` has the strongest color."""
    count = len(words)
    shades = np.clip(np.rint(values / (highest or 1) * STEPS), 0, STEPS).astype(int)
    paths = [(shade / STEPS, _outline(shades == shade)) for shade in range(1, STEPS + 1) if (shades == shade).any()]
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    short = [word if len(word) <= LETTERS else f"{word[: LETTERS - 1]}…" for word in words]
    places = [(at + 0.5) * CELL for at in range(count)]
    return HeatMap(
        title,
        LEFT + count * CELL + SLANT,
        ABOVE + count * CELL,
        LEFT,
        ABOVE,
        paths,
        [(ABOVE + place, word) for place, word in zip(places, short, strict=True)],
        [(LEFT + place, word) for place, word in zip(places, short, strict=True)],
        (float(values.max()), words[row], words[column]),
    )


def _outline(cells: np.ndarray) -> str:
    """The cells that are true, `(rows, columns)`, as an SVG path; neighbours in a row are one rectangle."""
    parts = []
    for row, line in enumerate(cells):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            x, y, width = LEFT + start * CELL, ABOVE + row * CELL, (end - start) * CELL
            parts.append(f"M{x} {y}h{width}v{CELL}h-{width}z")
    return "".join(parts)
