"""A disk that is full or read-only: one sentence, nothing half written taken for whole, and the run can go on."""

import json
import os
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long

FLAGS = "--data sample --sample 240 --epochs 3 --sequence-length 16 --width 16 --vocabulary-size 300".split()
FLAGS += ["--formats", "--no-explain"]
MODELS = ("--models", "linear", "lstm")


@pytest.fixture
def small_disk(tmp_path):
    """Mounts a disk of so many kB, or changes the one that is mounted."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()

    def change(options):
        remount = "remount," if os.path.ismount(disk) else ""
        command = ["mount", "-t", "tmpfs", "-o", f"{remount}{options}", "tmpfs", str(disk)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
        return disk

    yield change
    if os.path.ismount(disk):
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_one_sentence_and_the_run_goes_on_when_there_is_room(small_disk, command):
    disk = small_disk("size=4k")
    latest = disk / "runs" / "latest"
    begin, go_on = (*FLAGS, *MODELS, "--output", disk / "runs"), ("--resume", latest)
    # What there is no room for: the settings, the linear model, a checkpoint.
    for kilobytes, arguments in ((4, begin), (100, begin), (400, go_on)):
        small_disk(f"size={kilobytes}k")
        done = command("training.run", *arguments)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        assert ("continue with python -m training.run --resume " in done.stderr) == (disk / "runs").exists()
        assert latest.exists() == (kilobytes > 4)
    small_disk("size=50m")
    done = command("training.run", *go_on)
    assert done.returncode == 0, done.stderr
    rows = json.loads((latest / "comparison.json").read_text(encoding="utf-8"))["rows"]
    assert [row["failed"] for row in rows] == [None, None]
    assert not list(disk.rglob(".unfinished-*"))


def test_a_read_only_folder_is_one_sentence(small_disk, command):
    disk = small_disk("size=50m")
    assert command("training.run", *FLAGS, "--models", "linear", "--output", disk / "runs").returncode == 0
    small_disk("ro")
    for arguments in (("--resume", disk / "runs" / "latest"), (*FLAGS, "--output", disk / "runs")):
        done = command("training.run", *arguments)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "Read-only file system" in done.stderr
    shutil.copytree((disk / "runs" / "latest").resolve(), disk.parent / "copy")
    assert command("training.run", "--resume", disk.parent / "copy").returncode == 0
