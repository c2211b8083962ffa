"""Forty reviews that one can tell apart, in any form."""

import csv
import io

import pytest

REVIEWS = [(f"film {at} was {'good' if at % 2 else 'bad'}, all in all", "pos" if at % 2 else "neg") for at in range(40)]


@pytest.fixture(scope="session")
def delimited():
    """Rows as a delimited file, quoted as csv does by default."""

    def delimited(rows, delimiter=",", end="\n", header=("text", "label"), **options):
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=delimiter, lineterminator=end, **options).writerows(
            [header, *rows] if header else rows
        )
        return buffer.getvalue()

    return delimited
