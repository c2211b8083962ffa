"""The colors of models: seen on their background, and told from each other."""

import itertools
import re

import pytest

from reports.figures.axes import COLORS, MARKS, style_sheet

SCHEMES = ("light", "dark", "print")


def _values(scheme):
    """The colors that the style sheet gives to names in one of its three blocks."""
    blocks = re.findall(r":root \{(.*?)\}", style_sheet("colors.css"), re.DOTALL)
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})", blocks[SCHEMES.index(scheme)]))


def _linear(color):
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    return [share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def _luminance(color):
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lab(color):
    red, green, blue = _linear(color)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
        _luminance(color),
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
    )
    x, y, z = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_model_is_seen_on_its_background(scheme):
    values = _values(scheme)
    for number in range(COLORS):
        pair = sorted((_luminance(values[f"model-{number}"]), _luminance(values["background"])))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, number  # WCAG 2.2 asks for 3 of figures, 4.5 of words


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_two_models_look_alike(scheme):
    values = _values(scheme)
    assert f"model-{COLORS}" not in values
    for first, second in itertools.combinations(range(COLORS), 2):
        pairs = zip(_lab(values[f"model-{first}"]), _lab(values[f"model-{second}"]), strict=True)
        assert sum((a - b) ** 2 for a, b in pairs) ** 0.5 > 20, (first, second)  # 2.3 is just noticed


def test_every_color_has_its_class_and_its_dashes():
    rules = style_sheet("figures.css")
    for number in range(COLORS):
        assert f".m{number} {{ --c: var(--model-{number}); }}" in rules
        assert number == 0 or f".line.m{number} {{ stroke-dasharray:" in rules


def test_color_and_mark_together_are_a_models_own():
    assert len({(at % COLORS, MARKS[at % len(MARKS)]) for at in range(56)}) == 56
