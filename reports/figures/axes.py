"""The few shapes our figures are made of, as SVG that follows the page's colors.

Every shape is styled by class (see `templates/figures.css`), so a figure turns dark with the page and prints in black.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from markupsafe import Markup, escape

from models.pages.rendering import PAGES

COLORS = 8  # classes m0 to m7 of the style sheet
# One less than the colors, so that both together repeat only after 56 models.
MARKS = ("circle", "square", "triangle", "diamond", "cross", "wedge", "plus")
TEMPLATES = Path(__file__).parents[1] / "templates"
_numbers = count(1)


def style_sheet(*names: str) -> str:
    """The rules of some style sheets, one after another: those of the reports, and those of every page."""
    folders = {name: TEMPLATES if (TEMPLATES / name).exists() else PAGES for name in names}
    return "".join((folder / name).read_text(encoding="utf-8") for name, folder in folders.items())


class Axes:
    """One figure with two axes; shapes are added in the order they lie upon each other.

    Args:
        x: from and to, in data units.
        y: likewise, upwards.
        size: width and height in pixels at full size.
        margins: left, right, top, bottom, in pixels.
        log_x: logarithmic x axis.
    """

    def __init__(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        size: tuple[int, int] = (260, 190),
        margins: tuple[int, int, int, int] = (40, 8, 8, 34),
        log_x: bool = False,
    ):
        self._to_x = math.log10 if log_x else float
        self._x, self._y = tuple(self._to_x(end) for end in x), y
        self.width, self.height = size
        self.left, right, self.top, bottom = margins
        self.right, self.bottom = self.width - right, self.height - bottom
        self._shapes: list[Markup] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Data units to pixels."""
        across = (self._to_x(x) - self._x[0]) / (self._x[1] - self._x[0])
        up = (y - self._y[0]) / (self._y[1] - self._y[0])
        return (
            round(self.left + across * (self.right - self.left), 1),
            round(self.bottom - up * (self.bottom - self.top), 1),
        )

    def frame(self, x_label: str, y_label: str, x_ticks: dict[float, str], y_ticks: dict[float, str]) -> None:
        """Axes, ticks with their words, light lines across, and what is measured in what unit."""
        for value, words in y_ticks.items():
            _, y = self.at(self._any_x, value)
            self._add('<line class="grid" x1="{}" y1="{}" x2="{}" y2="{}"/>', self.left, y, self.right, y)
            self.words(self.left - 5, y + 3.5, words, "end")
        for value, words in x_ticks.items():
            x, _ = self.at(value, self._y[0])
            self._add('<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>', x, self.bottom, x, self.bottom + 3)
            self.words(x, self.bottom + 15.5, words)
        self._add(
            '<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>', self.left, self.bottom, self.right, self.bottom
        )
        if x_label:
            self.words((self.left + self.right) / 2, self.height - 4, x_label)
        if y_label:
            middle = (self.top + self.bottom) / 2
            self._add(
                '<text class="words" text-anchor="middle" transform="translate({} {}) rotate(-90)">{}</text>',
                10,
                middle,
                y_label,
            )

    @property
    def _any_x(self) -> float:
        return 10 ** self._x[0] if self._to_x is math.log10 else self._x[0]

    def line(self, xs: Sequence[float], ys: Sequence[float], style: str) -> None:
        """A line through points."""
        points = " ".join("{},{}".format(*self.at(x, y)) for x, y in zip(xs, ys, strict=True))
        self._add('<polyline class="line {}" points="{}"/>', style, points)

    def area(self, xs: Sequence[float], lower: Sequence[float], upper: Sequence[float], style: str) -> None:
        """The area between two lines."""
        there = [self.at(x, y) for x, y in zip(xs, upper, strict=True)]
        back = [self.at(x, y) for x, y in zip(xs, lower, strict=True)][::-1]
        points = " ".join("{},{}".format(*point) for point in there + back)
        self._add('<polygon class="area {}" points="{}"/>', style, points)

    def mark(self, x: float, y: float, style: str, shape: str = "circle", radius: float = 4) -> None:
        """A point, as one of `MARKS`."""
        self._add("{}", mark(*self.at(x, y), style, shape, radius))

    def sample(self, x: float, y: float, style: str, shape: str) -> None:
        """What a mark looks like, at a place in pixels: for a legend within the figure."""
        self._add("{}", mark(x, y, style, shape))

    def words(self, x: float, y: float, words: str, anchor: str = "middle", style: str = "words") -> None:
        """Text at a place in pixels."""
        self._add(
            '<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>', style, round(x, 1), round(y, 1), anchor, words
        )

    def render(self, title: str, description: str = "") -> Markup:
        """The figure for a page; title and description are what a screen reader says of it."""
        return self._render(str(next(_numbers)), title, description, Markup(""))

    def render_file(self, title: str, description: str) -> str:
        """The figure as a file of its own: with its style, and on a background."""
        style = Markup("<style>{}</style>").format(Markup(style_sheet("colors.css", "figures.css")))
        background = Markup('<rect class="background" width="{}" height="{}"/>').format(self.width, self.height)
        return str(self._render("", title, description, style + background)) + "\n"

    def _render(self, number: str, title: str, description: str, first: Markup) -> Markup:
        head = Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
            'aria-labelledby="f{n}-t{d}"><title id="f{n}-t">{title}</title>'
        ).format(w=self.width, h=self.height, n=number, title=title, d=f" f{number}-d" if description else "")
        if description:
            head += Markup('<desc id="f{}-d">{}</desc>').format(number, description)
        return head + first + Markup("").join(self._shapes) + Markup("</svg>")

    def _add(self, shape: str, *values: object) -> None:
        self._shapes.append(Markup(shape).format(*values))


