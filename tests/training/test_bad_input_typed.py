"""Bad and hostile input as a user types it, each in a process of its own: what is left on terminal and disk."""

import csv
import os
import re
import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.slow


def test_debug_shows_the_traceback_and_is_no_setting(command, tmp_path):
    done = command("training.run", "--debug", "--data", tmp_path / "a.csv")
    assert done.returncode == 2
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("a.csv could not be read: No such file or directory; check the path.\n")


def test_a_name_that_the_terminal_cannot_show(command, tmp_path):
    path = tmp_path / b"caf\xe9.csv".decode("utf-8", "surrogateescape")
    path.write_text("text,label\n", encoding="utf-8")
    done = command("training.run", "--data", path, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("caf\\udce9.csv holds no rows: name a file with texts and labels.\n")


def test_no_process_is_left_behind(tmp_path):
    # The fork server needs seconds to import Keras, and would keep whoever reads the command's output waiting.
    marked = {"BAD_INPUT_TEST": str(tmp_path)}
    with (tmp_path / "err").open("w") as err:
        done = subprocess.run(
            [sys.executable, "-m", "training.run", "--data", "a.csv"], env=os.environ | marked, stderr=err, check=False
        )
    assert done.returncode == 2
    for _ in range(20):  # multiprocessing's resource tracker ends by itself, at once
        if not any(_has(process, marked) for process in psutil.process_iter(["environ"])):
            break
        time.sleep(0.1)
    else:
        pytest.fail("a process is still there after two seconds")


def _has(process, marked):
    return marked.items() <= (process.info["environ"] or {}).items()


@pytest.mark.long
def test_hostile_names_and_labels_stay_names_and_secrets_stay_out(command, tmp_path):
    labels = [
        "../../up",
        "/etc/x",
        "<script>alert(1)</script>",
        "-rf",
        ".hidden",
        "x" * 300,
        "a|b",
        "nul\0",
        "$(id)",
        "`id`",
        "<script>ALERT(1)</script>",  # a note says that it is like the other
    ]
    path = tmp_path / f"-..é {'n' * 200}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = ([f"word{at % 11} item{at} <script>alert('text')</script>", labels[at % 11]] for at in range(200))
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["text", "label"], *rows])
    secrets = {"API_TOKEN": "a-secret-token", "HOME": str(tmp_path / "home-of-a-person"), "USER": "a-person"}
    done = command(
        "training.run",
        "--data",
        path,
        "--models",
        "linear",
        "--output",
        tmp_path / "runs",
        "--sequence-length",
        8,
        **secrets,
    )
    assert done.returncode == 0, done.stderr
    written = [found for found in (tmp_path / "runs").rglob("*") if not found.is_symlink()]
    assert {found.parents[0] for found in (tmp_path / "runs").iterdir()} == {tmp_path / "runs"}
    for found in written:
        assert re.fullmatch(r"[\w][\w.-]*|\.lock", found.name)
        assert len(found.name.encode()) < 128
    contents = [found.read_bytes() for found in written if found.is_file()]
    assert len(contents) > 8
    for secret in secrets.values():
        assert not any(secret.encode() in content for content in contents)
    assert "<script" not in (tmp_path / "runs/latest/report.md").read_text(encoding="utf-8").replace(r"\<script", "")
