"""A child process that crashes, eats memory or is interrupted, and what the parent makes of it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from data.parallel import cpu_count
from models import children
from models.children import MemoryExceeded, call_module, run_command, run_in_child, start_fork_server
from training.environment import THREAD_VARIABLES, limit_threads


@pytest.mark.slow
def test_a_segmentation_fault_is_an_exit_code():
    assert run_in_child("spawn", ctypes.string_at, 0) == -signal.SIGSEGV


@pytest.mark.slow
def test_a_child_over_its_budget_is_ended_with_its_own_children(tmp_path):
    # It asks for 300 MB in a process of its own, as a download or a worker would be, and then would wait.
    hog = "import time; held = b'1' * 300_000_000; time.sleep(60)"
    script = f"""
import subprocess, sys
from pathlib import Path
process = subprocess.Popen([sys.executable, "-c", {hog!r}])
Path({str(tmp_path / "pid")!r}).write_text(str(process.pid))
process.wait()
"""
    started = time.monotonic()
    with pytest.raises(MemoryExceeded, match=r"^\d+ MB$"):
        run_in_child("spawn", exec, script, {}, memory_limit_mb=200)
    assert time.monotonic() - started < 30
    with contextlib.suppress(psutil.NoSuchProcess):
        hog_process = psutil.Process(int((tmp_path / "pid").read_text()))
        while hog_process.status() != psutil.STATUS_ZOMBIE:  # killed, and waiting for somebody to take note
            assert time.monotonic() - started < 30
            time.sleep(0.1)


@pytest.mark.slow
def test_a_second_ctrl_c_ends_a_child_at_once(capsys, tmp_path):
    ready, over, pressed = tmp_path / "ready", threading.Event(), []
    stubborn = f"""
import signal, time
from pathlib import Path
signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path({str(ready)!r}).touch()
time.sleep(60)
"""

    def press_twice():
        while not ready.exists():  # before, the first one would end it
            if over.wait(0.05):
                return
        for _ in range(2):
            pressed.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)
            if over.wait(1):  # a second one would end pytest
                return

    threading.Thread(target=press_twice, daemon=True).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run_in_child("spawn", exec, stubborn, {})
    finally:
        over.set()
    assert len(pressed) == 2
    assert time.monotonic() - pressed[1] < 30
    assert "press Ctrl-C again to stop at once" in capsys.readouterr().err


@pytest.mark.slow
def test_a_command_is_run_as_a_user_runs_it(tmp_path, capfd):
    (tmp_path / "table.json").write_text("[1]", encoding="utf-8")
    assert run_command("json.tool", "--compact", str(tmp_path / "table.json")) == 0
    assert capfd.readouterr().out == "[1]\n"
    assert run_command("json.tool", "--unknown") == 2


@pytest.mark.slow
def test_a_command_over_its_budget_is_ended():
    started = time.monotonic()
    hold = ("--setup", "import time; held = b'1' * 300_000_000", "--number", "1", "time.sleep(60)")
    with pytest.raises(MemoryExceeded):
        run_command("timeit", *hold, memory_limit_mb=200)
    assert time.monotonic() - started < 30


@pytest.mark.slow
def test_ctrl_c_is_tested_too_where_it_is_ignored_at_the_start():
    # As nohup and a shell's `&` in a script start everything.
    test = f"{__file__}::test_a_second_ctrl_c_ends_a_child_at_once"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", test],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.slow
def test_a_child_ends_with_the_process_that_waits_for_it(tmp_path):
    told = f"import os, pathlib, time; pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid())); "
    script = f"from models.children import run_in_child; run_in_child('spawn', exec, {told + 'time.sleep(60)'!r}, {{}})"
    waiting = subprocess.Popen([sys.executable, "-c", script])
    started = time.monotonic()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() - started < 30
        time.sleep(0.1)
    child = psutil.Process(int((tmp_path / "pid").read_text()))
    waiting.kill()  # it cannot clean up
    waiting.wait()
    with contextlib.suppress(psutil.NoSuchProcess):
        while child.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() - started < 40
            time.sleep(0.1)


@pytest.mark.slow
def test_without_a_fork_server_children_start_from_a_bare_interpreter(monkeypatch, tmp_path):
    context, asked = children.multiprocessing.get_context, []
    monkeypatch.setattr(children.multiprocessing, "get_all_start_methods", lambda: ["spawn"])  # as on Windows
    monkeypatch.setattr(children.multiprocessing, "get_context", lambda method: asked.append(method) or context(method))
    start_fork_server("a_module_that_is_not_there")
    assert (
        run_in_child("forkserver", exec, f"import pathlib; pathlib.Path({str(tmp_path / 'here')!r}).touch()", {}) == 0
    )
    assert (tmp_path / "here").exists()
    assert asked == ["spawn"]


@pytest.mark.slow
def test_a_module_is_called_as_a_program_of_its_own(tmp_path):
    said = []
    assert call_module("json.tool", str(tmp_path / "table.json"), say=said.append)[0] == 2
    (tmp_path / "table.json").write_text('["é"]', encoding="utf-8")
    shown = ("--no-ensure-ascii", "--indent=1", str(tmp_path / "table.json"))
    assert call_module("json.tool", *shown, say=said.append) == (0, "")
    assert said == ["[", ' "é"', "]"]


@pytest.mark.slow
def test_a_module_of_the_working_directory_is_not_taken_for_ours(tmp_path, monkeypatch):
    (tmp_path / "data.py").write_text("raise SystemExit('that of the working directory')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, errors = call_module("reports.commands", "nothing")
    assert (code, errors[:26]) == (2, "error: there is no command")


@pytest.mark.slow
def test_ctrl_c_is_passed_on_to_a_module_that_is_called():
    threading.Timer(2, os.kill, (os.getpid(), signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        call_module("timeit", "--setup", "import time", "--number", "1", "time.sleep(60)")
    assert time.monotonic() - started < 30


def test_threads_are_as_many_as_the_cores_there_are(monkeypatch):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")  # stands for a container's quota, which joblib reads too
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")  # the user's own
    assert cpu_count() == 1
    limit_threads()
    assert {os.environ[name] for name in THREAD_VARIABLES} == {"1", "3"}
    assert os.environ["OMP_NUM_THREADS"] == "3"
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name)