def mark(x: float, y: float, style: str, shape: str, radius: float = 4) -> Markup:
    """One point in pixels; shapes differ, so that nobody has to rely on colors."""
    r = radius
    if shape == "circle":
        return Markup('<circle class="mark {}" cx="{}" cy="{}" r="{}"/>').format(style, x, y, round(r, 1))
    corners = {
        "square": [(-r, -r), (r, -r), (r, r), (-r, r)],
        "triangle": [(0, -1.3 * r), (1.2 * r, r), (-1.2 * r, r)],
        "diamond": [(0, -1.4 * r), (1.4 * r, 0), (0, 1.4 * r), (-1.4 * r, 0)],
        "wedge": [(0, 1.3 * r), (1.2 * r, -r), (-1.2 * r, -r)],
        "plus": [
            (a * r, b * r)
            for a, b in (
                (-0.4, -1.3), (0.4, -1.3), (0.4, -0.4), (1.3, -0.4), (1.3, 0.4), (0.4, 0.4),
                (0.4, 1.3), (-0.4, 1.3), (-0.4, 0.4), (-1.3, 0.4), (-1.3, -0.4), (-0.4, -0.4),
            )
        ],
        "cross": [
            (a * r, b * r)
            for a, b in (
                (-1.2, -0.7), (-0.7, -1.2), (0, -0.5), (0.7, -1.2), (1.2, -0.7), (0.5, 0),
                (1.2, 0.7), (0.7, 1.2), (0, 0.5), (-0.7, 1.2), (-1.2, 0.7), (-0.5, 0),
            )
        ],
    }[shape]  # fmt: skip
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return Markup('<polygon class="mark {}" points="{}"/>').format(style, points)


def ticks(low: float, high: float, most: int = 5, whole: bool = False) -> list[float]:
    """Round values from `low` to `high`."""
    from matplotlib.ticker import MaxNLocator

    values = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=whole, min_n_ticks=1).tick_values(low, high)
    slack = (high - low) * 1e-6
    return [float(value) for value in values if low - slack <= value <= high + slack]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten, or the powers alone where those would stand too close."""
    from matplotlib.ticker import LogLocator

    subs = (1.0, 2.0, 5.0) if high / low < 500 else (1.0,)
    return [float(value) for value in LogLocator(subs=subs).tick_values(low, high) if low <= value <= high]


def legend(entries: Sequence[tuple[str, str, str]]) -> Markup:
    """A list of what the colors and shapes stand for: name, class, shape."""
    items = Markup("").join(
        Markup(
            '<li><svg viewBox="0 0 26 12" width="26" height="12" aria-hidden="true"><polyline class="line {}" '
            'points="0,6 26,6"/>{}</svg>{}</li>'
        ).format(style, mark(13, 6, style, shape) if shape else "", escape(name))
        for name, style, shape in entries
    )
    return Markup('<ul class="legend">{}</ul>').format(items)
