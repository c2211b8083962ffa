"""What a user wrote, as a message can show it: on one line, not too long, and without steering the terminal."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

LONGEST_SHOWN = 60  # characters of a name in a message
LONGEST_EXCERPT = 300  # characters of a text that a table shows
NAMES_SHOWN = 20  # of many
# Controls, line and paragraph separators, what turns the direction of writing, and halves of surrogate pairs.
CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""The text with an escape in place of every character that would steer a terminal or end a line.

    >>> printable("caf\u00e9\n\x1b[31m")
    'café\\n\\x1b[31m'
    """
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def escape_what_cannot_be_shown() -> None:
    """Has standard output and standard error write an escape for each letter that the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not where a caller has put something else in its place
            stream.reconfigure(errors="backslashreplace")


def shorten(text: object, most: int = LONGEST_SHOWN) -> str:
    """The text, or its beginning and an ellipsis: `most` characters at most.

    >>> shorten("a" * 100, 5)
    'aaaa…'
    """
    shown = str(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def excerpt(text: str) -> str:
    r"""The beginning of a text on one line, with a question mark for half of a surrogate pair: any file can hold it.

    >>> excerpt("so\n good\ud800")
    'so good?'
    """
    return shorten(" ".join(text.split()), LONGEST_EXCERPT).encode("utf-8", "replace").decode()


def reason_of(error: BaseException) -> str:
    r"""What an error says, on one line of bearable length; its kind where it says nothing.

    >>> reason_of(ValueError("no such\n layer")), reason_of(MemoryError())
    ('no such layer', 'MemoryError')
    """
    return excerpt(str(error)) or type(error).__name__


def kind_and_reason(error: BaseException) -> str:
    """The same behind the kind of the error, for one that nobody foresaw.

    >>> kind_and_reason(KeyError("width"))
    "KeyError: 'width'"
    """
    return excerpt(f"{type(error).__name__}: {error}")


def shell_path(path: Path) -> str:
    """A path as a shell takes it from any folder: absolute and quoted, with ~ in place of the user's own folder.

    >>> shell_path(Path("/data/my runs/latest"))
    "'/data/my runs/latest'"
    """
    absolute = path.resolve()
    try:
        return "~/" + shlex.quote(printable(str(absolute.relative_to(Path.home()))))
    except (ValueError, RuntimeError):  # it lies elsewhere, or the user has none
        return shlex.quote(printable(str(absolute)))


def listed(names: Sequence[str]) -> str:
    """Names as a message shows them, the first twenty of many."""
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(repr(shorten(name)) for name in names[:NAMES_SHOWN]) + more
