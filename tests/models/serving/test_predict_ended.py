"""What is left of `python -m models.predict` that is ended before its time."""

import subprocess
import sys
import time

import pytest

from data.exits import EXIT_TERMINATED


@pytest.mark.slow
def test_sigterm_leaves_nothing_half_written(exported_run, tmp_path, root):
    table = tmp_path / "many.csv"
    table.write_text("text\n" + "a film of some words, good or bad\n" * 200_000, encoding="utf-8")
    output = tmp_path / "answers" / "answers.csv"
    output.parent.mkdir()
    arguments = [str(exported_run), "--model", "linear", "--input", str(table), "--output", str(output)]
    process = subprocess.Popen([sys.executable, "-m", "models.predict", *arguments], cwd=root)
    while not any(output.parent.iterdir()):
        assert process.poll() is None
        time.sleep(0.01)
    process.terminate()
    assert process.wait(60) == EXIT_TERMINATED
    assert not any(output.parent.iterdir())
