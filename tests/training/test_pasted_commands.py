"""What a run prints can be pasted, and shown on any terminal; where it was begun does not matter to it."""

import os
import shlex
import shutil
import signal
import subprocess
import sys

import pytest

from models.run_folder import RunFolder
from training import command_line
from training.command_line import parse
from training.run import _with_absolute_paths
from training.run_folders import command_line_of, command_to_continue

ROWS = [f"{'good' if number % 2 else 'bad'} thing number{number},{number % 2}" for number in range(60)]
QUICK = ("--models", "linear", "--formats", "--no-explain")


@pytest.fixture
def elsewhere(tmp_path, root):
    """Runs a command line as a shell does, in a folder that is not the project's, whose path has a space."""
    folder = tmp_path / "my texts"
    folder.mkdir()
    (folder / "reviews.csv").write_text("\n".join(["text,label", *ROWS]), encoding="utf-8")

    def run(line, place=folder, **environment):
        line = line.replace("python", shlex.quote(sys.executable), 1)
        environment = os.environ | {"PYTHONPATH": str(root)} | environment
        return subprocess.run(
            line,
            shell=True,
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
            check=False,
        )

    return run


@pytest.mark.parametrize("name", ["plain", "my runs", "it's", "a$b", "-runs"])
def test_the_command_to_continue_is_one_that_a_shell_reads_back(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command_to_continue(RunFolder(tmp_path / name)))
    path = name if name != "-runs" else str(tmp_path / name)  # it would be taken for a flag
    assert words == ["python", "-m", "training.run", "--resume", path]
    words = shlex.split(command_line_of("reports.page", RunFolder(tmp_path / name), "--flag", "a b"))
    assert words == ["python", "-m", "reports.page", path, "--flag", "a b"]
    monkeypatch.chdir("/usr")
    assert str(tmp_path / name) in shlex.split(command_to_continue(RunFolder(tmp_path / name)))


def test_relative_paths_are_kept_as_absolute_ones(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.csv").touch()
    found = _with_absolute_paths(parse(["--data", "reviews.csv", "--backbone", "./weights"]))
    assert (found.data, found.backbone) == (str(tmp_path / "reviews.csv"), str(tmp_path / "weights"))
    for name in ("auto", "sample", "20newsgroups", "no.csv"):
        (tmp_path / "sample").touch()  # the name of a source is that, whatever is in the folder
        assert _with_absolute_paths(parse(["--data", name])).data == name
    assert _with_absolute_paths(parse(["--backbone", "bert_tiny_en_uncased"])).backbone == "bert_tiny_en_uncased"


@pytest.mark.long
def test_a_run_is_continued_by_pasting_wherever_it_was_begun(elsewhere, tmp_path):
    begun = elsewhere(
        f"python -m training.run --data reviews.csv {shlex.join(QUICK)} --time-limit 0.01s --output 'my runs'"
    )
    assert begun.returncode == 1
    line = begun.stderr.splitlines()[-1].partition(" To try again: ")[2]
    (latest,) = (tmp_path / "my texts" / "my runs").glob("*-reviews")
    assert command_line.load(latest / "settings.yaml").data == str(tmp_path / "my texts" / "reviews.csv")
    (latest / "data_card.json").unlink()  # killed before its texts were split: they are read again
    moved = elsewhere(f"python -m training.run --resume {shlex.quote(str(latest))} --time-limit 0.01s", place=tmp_path)
    assert moved.returncode == 1, moved.stderr
    assert "'my texts/my runs/" in moved.stderr
    pasted = elsewhere(f"{line} --time-limit 10m")
    assert (pasted.returncode, pasted.stderr) == (0, "")


@pytest.mark.long
def test_a_terminal_that_lacks_letters_gets_escapes(elsewhere, tmp_path, root):
    folder = tmp_path / "my texts"
    rows = [row.replace("thing", "Café – 😀 ф") + "★" for row in ROWS]
    (folder / "cafés.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    # No network is trained and no graph exported, so nothing of it needs a framework.
    for name in ("tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('it takes seconds')")
    done = elsewhere(
        "python -m training.run --data cafés.csv --models linear --formats onnx --output runs",
        PYTHONIOENCODING="latin-1",
        LC_ALL="C",
        PYTHONPATH=f"{tmp_path}{os.pathsep}{root}",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2605" in done.stdout  # the star of a label, in what the steps print
    assert "Report: " in done.stdout
    run = folder / "runs" / "latest"
    for made in ("linear/export/model.onnx", "explanations.json", "report.html", "linear/0/tensorboard.done"):
        assert (run / made).exists()
    assert "in the vocabulary of" not in (run / "data_card.md").read_text(encoding="utf-8")  # no model has one
    # Not exported, it is explained all the same.
    shutil.rmtree(run / "linear" / "export")
    text = shlex.quote(rows[0].partition(",")[0])
    done = elsewhere(f"python -m reports.explain runs/latest {text}", PYTHONPATH=f"{tmp_path}{os.pathsep}{root}")
    assert done.returncode == 0, done.stderr
    assert "linear" in done.stdout


@pytest.mark.slow
def test_started_with_ctrl_c_ignored_a_run_ignores_it(tmp_path, root):
    run = subprocess.Popen(
        [sys.executable, "-m", "training.run", "--data", "sample", "--sample", "240", *QUICK, "--output", tmp_path],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root, start_new_session=True,
    )  # fmt: skip
    for line in run.stdout:
        if "Run folder: " in line or "TF-IDF" in line:
            os.killpg(run.pid, signal.SIGINT)
    assert run.wait(120) == 0
    assert run.stderr.read() == ""
