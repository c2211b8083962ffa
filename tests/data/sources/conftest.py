"""A user's file."""

import pytest


@pytest.fixture
def write(tmp_path):
    """Writes text or bytes into a file, and gives its path."""

    def write(content, name="reviews.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
