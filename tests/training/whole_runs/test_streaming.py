"""A run whose training texts are streamed: the numbers of one that holds them, killed and continued too."""

import json
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long

SIZES = "--sample all --epochs 3 --sequence-length 16 --width 8 --no-explain --unlabelled none".split()


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def kill_at(text, *arguments):
    """Kills the command once it says so; what it said until then."""
    process = subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    said = ""
    while text not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    process.stdout.close()
    return said


def test_streamed_and_held_texts_give_the_same_numbers_and_so_does_a_run_killed_three_times(command, tmp_path):
    rows = [f"{('bad', 'good')[at % 2]} film number{at % 40} seen{at},{('neg', 'pos')[at % 2]}" for at in range(240)]
    (tmp_path / "posts.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    given = ["training.run", "--data", tmp_path / "posts.csv", *SIZES]
    held = command(*given, "--models", "cnn", "--formats", "--output", tmp_path / "held")
    assert held.returncode == 0, held.stderr
    flags = ["--models", "linear", "cnn", "--formats", "onnx", "--streaming", "always", "--output", tmp_path / "runs"]
    resumed = ["training.run", "--resume", tmp_path / "runs" / "latest"]
    preparing = kill_at("learn from all 160 training texts, streamed from the run folder", *given, *flags)
    assert "epoch" not in preparing
    training = kill_at("epoch  1/3", *resumed)
    assert "linear       onnx" not in training
    kill_at("linear       onnx", *resumed)  # in the middle of the exports
    done = command(*resumed)
    assert done.returncode == 0, done.stderr
    assert "epoch  3/3" not in done.stdout
    held, streamed = tmp_path / "held" / "latest", tmp_path / "runs" / "latest"
    assert (streamed / "cnn/0/predictions.csv").read_text() == (held / "cnn/0/predictions.csv").read_text()
    for name in ("test", "validation", "train"):
        assert read(streamed / "cnn/0/metrics.json")[name] == read(held / "cnn/0/metrics.json")[name]
    assert read(streamed / "data_card.json")["digest"] == read(held / "data_card.json")["digest"]
    assert "streamed from the run folder" in (streamed / "report.md").read_text()
    # The linear row says how it was learned, and its export answers as it does.
    assert read(streamed / "linear/0/model.json")["title"] == "linear (hashed features, stochastic gradient)"
    assert read(streamed / "linear/export/parity.json")["formats"]["onnx"]["refused"] is None
