"""The bar in a real terminal (a pty): at its bottom while there is work, gone afterwards, and nowhere else."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

import pytest

from training.progress import terminal
from training.progress.overall import Overall

pytestmark = pytest.mark.slow

SCRIPT = """
import subprocess, sys, time
from training.progress.overall import Task, overall
from training.progress.terminal import shown_below
overall.plan([Task("first", 1), Task("second", 1)])
with shown_below(overall):
    overall.begin("first")
    print("printed", flush=True)
    subprocess.run([sys.executable, "-uc", "import sys; print('by a child'); print('its error', file=sys.stderr)"])
    overall.begin("second")
    time.sleep(0.6)
    {work}
    print("unfinished", end="")
print(" line")
"""


def in_terminal(command, columns=80, press=None, seconds=120, **environment):
    """Runs a command in a terminal.

    Args:
        press: what the output has to match, and then the keys to press.

    Returns:
        Its exit code, and all that it wrote to the terminal.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl-C reaches it, as it does from a shell
        env={**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "", **environment},
    )
    os.close(theirs)
    output, ends = b"", time.monotonic() + seconds
    try:
        while time.monotonic() < ends:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    found = os.read(ours, 1 << 16)
                except OSError:  # Linux's way to say that nobody has the terminal any longer
                    break
                if not found:
                    break
                output += found
                if press and re.search(press[0], output):
                    os.write(ours, press[1])
                    press = None
        return process.wait(timeout=10), output
    finally:
        process.kill()
        os.close(ours)


def screen(output):
    """What a person reads in the end: a line that is emptied is gone."""
    return [line.split(b"\r\x1b[K")[-1].decode() for line in output.replace(b"\r\n", b"\n").split(b"\n")]


def run_script(work="pass", **terminal):
    return in_terminal([sys.executable, "-c", SCRIPT.format(work=work)], **terminal)


LINES = ["printed", "by a child", "its error", "unfinished line", ""]


def test_lines_scroll_above_a_bar_that_is_gone_in_the_end():
    code, output = run_script()
    assert code == 0
    assert screen(output) == LINES
    assert "0 of 2 done; first" in output.decode()
    assert "1 of 2 done; second" in output.decode()


def test_what_is_written_at_the_very_end_is_not_lost(monkeypatch):
    """The work ends just as the thread has looked in vain."""
    (end, entry), (ours, terminal_end), ended = os.pipe(), os.pipe(), threading.Event()
    really = select.select

    def select_and_end(*wanted):
        found = really(*wanted)
        if not ended.is_set():
            os.write(entry, b"unfinished")
            ended.set()
        return found

    monkeypatch.setattr(terminal.select, "select", select_and_end)
    terminal._pass_on(end, terminal_end, Overall(), ended)
    os.close(terminal_end)
    assert os.read(ours, 1 << 16) == b"unfinished"
    for descriptor in (end, entry, ours):
        os.close(descriptor)


@pytest.mark.parametrize("columns", [0, 10, 30])
def test_a_narrow_terminal_is_never_wrapped(columns):
    _, output = run_script(columns=columns)
    assert screen(output) == LINES
    bars = re.findall(rb"\x1b\[K([^\r\n\x1b]*\|[^\r\n\x1b]*)", output)
    assert bars
    assert max(len(bar.decode()) for bar in bars) < (columns or 80)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode_gets_ascii(encoding):
    _, output = run_script("time.sleep(1)", PYTHONIOENCODING=encoding)
    assert screen(output) == LINES
    assert output.isascii()
    assert b"#" in output


def test_no_color_and_no_bar_where_they_are_not_wanted():
    _, output = run_script(NO_COLOR="1")
    assert not re.search(rb"\x1b\[[\d;]*m", output)
    for environment in ({"TERM": "dumb"}, {"TERM": ""}):
        _, output = run_script(**environment)
        assert output.replace(b"\r\n", b"\n").decode() == "\n".join(LINES)


@pytest.mark.parametrize("where", ["stdout", "stderr", "both"])
def test_a_pipe_gets_the_same_bytes_as_without_a_bar(where):
    pipes = {name: subprocess.PIPE for name in ("stdout", "stderr") if where in (name, "both")}
    ours, theirs = pty.openpty()
    other = {name: theirs for name in ("stdout", "stderr") if name not in pipes}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(work="pass")],
        **pipes,
        **other,
        check=True,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    assert done.stdout in (None, b"printed\nby a child\nunfinished line\n")
    assert done.stderr in (None, b"its error\n")
    if other:
        assert b"|" not in os.read(ours, 1 << 16)
    os.close(ours)


def test_ctrl_c_and_sigterm_leave_a_clean_line():
    code, output = run_script("time.sleep(30)", press=(rb"second", b"\x03"))
    assert code == -signal.SIGINT
    assert "KeyboardInterrupt" in screen(output)[-2]
    assert not any("%|" in line or "^C" in line for line in screen(output))
    _, output = run_script("raise SystemExit('ended')")
    assert screen(output) == [*LINES[:3], "ended", ""]


def test_a_run_shows_its_tasks_and_epochs(tmp_path):
    command = [sys.executable, "-m", "training.run", *"--data sample --sample 240 --unlabelled-sample 0".split()]
    command += "--epochs 3 --sequence-length 16 --width 8 --vocabulary-size 300 --models linear rnn".split()
    code, output = in_terminal([*command, "--formats", "--no-explain", "--output", str(tmp_path)], columns=200)
    text, lines = output.decode(), screen(output)
    assert code == 0, text
    for part in ("0 of 4 done; data", "1 of 4 done; linear", "2 of 4 done; rnn", "rnn, epoch 1/3", "done; report"):
        assert part in text
    assert sum(bool(re.match(r"rnn +epoch", line)) for line in lines) == 3
    assert lines[-2].startswith("Report: ")
    assert not any("%|" in line for line in lines)
