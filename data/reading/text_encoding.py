"""In which encoding a text file is written: said by the user or by its first bytes, or found."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from data.corpus import DataError
from data.messages import shorten
from data.reading.packing import CHUNK, open_bytes, shown

AUTO = "auto"
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
MOST_HIGH_BYTES = 5  # of UTF-16 in an alphabet
HEAD, SAMPLE = 4096, 1 << 16  # bytes
FEW_BROKEN = 20  # lines of UTF-8 with letters beyond ASCII for each that is broken: it is UTF-8, and damaged
# What West European texts have beside ASCII. Read as windows-1252, texts in another encoding have other characters.
WEST_EUROPEAN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿŒœ‘’‚“”„–—…•«»€£§°©®™¡¿\xa0´")
# What files were written in before UTF-8; the encodings of mainframes, DOS and the first Macintosh confuse the guess.
GUESSED = (
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 iso8859_2 iso8859_5 iso8859_9 koi8_r koi8_u "
    "gb18030 big5 shift_jis cp932 euc_jp euc_kr cp949".split()
)
ISO_2022_JP = re.compile(rb"\x1b\$[@B]")  # Japanese letters begin; all bytes are ASCII
LEAST_HIRAGANA, MOST_WRONG = 0.1, 0.01  # of the letters beyond ASCII
DAMAGED = "surrogateescape"  # the error handler with which broken bytes can be told from all others


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become characters.

    Attributes:
        name: as Python knows it.
        errors: `strict`, or `DAMAGED` where single rows are broken.
        guessed: whether nothing in the file says so.
    """

    name: str
    errors: str = "strict"
    guessed: bool = False

    def __str__(self) -> str:
        return f"{self.name}, guessed" if self.guessed else self.name


def find_encoding(path: Path, asked: str = AUTO) -> Encoding:
    """The encoding to read a file with.

    `auto` is what a byte order mark or the zeros of UTF-16 and UTF-32 say, else UTF-8 where the whole file is, else the
    best guess. UTF-8 that is asked for gives way to UTF-16 and UTF-32 where the file has their byte order mark.

    Args:
        path: of the file.
        asked: the encoding, or `auto`.

    Raises:
        DataError: it cannot be read, or its encoding is not the one that is asked for, or cannot be found.
    """
    with open_bytes(path) as file:
        head = file.read(HEAD)
    if asked != AUTO:
        return Encoding(_asked(path, asked, head))
    found = _marked(head) or _wide(head) or _escaped(head)
    return Encoding(found) if found else _scan(path)


def check_encoding(asked: str) -> str:
    """An encoding as it is asked for, if it is one; that of UTF-8 under one name.

    Raises:
        DataError: it is none of text.
    """
    if asked == AUTO:
        return asked
    try:
        name = codecs.lookup(asked).name
        b"".decode(asked)  # some are from bytes to bytes
        if name in NO_FILE_ENCODINGS:
            raise LookupError(name)
    except (LookupError, ValueError) as error:
        raise DataError(
            f"--encoding {shorten(asked)} is no text encoding: try utf-8, utf-16, cp1252 or latin-1."
        ) from error
    return "utf-8" if name in ("utf-8", "utf-8-sig") else asked


def decode(content: bytes, encoding: str) -> str | None:
    r"""All of a small file as text, without a byte order mark; `None` where it is not in this encoding.

    `auto` is what its first bytes say, or UTF-8.

    >>> decode("\ufeffcaf\u00e9".encode(), "auto"), decode(b"caf\xe9", "auto")
    ('café', None)
    """
    found = encoding
    if encoding == AUTO:
        found = _marked(content) or _wide(content[:HEAD]) or _escaped(content[:HEAD]) or "utf-8"
    try:
        return content.decode(found).removeprefix("\ufeff")
    except UnicodeError:
        return None


def guess_encoding(path: Path, sample: bytes) -> str:
    """The encoding that a file is most likely in, which is not UTF-8.

    Args:
        path: of the file, for a message.
        sample: of its bytes, most of those that are not ASCII.

    Raises:
        DataError: none is likely.
    """
    try:
        if all(letter.isascii() or letter in WEST_EUROPEAN for letter in sample.decode("cp1252")):
            return "cp1252"
    except UnicodeDecodeError:
        pass
    if _is_shift_jis(sample):
        return "cp932"
    from charset_normalizer import from_bytes  # 0.1 s to import, and seldom needed

    best = from_bytes(sample, cp_isolation=GUESSED).best()
    if best is None or best.encoding in ("utf_8", "ascii"):
        raise DataError(f"{shown(path)} is neither UTF-8 nor in another encoding that is found: add --encoding.")
    return codecs.lookup(best.encoding).name


def _asked(path: Path, asked: str, head: bytes) -> str:
    name = check_encoding(asked)
    if name != "utf-8":
        return name
    if zeros := None if _marked(head) else ZEROS.get(tuple(byte == 0 for byte in head[:4])):
        raise DataError(f"{shown(path)} is not UTF-8 but {zeros}, by its first bytes: add --encoding {zeros}.")
    return _marked(head) or "utf-8"


def _marked(head: bytes) -> str | None:
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, by where its zeros are: those of line ends at least, all on one side.

    >>> _wide("мир\\nда".encode("utf-16-le"))
    'utf-16-le'
    """
    if zeros := ZEROS.get(tuple(byte == 0 for byte in head[:4])):
        return zeros
    even, odd = head[::2].count(0), head[1::2].count(0)
    if bool(even) == bool(odd):
        return None
    name, high = ("utf-16-be", head[::2]) if even else ("utf-16-le", head[1::2])
    # ASCII with a NUL somewhere, taken in pairs, is Chinese of all kinds; an alphabet has few first bytes.
    alphabet = len(set(high)) <= MOST_HIGH_BYTES or not _is_utf8(head)
    return name if alphabet and set("\r\n") & set(head.decode(name, "replace")) else None


def _escaped(head: bytes) -> str | None:
    return "iso2022_jp" if ISO_2022_JP.search(head) and head.isascii() else None


def _is_shift_jis(sample: bytes) -> bool:
    """Whether it is Japanese in Shift-JIS, which a guess takes for Korean: other texts have hardly a hiragana in it."""
    letters = [letter for letter in sample.decode("cp932", "replace") if not letter.isascii()]
    hiragana = sum("\u3041" <= letter <= "\u309f" for letter in letters)
    return hiragana > LEAST_HIRAGANA * len(letters) and letters.count("\ufffd") < MOST_WRONG * len(letters)


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # it may end within a letter
    except UnicodeDecodeError:
        return False
    return True


def _scan(path: Path) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with open_bytes(path) as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        return Encoding("utf-8")
    except UnicodeDecodeError:
        pass
    sample, whole, broken = bytearray(), 0, 0
    with open_bytes(path) as file:
        while line := file.readline(CHUNK):
            if line.isascii():
                continue
            try:
                line.decode()
                whole += 1
            except UnicodeDecodeError:
                broken += 1
            if len(sample) < SAMPLE:
                sample += line[:SAMPLE]
    if whole > FEW_BROKEN * broken:
        return Encoding("utf-8", DAMAGED)
    return Encoding(guess_encoding(path, bytes(sample)), guessed=True)
