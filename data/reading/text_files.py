"""A text file as characters or lines, in the encoding that it is found or said to have, and where it breaks."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from data.corpus import DataError
from data.messages import shorten
from data.reading.packing import CHUNK, open_bytes, shown
from data.reading.text_encoding import Encoding

BLOCK = 65_536  # characters
LONGEST_LINE = 10_000_000  # characters, three times War and Peace: what is longer is no text but a broken file


@contextmanager
def open_text(path: Path, encoding: Encoding) -> Iterator[TextIO]:
    """Opens a file to be read as characters, line ends as they are.

    Raises:
        DataError: it is no file that can be read, or is not in this encoding.
    """
    try:
        with (
            open_bytes(path) as file,
            io.TextIOWrapper(file, encoding.name, encoding.errors, newline="") as text,
        ):
            yield text
    except UnicodeError as error:
        raise _wrong_encoding(path, encoding.name, error) from error
    except (LookupError, ValueError) as error:
        raise DataError(
            f"--encoding {shorten(encoding.name)} is no text encoding: try utf-8, utf-16, cp1252 or latin-1."
        ) from error


def read_lines(path: Path, encoding: Encoding) -> Iterator[str]:
    """The lines of a text file with their ends, be they LF, CR LF or CR; a byte order mark is left out.

    Raises:
        DataError: it is no file that can be read, is not in this encoding, or has a line of more than
            10,000,000 characters.
    """
    with open_text(path, encoding) as file:
        number = 0
        while block := file.read(BLOCK):
            # The rest of its last line too, and the second half of a CR LF.
            lines = io.StringIO(block + file.readline(LONGEST_LINE + 1), newline="").readlines()
            number += len(lines)
            if len(lines[-1]) > LONGEST_LINE:  # the others are shorter than a block
                raise DataError(
                    f"{place(path, number)}, is longer than {LONGEST_LINE:,} characters: break it up, or "
                    "close the quote that is open."
                )
            if number == len(lines):
                lines[0] = lines[0].removeprefix("\ufeff")
            yield from lines


def place(path: Path, line: int) -> str:
    """A line of a file as a message shows it."""
    return f"{shown(path)}, line {line}"


def _wrong_encoding(path: Path, encoding: str, error: UnicodeError) -> DataError:
    """Says where the file breaks. The decoder saw a piece of it only, so it is read once more from the beginning."""
    decoder, before, line = codecs.getincrementaldecoder(encoding)(), 0, 1
    last = ""
    try:
        with open_bytes(path) as file:
            chunk = b"-"
            while chunk:
                chunk = file.read(CHUNK)
                waiting = decoder.getstate()[0]
                decoded = decoder.decode(chunk, final=not chunk)
                before += len(chunk)
                line += _lines(last + decoded) - _lines(last)
                last = decoded[-1:]
    except UnicodeDecodeError as found:
        position = before - len(waiting) + found.start
        whole = found.object[: found.start].decode(encoding, "ignore")
        line += _lines(last + whole) - _lines(last)
        return DataError(
            f"{shown(path)} is not {encoding}: line {line:,}, byte {position:,} of the file, is "
            f"0x{found.object[found.start : found.start + 1].hex()}; save it as UTF-8 or name its encoding with "
            "--encoding."
        )
    except UnicodeError as found:  # UTF-16 without the byte order mark it needs
        error = found
    return DataError(f"{shown(path)} is not {encoding} ({shorten(error, 200)}): name its encoding with --encoding.")


def _lines(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
