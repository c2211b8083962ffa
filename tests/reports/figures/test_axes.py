"""Where the shapes of figures stand."""

import pytest

from reports.figures.axes import MARKS, Axes, legend, log_ticks, mark, ticks


def test_data_to_pixels():
    axes = Axes((0, 10), (0, 1), (240, 120), (40, 0, 0, 20))
    # 200 by 100 pixels, from (40, 100) upwards.
    assert axes.at(0, 0) == (40, 100)
    assert axes.at(10, 1) == (240, 0)
    assert axes.at(2.5, 0.2) == (90, 80)


def test_logarithmic_axis():
    axes = Axes((1, 100), (0, 1), (200, 100), (0, 0, 0, 0), log_x=True)
    assert axes.at(10, 0.5) == (100, 50)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]), ((1, 4, 5, True), [1, 2, 3, 4]), ((1, 1, 5, True), [1])],
)
def test_ticks(arguments, expected):
    assert ticks(*arguments) == pytest.approx(expected)


def test_log_ticks():
    assert log_ticks(0.6, 40) == pytest.approx([1, 2, 5, 10, 20])
    assert log_ticks(0.6, 4000) == pytest.approx([1, 10, 100, 1000])


def test_text_stays_text():
    axes = Axes((0, 1), (0, 1))
    axes.frame("<b>", "&", {0: "<i>"}, {})
    axes.words(1, 1, "<u>", style='"x')
    figure = str(axes.render("<title>", "<script>"))
    for words in ("&lt;b&gt;", "&amp;<", "&lt;i&gt;", "&lt;u&gt;", "&#34;x", "&lt;title&gt;", "&lt;script&gt;"):
        assert words in figure
    assert "&lt;b&gt;" in legend([("<b>", "m0", "circle")])


def test_marks_differ():
    assert len({str(mark(0, 0, "", shape)) for shape in MARKS}) == len(MARKS) == 7
