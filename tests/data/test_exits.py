"""How commands end, and that no terminal brings them down."""

import errno
import io
import os
import signal
import subprocess
import sys

import pytest

from data.exits import attempt, refuse
from data.messages import escape_what_cannot_be_shown


class Refused(Exception):
    """As a command expects it."""


def _raise(error):
    raise error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (None, 0, ""),
        (Refused("No such run: name another."), 2, "error: No such run: name another.\n"),
        (Refused("two\nlines\x1b[31m"), 2, "error: two\\nlines\\x1b[31m\n"),
        (PermissionError(errno.EACCES, "Permission denied", "a/b"), 2, "error: a/b: Permission denied.\n"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "error: runs: No space left on device.\n"),
        (OSError("odd"), 2, "error: runs: odd.\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
    ],
)
def test_exit_codes(error, code, said, capsys):
    assert attempt(lambda: _raise(error) if error else None, "runs", Refused) == code
    assert capsys.readouterr().err == said


def test_other_errors_are_not_hidden():
    with pytest.raises(ValueError, match="a defect"):
        attempt(lambda: _raise(ValueError("a defect")), "runs", Refused)


def test_a_reader_that_has_seen_enough_is_no_error(monkeypatch):
    read, write = os.pipe()
    os.close(read)
    monkeypatch.setattr(sys, "stdout", os.fdopen(write, "w"))
    assert attempt(lambda: print("x" * 100_000), "runs") == 0
    sys.stdout.close()


def test_refuse_returns_the_code_for_bad_input(capsys):
    assert refuse("No.") == 2
    assert capsys.readouterr().err == "error: No.\n"


@pytest.mark.parametrize(("encoding", "shown"), [("latin-1", b"80 \\u2013 90 \xb7"), ("ascii", b"80 \\u2013 90 \\xb7")])
def test_what_a_terminal_lacks_is_escaped(encoding, shown, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding))
    escape_what_cannot_be_shown()
    print("80 – 90 ·", end="", flush=True)
    assert raw.getvalue() == shown


def test_a_stream_that_takes_every_character_is_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    escape_what_cannot_be_shown()
    print("80 – 90")
    assert sys.stdout.getvalue() == "80 – 90\n"


HALF_WRITTEN = """
import time
from pathlib import Path
from data.exits import attempt
from data.files import whole

def work():
    with whole(Path("answers.csv")) as aside:
        aside.write_text("half")
        print("waiting", flush=True)
        time.sleep(60)

raise SystemExit(attempt(work, "answers.csv"))
"""


@pytest.mark.slow
def test_sigterm_leaves_nothing_half_written(tmp_path, root):
    done = subprocess.Popen(
        [sys.executable, "-c", HALF_WRITTEN],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.stdout.readline() == "waiting\n"
    done.send_signal(signal.SIGTERM)
    assert done.communicate(timeout=30) == ("", "")
    assert done.returncode == 143
    assert not list(tmp_path.iterdir())


def test_what_listens_to_sigterm_goes_on_listening():
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append(True))
    try:
        assert attempt(lambda: signal.raise_signal(signal.SIGTERM), "runs") == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [True]
