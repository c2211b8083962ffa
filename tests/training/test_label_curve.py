"""`--label-curve`: every model trained with fewer labels too, within the run."""

import json
import os
import signal
import subprocess
import sys

import pytest

from data.files import write_json
from data.preparing import load_texts, load_unlabelled
from models.run_folder import RunFolder
from training import command_line, label_curve

SMALL = "--data sample --sample 240 --sequence-length 16 --width 8 --vocabulary-size 300 --formats --no-explain".split()


def test_sizes_are_kept_in_order_and_once(tmp_path):
    settings = command_line.parse("--label-curve 100 50 100".split())
    assert settings.label_curve == [50, 100]
    command_line.save(settings, tmp_path / "settings.yaml")
    assert command_line.load(tmp_path / "settings.yaml") == settings
    assert command_line.parse([]).label_curve == []
    command_line.save(command_line.parse([]), tmp_path / "settings.yaml")
    assert command_line.load(tmp_path / "settings.yaml").label_curve == []


@pytest.mark.parametrize("wrong", ["1", "all", "-50", "0.5"])
def test_what_is_no_number_of_labels_is_refused(wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.parse(["--label-curve", wrong])
    assert ended.value.code == 2
    assert "argument --label-curve: " in capsys.readouterr().err


@pytest.fixture
def run(tmp_path):
    folder = RunFolder(tmp_path)
    splits = [{"seed": seed, "samples": {"after": {"train": 160 - seed}}} for seed in (0, 1)]
    write_json(folder.data_card, {"class_names": ["a", "b", "c"], "splits": splits})
    return folder


def test_sizes_that_cannot_be_trained_are_left_out_in_one_line_each(run, capsys):
    # 159 is all that seed 1 has: the run itself is trained with these.
    assert label_curve._sizes(run, [2, 3, 50, 158, 159, 5000]) == [3, 50, 158]
    assert capsys.readouterr().out.splitlines() == [
        "--label-curve leaves out 2: 3 classes need at least one label each.",
        "--label-curve leaves out 159, 5,000: with all 159 training texts the run itself is trained.",
    ]


def test_only_models_that_the_run_has_finished_are_trained_and_only_what_is_unfinished(run, monkeypatch):
    asked = []

    def train_trial(folder, settings, model, seed, _deadline):
        asked.append((folder.path.name, model, seed))
        assert settings.label_curve == []
        return "failed" if (folder.path.name, model) == ("50", "linear") else "finished"

    monkeypatch.setattr(label_curve, "train_trial", train_trial)
    monkeypatch.setattr(label_curve, "_prepare", lambda *_: None)
    monkeypatch.setattr(label_curve, "start_fork_server", lambda *_: None)
    given = "--models rnn linear --seeds 2 --label-curve 50 100"
    command_line.save(command_line.parse(given.split()), run.settings)
    finished = [(run, "rnn", 0), (run, "linear", 0), (run, "linear", 1), (run.with_fewer_labels(100), "linear", 1)]
    for folder, model, seed in finished:
        folder.trial(model, seed).mkdir(parents=True)
        write_json(folder.metrics(model, seed), {})
    assert not label_curve.train_label_curve(run, None)
    assert asked == [
        ("50", "rnn", 0), ("50", "linear", 0), ("100", "rnn", 0), ("100", "linear", 0), ("50", "linear", 1),
    ]  # fmt: skip


def test_a_time_limit_that_is_over_begins_nothing(run, monkeypatch, capsys):
    monkeypatch.setattr(label_curve, "_prepare", lambda *_: pytest.fail("it was begun"))
    command_line.save(command_line.parse("--models linear --label-curve 50 --time-limit 9s".split()), run.settings)
    run.trial("linear", 0).mkdir(parents=True)
    write_json(run.metrics("linear", 0), {})
    assert not label_curve.train_label_curve(run, 1e-9)
    assert capsys.readouterr().out == "--time-limit 9s was over before 50 labels had their turn.\n"


def _read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.long
def test_a_curve_that_is_interrupted_goes_on_where_it_was(command, tmp_path):
    arguments = [*SMALL, "--models", "linear", "--label-curve", "20", "40", "80", "9000", "--output", str(tmp_path)]
    run = subprocess.Popen(
        [sys.executable, "-m", "training.run", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in run.stdout:
        if "With 40 labels, seed 0:" in line:
            break
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert "Traceback" not in out + err
    folder = RunFolder((tmp_path / "latest").resolve())
    first = folder.with_fewer_labels(20).metrics("linear", 0)
    before = first.stat().st_mtime_ns
    points = _read(folder.comparison)["label_curve"]["models"][0]["points"]
    assert [point["labels"] for point in points] == [20, 160]

    done = command("training.run", "--resume", folder.path)
    assert done.returncode == 0, done.stderr
    assert first.stat().st_mtime_ns == before
    points = _read(folder.comparison)["label_curve"]["models"][0]["points"]
    assert [point["labels"] for point in points] == [20, 40, 80, 160]
    assert "leaves out 9,000" in done.stdout
    assert "Would more labels help?" in (folder.path / "report.html").read_text(encoding="utf-8")

    # Nothing that is held out is learned from, and no training text is lost.
    whole, given = load_texts(folder.prepared(0)), load_unlabelled(folder.prepared(0))
    for labels in (20, 40, 80):
        prepared = folder.with_fewer_labels(labels).prepared(0)
        parts, unlabelled = load_texts(prepared), load_unlabelled(prepared)
        assert len(parts["train"].texts) == labels
        assert set(parts["train"].labels) == set(whole["train"].labels)
        learned = {*parts["train"].cleaned, *unlabelled.cleaned}
        assert learned == {*whole["train"].cleaned, *given.cleaned}
        for part in ("validation", "test"):
            assert parts[part].texts == whole[part].texts
            assert not learned & set(whole[part].cleaned)

    # A finished run may be asked for more of it.
    done = command("training.run", "--resume", folder.path, "--label-curve", "20", "40", "60")
    assert done.returncode == 0, done.stderr
    points = _read(folder.comparison)["label_curve"]["models"][0]["points"]
    assert [point["labels"] for point in points] == [20, 40, 60, 160]
