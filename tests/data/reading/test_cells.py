"""What counts as missing: the same for an estimator's texts and for a data frame that is compared."""

import numpy as np
import pandas as pd
import pytest

from data.reading.cells import is_missing


@pytest.mark.parametrize("cell", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT")])
def test_every_way_to_write_nothing(cell):
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["", "nan", 0, False, 1.5, pd.Timestamp("2026-01-01")])
def test_what_is_there(cell):
    assert not is_missing(cell)
