"""The bytes of a file, unpacked where it is packed: gzip, Zstandard, bzip2 and xz, told apart by their first bytes."""

from __future__ import annotations

import importlib
import lzma
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from data.corpus import DataError
from data.messages import shorten

LONGEST_PATH = 200  # characters of a path in a message
CHUNK = 1 << 20  # bytes at a time
GZIP, BZIP2, XZ, ZSTANDARD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"
PACKED = (".gz", ".zst", ".bz2", ".xz")  # what stands behind the suffix of a packed file
OTHER_FORMATS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook: unpack it, or save the table as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save the table as CSV",
    b"%PDF-": "a PDF: save the table as CSV",
    b"7z\xbc\xaf": "a 7z archive: unpack it",
    b"Rar!\x1a": "a RAR archive: unpack it",
    b"\x1f\x9d": "packed by compress: unpack it",
    b"SQLite format 3\0": "a database: save the table as CSV",
    b"ARROW1\0\0": "an Arrow file: save the table as Parquet",
    b"\x89HDF": "an HDF5 file: save the table as Parquet",
    b"\x93NUMPY": "an array of NumPy: save the table as CSV",
}
NO_FILES = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Opens a file to be read as bytes.

    Raises:
        DataError: it is no file that can be read, is a format of another kind, or is packed and damaged.
    """
    refuse_no_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(16)
            file.seek(0)
            for start, what in OTHER_FORMATS.items():
                if head.startswith(start):
                    raise DataError(f"{shown(path)} is {what}.")
            with _unpacked(file, head) as unpacked:
                yield unpacked
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if error.errno is None:  # what gzip and bz2 raise of a file that is not what its first bytes say
            raise _damaged(path, error) from error
        raise DataError(
            f"{shown(path)} could not be read: {error.strerror or error}; check that you may read it."
        ) from error


def refuse_no_file(path: Path) -> None:
    """A pipe or a device would be waited for without end.

    Raises:
        DataError: it is one, or is not there.
    """
    try:
        kind = NO_FILES.get(stat.S_IFMT(path.stat().st_mode))
    except (OSError, ValueError) as error:  # a path may not hold a NUL
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{shown(path)} could not be read: {reason}; check the path.") from error
    if kind:
        raise DataError(f"{shown(path)} is {kind}: name a file.")


def suffix_of(path: Path) -> str:
    """The suffix that says what is in a file, in small letters and without that of its packing.

    >>> suffix_of(Path("reviews.CSV.gz"))
    '.csv'
    """
    *_, last = ["", *(suffix.lower() for suffix in path.suffixes if suffix.lower() not in PACKED)]
    return last


def shown(path: Path) -> str:
    """The path as a message shows it."""
    return shorten(path, LONGEST_PATH)


def zstd_module() -> Any:
    """Python's module for Zstandard, which older versions of Python have as a package."""
    return importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")


@contextmanager
def _unpacked(file: BinaryIO, head: bytes) -> Iterator[BinaryIO]:
    if head.startswith(GZIP):
        import gzip

        with gzip.open(file) as unpacked:
            yield cast(BinaryIO, unpacked)
    elif head.startswith(BZIP2):
        import bz2

        with bz2.open(file) as unpacked:
            yield cast(BinaryIO, unpacked)
    elif head.startswith(XZ):
        with lzma.open(file) as unpacked:
            yield cast(BinaryIO, unpacked)
    elif head.startswith(ZSTANDARD):
        zstd = zstd_module()
        try:
            with zstd.open(file) as unpacked:
                yield cast(BinaryIO, unpacked)
        except zstd.ZstdError as error:
            raise EOFError(str(error)) from error
    else:
        yield file


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"{shown(path)} is packed and damaged ({shorten(error, 200)}): pack it again.")
