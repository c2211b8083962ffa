"""Forty reviews that one can tell apart, in any form."""

import csv
import io

import pytest

REVIEWS = [(f"film {at} was {'good' if at % 2 else 'bad'}, all in all", "pos" if at % 2 else "neg") for at in range(40)]


@pytest.fixture
def write(tmp_path):
    """Writes text or bytes into a file, and gives its path."""

    def write(content, name="reviews.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


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
