"""How numbers are written: with the digits that are significant, and their unit."""

from __future__ import annotations

from collections.abc import Sequence

MISSING = "–"
MINUS = "−"


def percent(share: float | None, digits: int = 1) -> str:
    """A share in percent.

    >>> percent(0.8028)
    '80.3 %'
    """
    return MISSING if share is None else f"{100 * share:.{digits}f} %"


def percent_range(ends: Sequence[float] | None, digits: int = 1) -> str:
    """An interval of shares in percent.

    >>> percent_range([0.732, 0.8664])
    '73.2–86.6'
    """
    return MISSING if ends is None else "–".join(f"{100 * end:.{digits}f}" for end in ends)


def points(difference: float | None) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> points(-0.0283), points(0.0)
    ('−2.8', '0.0')
    """
    if difference is None:
        return MISSING
    rounded = round(100 * difference, 1)
    return f"{MINUS if rounded < 0 else '+' if rounded > 0 else ''}{abs(rounded):.1f}"


def points_range(ends: Sequence[float] | None) -> str:
    """An interval of differences in percentage points.

    >>> points_range([-0.02, 0.045])
    '−2.0 to +4.5'
    """
    return MISSING if ends is None else " to ".join(points(end) for end in ends)


def margin_points(share: float) -> str:
    """A margin of accuracy as the reader gave it.

    >>> margin_points(0.01), margin_points(0.007)
    ('1 point', '0.7 points')
    """
    number = f"{100 * share:g}"
    return f"{number} point{'' if number == '1' else 's'}"


def p_value(p: float | None) -> str:
    """A p-value as journals write it.

    >>> p_value(0.412), p_value(0.0041), p_value(2e-9), p_value(0.0496), p_value(0.998)
    ('p = 0.41', 'p = 0.004', 'p < 0.001', 'p = 0.0496', 'p > 0.99')
    """
    if p is None:
        return MISSING
    if p < 0.001:
        return "p < 0.001"
    if p > 0.99:
        return "p > 0.99"
    if p < 0.01:
        return f"p = {p:.3f}"
    # It must be clear on which side of 0.05 it lies.
    return f"p = {p:.2f}" if not 0.045 <= p < 0.055 else f"p = {p:.4f}"


def significant(value: float | None, digits: int = 2) -> str:
    """A measured size to two significant digits, with thousands separators.

    >>> significant(0.0123), significant(1.61), significant(41.4), significant(1620.4), significant(0)
    ('0.012', '1.6', '41', '1,620', '0')
    """
    if value is None:
        return MISSING
    if abs(value) >= 10:
        return f"{value:,.0f}"
    if value == 0:
        return "0"
    text = f"{value:#.{digits}g}"
    return f"{float(text):f}".rstrip("0").rstrip(".") if "e" in text else text.rstrip(".")


def decimals(value: float | None, digits: int = 2) -> str:
    """A score between 0 and 1, or a loss.

    >>> decimals(0.79702)
    '0.80'
    """
    return MISSING if value is None else f"{value:.{digits}f}"


def decimals_range(ends: Sequence[float] | None, digits: int = 2) -> str:
    """An interval of scores.

    >>> decimals_range([0.725, 0.861])
    '0.72–0.86'
    """
    return MISSING if ends is None else "–".join(decimals(end, digits) for end in ends)


def tiny(value: float | None) -> str:
    """A numerical error by its order.

    >>> tiny(1.49e-7), tiny(0)
    ('1.5e-07', '0')
    """
    return MISSING if value is None else f"{value:.1e}" if value else "0"


def bare_p(p: float | None) -> str:
    """A p-value in a table's cell.

    >>> bare_p(0.41), bare_p(1e-9)
    ('0.41', '< 0.001')
    """
    return p_value(p).removeprefix("p ").removeprefix("= ")


def count(value: float | None) -> str:
    """A whole number, with thousands separators.

    >>> count(22614146)
    '22,614,146'
    """
    return MISSING if value is None else f"{value:,.0f}"


def count_range(values: Sequence[int]) -> str:
    """Counts from the smallest to the largest.

    >>> count_range([489, 485]), count_range([1200, 1200]), count_range([])
    ('485–489', '1,200', '0')
    """
    fewest, most = min(values, default=0), max(values, default=0)
    return f"{fewest:,}" if fewest == most else f"{fewest:,}–{most:,}"


def plural(number: float, noun: str) -> str:
    """A number of things.

    >>> plural(1, "pair"), plural(1200, "text")
    ('1 pair', '1,200 texts')
    """
    return f"{number:,.0f} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], conjunction: str = "and") -> str:
    """Names as a sentence lists them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def rounded(value: float) -> str:
    """An estimated number of texts, to two significant digits.

    >>> rounded(40778), rounded(575)
    ('41,000', '580')
    """
    return f"{float(f'{value:.2g}'):,.0f}"
