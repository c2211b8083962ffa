"""Times as tables have them: numbers, ISO 8601, and the forms in which people and programs write dates."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

import numpy as np

LOOKED_AT = 1000  # different values by which the form is found
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%d %m, %Y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m %d, %Y")
DATES = (
    *DAY_FIRST,
    *MONTH_FIRST,
    *("%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m", "%Y/%m", "%m/%Y"),
    *("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%b-%y"),
    *("%b %Y", "%B %Y"),
)
WITH_CLOCKS = ("%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y")
# Behind a date. `strptime` keeps the last five forms only, so that a form for each clock would take minutes.
CLOCK = re.compile(
    r"[ ,]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(\.[0-9]+)?)?( ?(?P<half>[ap])\.?m\.?)?"
    r"( ?(?P<zone>z|utc|gmt|[+-][0-9]{2}:?[0-9]{2}))?",
    re.ASCII | re.IGNORECASE,
)


class NoTimes(Exception):
    """No times can be read; the message says why and what helps."""


def read_times(cells: Sequence[str]) -> tuple[np.ndarray, str]:
    """The times of n cells, all read in the one form that fits most of them.

    Args:
        cells: as they are written; a time without a zone is taken for UTC.

    Returns:
        A `float64` array of shape `(n,)`, seconds since 1970 or the numbers themselves, NaN where a cell cannot be
        read; and the form in words.

    Raises:
        NoTimes: none can be read, or day and month cannot be told apart.

    >>> read_times(["31/12/2023", "1/1/2024 9:30", "soon"])
    (array([1.7039808e+09, 1.7041014e+09,           nan]), 'day/month/year')
    """
    different = list(dict.fromkeys(cell for cell in cells if cell))
    some = different[:: -(-len(different) // LOOKED_AT)] if different else []
    readers: dict[str, Callable[[str], float]] = {"number": float, "ISO 8601": _iso, "RFC 2822": _rfc}
    readers |= {form: partial(_date, form) for form in DATES} | {form: partial(_moment, form) for form in WITH_CLOCKS}
    hits = {form: sum(not math.isnan(_try(read, cell)) for cell in some) for form, read in readers.items()}
    form = max(hits, key=lambda name: hits[name])
    if not hits.get(form):
        example = f", such as {different[0][:40]!r}," if different else ""
        raise NoTimes(f"none of its values{example} is a time that can be read: write dates as 2024-12-31")
    found = _read_all(cells, different, readers[form])
    if form in DAY_FIRST:
        other = MONTH_FIRST[DAY_FIRST.index(form)]
        if hits[other] == hits[form] and not np.array_equal(
            found, _read_all(cells, different, readers[other]), equal_nan=True
        ):
            raise NoTimes(
                f"{next(cell for cell in different if not math.isnan(_try(readers[form], cell)))!r} and the others may "
                "have the day or the month first: write dates as 2024-12-31"
            )
    return found, _in_words(form)


def _read_all(cells: Sequence[str], different: Sequence[str], read: Callable[[str], float]) -> np.ndarray:
    times = {cell: _try(read, cell) for cell in different}
    return np.array([times.get(cell, math.nan) for cell in cells])


def _try(read: Callable[[str], float], cell: str) -> float:
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        value = read(cell)
        return value if math.isfinite(value) else math.nan
    return math.nan


def _seconds(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _iso(cell: str) -> float:
    return _seconds(datetime.fromisoformat(cell.removesuffix(" UTC").replace(" Z", "Z")))


def _rfc(cell: str) -> float:
    return _seconds(parsedate_to_datetime(cell))


def _moment(form: str, cell: str) -> float:
    return _seconds(datetime.strptime(" ".join(cell.split()), form))


def _date(form: str, cell: str) -> float:
    """A date in a form, and the clock behind it if there is one."""
    clock = next((found for found in CLOCK.finditer(cell) if found.end() == len(cell)), None)
    day = _moment(form, cell[: clock.start()] if clock else cell)
    if clock is None:
        return day
    hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] in "pP" else 0)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(cell)
    return day + 3600 * hour + 60 * minute + second - _offset(clock["zone"] or "")


def _offset(zone: str) -> int:
    """Seconds that a zone is ahead of UTC."""
    if zone[:1] not in ("+", "-"):
        return 0
    return (-1 if zone[0] == "-" else 1) * (3600 * int(zone[1:3]) + 60 * int(zone[-2:]))


def _in_words(form: str) -> str:
    words = {"%d": "day", "%m": "month", "%Y": "year", "%y": "year", "%b": "month", "%B": "month"}
    words |= {"%a": "weekday", "%H": "hour", "%M": "minute", "%S": "second", "%z": "zone"}
    for mark, word in words.items():
        form = form.replace(mark, word)
    return "numbers" if form == "number" else form
