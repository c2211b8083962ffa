"""Times in the forms that tables have: each read as the moment that is meant, or refused."""

import time
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.sources.times import NoTimes, read_times

MARCH_4 = datetime(2024, 3, 4, tzinfo=UTC).timestamp()
EVENING = datetime(2024, 3, 4, 18, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("cells", "moment"),
    [
        (["2024-03-04"], MARCH_4),
        (["2024-03-04T18:30:00Z"], EVENING),
        (["2024-03-04 18:30"], EVENING),
        (["2024-03-04T20:30:00+02:00"], EVENING),
        (["2024-03-04 18:30:00 UTC"], EVENING),
        (["2024/03/04"], MARCH_4),
        (["04.03.2024"], MARCH_4),
        (["04/03/2024", "31/03/2024"], MARCH_4),
        (["3/4/2024", "3/31/2024"], MARCH_4),
        (["3/4/2024 6:30 PM", "3/31/2024 6:30 AM"], EVENING),
        (["03 4, 2024", "03 31, 2024"], MARCH_4),
        (["3/4/2024, 12:30 am", "3/31/2024"], MARCH_4 + 1800),
        (["04.03.2024 20:30:00 +0200"], EVENING),
        (["4 Mar 2024"], MARCH_4),
        (["March 4, 2024"], MARCH_4),
        (["4-Mar-24"], MARCH_4),
        (["Mon Mar 04 18:30:00 +0000 2024"], EVENING),
        (["Mon, 04 Mar 2024 18:30:00 GMT"], EVENING),
        (["2024", "1999"], 2024),
        (["1709510400", "1.5"], 1709510400),
        (["20240304", "20240305"], 20240304),
        (["2024-03", "2024-04"], datetime(2024, 3, 1, tzinfo=UTC).timestamp()),
    ],
)
def test_forms(cells, moment):
    times, _ = read_times(cells)
    assert times[0] == moment
    assert not np.isnan(times).any()


def test_one_form_reads_the_column():
    # The first could be April 3 as well; the second, of the same column, says that the day comes first.
    times, form = read_times(["04/03/2024", "31/12/2023", "", "soon"])
    assert form == "day/month/year"
    assert times[0] == MARCH_4
    assert np.isnan(times[2:]).all()


@pytest.mark.parametrize("cells", [["01/02/2024", "03/04/2024"], ["1-2-2024"]])
def test_day_or_month_first(cells):
    with pytest.raises(NoTimes, match=rf"'{cells[0]}' and the others may have the day or the month first: write"):
        read_times(cells)


def test_it_does_not_matter_where_both_are_the_same():
    assert read_times(["04/04/2024", "05/05/2024"])[0][0] == datetime(2024, 4, 4, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("cells", [[], [""], ["soon", "later"], ["nan", "inf"]])
def test_no_times(cells):
    with pytest.raises(NoTimes, match="none of its values"):
        read_times(cells)


@given(st.lists(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)), min_size=1, max_size=30))
def test_iso_keeps_the_order(moments):
    times, form = read_times([moment.isoformat() for moment in moments])
    assert form == "ISO 8601"
    expected = [moment.replace(tzinfo=UTC).timestamp() for moment in moments]
    np.testing.assert_array_equal(times, expected)


def test_many_values_take_no_time():
    start = time.perf_counter()
    times, _ = read_times(
        [f"{at % 28 + 1:02}.{at % 12 + 1:02}.{1900 + at // 336} 10:{at % 60:02}" for at in range(20_000)]
    )
    assert not np.isnan(times).any()
    assert time.perf_counter() - start < 5
