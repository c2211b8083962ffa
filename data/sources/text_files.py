"""The user's file as lines of text: what may be opened, in which encoding, and where it breaks."""

from __future__ import annotations

import codecs
import stat
from collections.abc import Iterator
from pathlib import Path

from data.corpus import DataError
from data.messages import shorten

LONGEST_LINE = 10_000_000  # characters, three times War and Peace: what is longer is no text but a broken file
LONGEST_PATH = 200  # characters of a path in a message

# A file that begins with one says itself what it is. UTF-32 first: its little-endian mark begins as UTF-16's does.
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Which of the first four bytes are zero where two ASCII characters, or one, are written in them; as in RFC 4627, 3.
ZEROS: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
}
NO_FILE_ENCODINGS = ("idna", "punycode", "undefined")  # Python has them for other ends
OTHER_FORMATS = {
    b"\x1f\x8b": "packed with gzip: unpack it",
    b"BZh": "packed with bzip2: unpack it",
    b"\xfd7zXZ": "packed with xz: unpack it",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard: unpack it",
    b"PK\x03\x04": "a zip archive or an Excel workbook: unpack it, or save the table as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save the table as CSV",
    b"PAR1": "Parquet: save the table as CSV",
    b"%PDF": "a PDF: save the table as CSV",
}
NO_FILES = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a text file with their ends, be they LF, CR LF or CR; a byte order mark is left out.

    UTF-8 gives way to UTF-16 and UTF-32 where the file has their byte order mark.

    Raises:
        DataError: it is no file that can be read, is not in this encoding, or has a line of more than
            10,000,000 characters.
    """
    _refuse_no_file(path)
    try:
        encoding = _encoding(path, encoding)
        with path.open(encoding=encoding, newline="") as file:
            number = 1
            while line := file.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise DataError(
                        f"{shown(path)}, line {number:,}, is longer than {LONGEST_LINE:,} characters: break it up, or "
                        "close the quote that is open."
                    )
                yield line.removeprefix("\ufeff") if number == 1 else line
                number += 1
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{shown(path)} could not be read: {reason}; check that you may read it.") from error
    except UnicodeError as error:
        raise _wrong_encoding(path, encoding, error) from error
    except (LookupError, ValueError) as error:
        raise DataError(
            f"--encoding {shorten(encoding)} is no text encoding: try utf-8, utf-16, cp1252 or latin-1."
        ) from error


def shown(path: Path) -> str:
    """The path as a message shows it."""
    return shorten(path, LONGEST_PATH)


def place(path: Path, line: int) -> str:
    """A line of a file as a message shows it."""
    return f"{shown(path)}, line {line}"


def _refuse_no_file(path: Path) -> None:
    """A pipe or a device would be waited for without end."""
    try:
        kind = NO_FILES.get(stat.S_IFMT(path.stat().st_mode))
    except (OSError, ValueError) as error:  # a path may not hold a NUL
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{shown(path)} could not be read: {reason}; check the path.") from error
    if kind:
        raise DataError(f"{shown(path)} is {kind}: name a file.")


def _encoding(path: Path, encoding: str) -> str:
    """The encoding to read with, from the first bytes of the file."""
    with path.open("rb") as file:
        head = file.read(8)
    for start, what in OTHER_FORMATS.items():
        if head.startswith(start):
            raise DataError(f"{shown(path)} is {what}.")
    name = codecs.lookup(encoding).name
    if name in NO_FILE_ENCODINGS:
        raise LookupError(name)
    if name not in ("utf-8", "utf-8-sig"):
        return encoding
    for mark, marked in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return marked
    if zeros := ZEROS.get(tuple(byte == 0 for byte in head[:4])):
        raise DataError(f"{shown(path)} is not UTF-8 but {zeros}, by its first bytes: add --encoding {zeros}.")
    return encoding


def _wrong_encoding(path: Path, encoding: str, error: UnicodeError) -> DataError:
    """Says where the file breaks. The decoder saw a piece of it only, so it is read once more as a whole."""
    raw = path.read_bytes()
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as found:
        position = len(raw) - len(found.object) + found.start  # a codec may take a byte order mark away first
        before = raw[:position].decode(encoding, "ignore")
        line = before.count("\n") + before.count("\r") - before.count("\r\n") + 1
        return DataError(
            f"{shown(path)} is not {encoding}: line {line:,}, byte {position:,} of the file, is "
            f"0x{raw[position : position + 1].hex()}; save it as UTF-8 or name its encoding with --encoding."
        )
    except UnicodeError as found:  # UTF-16 without the byte order mark it needs
        error = found
    return DataError(f"{shown(path)} is not {encoding} ({shorten(error, 200)}): name its encoding with --encoding.")
