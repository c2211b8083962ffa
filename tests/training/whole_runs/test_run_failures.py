"""The command where something is wrong: one sentence, the right exit code, nothing lost. The same on every backend."""

import json
import resource
import subprocess
import sys

import psutil
import pytest

pytestmark = pytest.mark.slow

SMALL = "--sample 240 --unlabelled-sample 200 --epochs 2 --sequence-length 16 --width 8 --vocabulary-size 300".split()
SMALL += ["--formats", "--no-explain"]
SETTINGS = ("--data", "sample", *SMALL)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_help_answers_at_once(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = command("training.run", "--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Processor time: what else the machine is doing is not in it.
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.5
    assert done.returncode == 0
    assert "--label-smoothing" in done.stdout


BAD = {
    "no such file": (["--data", "nowhere.csv"], "could not be read"),
    "no such data": (["--data", "newsgroups"], "neither 20newsgroups, sample, a folder, nor a file"),
    "too few texts": (["--data", "sample", "--sample", "5"], "too few"),
    "unknown setting": (["--unknown"], "unknown setting --unknown"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_sentence_and_leaves_no_folder(case, command, tmp_path):
    arguments, sentence = BAD[case]
    done = command("training.run", *arguments, "--output", tmp_path / "runs")
    assert done.returncode == 2
    assert sentence in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_an_unknown_backend_is_refused(command):
    done = command("training.run", KERAS_BACKEND="theano")
    assert done.returncode == 2
    assert "KERAS_BACKEND=theano is not one of tensorflow, jax, torch" in done.stderr


def test_a_place_that_cannot_be_written_is_refused(command, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    done = command("training.run", *SETTINGS, "--output", tmp_path / "file")
    assert done.returncode == 2
    assert "choose another with --output" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_network_the_sample_stands_in_and_is_named(command, tmp_path):
    nowhere = {"SCIKIT_LEARN_DATA": str(tmp_path / "empty"), "https_proxy": "http://127.0.0.1:9"}
    done = command("training.run", *SMALL, "--models", "linear", "--output", tmp_path / "runs", **nowhere)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("20 Newsgroups could not be had")
    assert "Going on with the built-in sample instead." in done.stdout.splitlines()[0]
    assert "Test split of sample" in done.stdout
    strict = command("training.run", "--data", "20newsgroups", "--output", tmp_path / "none", **nowhere)
    assert strict.returncode == 2
    assert "20 Newsgroups could not be had" in strict.stderr
    assert not (tmp_path / "none").exists()


def test_neither_a_model_that_fails_nor_weights_that_cannot_be_had_stop_the_others(command, tmp_path):
    models = "--models rnn distilbert linear --backbone no_such_preset --learning-rate 1e38 --clip-norm 0".split()
    done = command("training.run", *SETTINGS, *models, "--output", tmp_path)
    assert done.returncode == 1
    comparison = read(tmp_path / "latest" / "comparison.json")
    rnn, linear = comparison["rows"]
    assert "the loss became NaN" in rnn["failed"]
    assert rnn["accuracy"] is None
    assert linear["model"] == "linear"
    assert linear["accuracy"] is not None
    assert comparison["missing"][0]["model"] == "distilbert"
    assert "distilbert is missing: " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_killed_model_is_a_failed_row(tmp_path):
    arguments = [sys.executable, "-m", "training.run", *SETTINGS, "--epochs", "500", "--early-stopping-patience", "500"]
    run = subprocess.Popen(
        [*arguments, "--models", "rnn", "linear", "--output", tmp_path], stdout=subprocess.PIPE, text=True
    )
    for line in run.stdout:
        if "epoch" in line:
            break

    trainers = [child for child in psutil.Process(run.pid).children(recursive=True) if not child.children()]
    max(trainers, key=lambda child: child.cpu_times().user).kill()
    run.communicate(timeout=120)
    assert run.returncode == 1
    rnn, linear = read(tmp_path / "latest" / "comparison.json")["rows"]
    assert rnn["failed"] == "its process ended with SIGKILL, as when the system runs out of memory"
    assert linear["failed"] is None


def test_a_run_whose_output_nobody_reads_can_be_continued(tmp_path, root):
    arguments = [*SETTINGS, "--models", "linear", "--output", str(tmp_path / "runs")]
    command = [sys.executable, "-m", "training.run", *arguments]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.stdout.close()  # as `head -n 1` does
    said = process.stderr.read()
    assert process.wait(60) == 2
    assert said.count("\n") == 1
    assert "Nobody reads any more what is printed. What is finished is kept; to continue: " in said
