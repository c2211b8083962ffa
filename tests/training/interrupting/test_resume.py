"""--resume, --time-limit, --memory-limit, signals and locks, as a user meets them."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

SMALL = "--data sample --sample 240 --sequence-length 16 --width 8 --vocabulary-size 300 --formats --no-explain".split()
ENDLESS = ("--epochs", "400", "--early-stopping-patience", "400")


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "training.run", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(run, text):
    for line in run.stdout:
        if text in line:
            return
    raise AssertionError(f"the run ended without {text!r}: {run.stderr.read()}")


@pytest.fixture(scope="module")
def linear_run(tmp_path_factory):
    """A finished run of the linear reference alone. Copy it before changing it."""
    output = tmp_path_factory.mktemp("linear")
    run = start(*SMALL, "--models", "linear", "--output", output)
    assert run.wait(120) == 0, run.stderr.read()
    return output / "latest"


def test_a_finished_run_is_not_trained_again(command, linear_run):
    before = (linear_run / "linear" / "0" / "metrics.json").stat().st_mtime_ns
    done = command("training.run", "--resume", linear_run)
    assert done.returncode == 0, done.stderr
    assert "TF-IDF" not in done.stdout
    assert "Report: " in done.stdout
    assert (linear_run / "linear" / "0" / "metrics.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--epochs", "3"], "leave out --epochs 3, or start a new run"),
        (["--config", "other.yaml"], "leave out --config other.yaml"),
        (["--time-limit", "soon"], "'soon' is no time such as 90s, 20m or 2h"),
        (["--memory-limit", "0GB"], "'0GB' is no amount of memory such as 10GB or 800MB"),
    ],
)
def test_what_would_change_a_resumed_run_is_refused(arguments, sentence, command, linear_run):
    done = command("training.run", "--resume", linear_run, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_run_is_refused(command, tmp_path):
    done = command("training.run", "--resume", tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(f"--resume {tmp_path} is no run folder: settings.yaml is not in it.")


def test_another_backend_is_refused(command, linear_run):
    environment = read(linear_run / "environment.json")
    (linear_run / "environment.json").write_text(json.dumps(environment | {"backend": "theano"}), encoding="utf-8")
    try:
        done = command("training.run", "--resume", linear_run)
    finally:
        (linear_run / "environment.json").write_text(json.dumps(environment), encoding="utf-8")
    assert done.returncode == 2
    assert f"KERAS_BACKEND=theano python -m training.run --resume {linear_run}" in done.stderr


def test_texts_that_changed_in_between_are_refused(command, tmp_path):
    table = tmp_path / "reviews.csv"
    rows = [f"{'good' if number % 2 else 'bad'} thing number{number},{number % 2}" for number in range(60)]
    table.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    arguments = ("--data", table, "--models", "linear", "--formats", "--no-explain", "--output", tmp_path / "runs")
    assert command("training.run", *arguments).returncode == 0
    run = tmp_path / "runs" / "latest"
    card = read(run / "data_card.json")
    (run / "data_card.json").write_text(json.dumps(card | {"splits": []}), encoding="utf-8")  # killed while it cleaned
    table.write_text("\n".join(["text,label", *rows[1:], rows[0]]), encoding="utf-8")
    done = command("training.run", "--resume", run)
    assert done.returncode == 2
    assert "is not what it was when the run began: start a new run" in done.stderr


def test_ctrl_c_finishes_the_epoch_and_a_second_run_cannot_have_the_folder(tmp_path, command):
    run = start(*SMALL, *ENDLESS, "--models", "linear", "lstm", "--output", tmp_path)
    wait_for(run, "epoch  3/400")
    second = command("training.run", "--resume", tmp_path / "latest")
    assert second.returncode == 2
    assert "is in use by another run" in second.stderr
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in out + err
    assert err.splitlines()[0] == ""  # behind the ^C of the terminal
    assert err.splitlines()[1] == "Finishing the epoch in flight; press Ctrl-C again to stop at once."
    assert err.splitlines()[-1].endswith(f"python -m training.run --resume {(tmp_path / 'latest').resolve()}")
    assert [row["model"] for row in read(tmp_path / "latest" / "comparison.json")["rows"]] == ["linear"]

    run = start("--resume", tmp_path / "latest")
    wait_for(run, "lstm")
    epochs = len((tmp_path / "latest" / "lstm" / "0" / "history.csv").read_text().splitlines()) - 1
    assert epochs >= 4  # it did not start over
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 143
    assert "Traceback" not in out + err
    assert "to continue: " in err


@pytest.mark.parametrize("line", ["Run folder: ", "TF-IDF of"])
def test_ctrl_c_while_processes_are_starting_shows_no_traceback(line, tmp_path):
    run = start(*SMALL, "--models", "linear", "rnn", "--output", tmp_path)
    wait_for(run, line)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in out + err
    assert "to continue: python -m training.run --resume " in err


@pytest.mark.long
def test_a_time_limit_keeps_what_is_there_and_resume_goes_on(command, tmp_path):
    # On a busy machine the first may leave some seconds to the second, which is cut too, and none to the third.
    models = ("--models", "rnn", "lstm", "linear")
    done = command("training.run", *SMALL, *ENDLESS, *models, "--time-limit", "25s", "--output", tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "--resume" in done.stderr.splitlines()[-1]
    comparison = read(tmp_path / "latest" / "comparison.json")
    missing = {entry["model"]: entry["reason"] for entry in comparison["missing"]}
    assert missing["linear"] == "--time-limit 25s was over before its turn"
    assert "rnn" not in missing
    trial = read(tmp_path / "latest" / "rnn" / "0" / "metrics.json")
    assert trial["stopped_by"] == "--time-limit 25s"
    assert 0 < trial["epochs"] < 400
    assert "stopped by --time-limit 25s" in done.stdout

    done = command("training.run", "--resume", tmp_path / "latest", "--time-limit", "45s")
    resumed = read(tmp_path / "latest" / "rnn" / "0" / "metrics.json")
    assert resumed["epochs"] > trial["epochs"]
    assert f"epoch {trial['epochs']:>2}/400" not in done.stdout  # these epochs were not trained again


def test_a_model_over_the_memory_limit_fails_and_is_tried_again(command, linear_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(linear_run.resolve(), run)
    needed = read(run / "linear" / "0" / "metrics.json")
    shutil.rmtree(run / "linear")
    # The estimate of so small a model is below its peak, so that the watchdog is left to notice.
    assert needed["estimated_memory_mb"] < needed["peak_memory_mb"] - 2
    between = round((needed["estimated_memory_mb"] + needed["peak_memory_mb"]) / 2)
    done = command("training.run", "--resume", run, "--memory-limit", f"{between}MB")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    row = read(run / "comparison.json")["rows"][0]
    assert re.fullmatch(rf"it took \d+ MB, more than --memory-limit {between}MB", row["failed"])

    done = command("training.run", "--resume", run, "--memory-limit", "10GB")
    assert done.returncode == 0, done.stderr
    assert read(run / "linear" / "0" / "metrics.json")["test"] == needed["test"]
    assert not (run / "linear" / "0" / "failure.json").exists()


def test_a_step_over_the_memory_limit_is_said_and_can_be_taken_again(command, linear_run, tmp_path):
    run = tmp_path / "my run"
    shutil.copytree(linear_run.resolve(), run)
    (run / "report.html").unlink()
    done = command("training.run", "--resume", run, "--memory-limit", "30MB")  # no Python with numpy takes so little
    assert done.returncode == 1
    ended = r"reports.page took \d+ MB, more than --memory-limit 30MB, and was ended. To try again: (.*)\n"
    found = re.fullmatch(ended, done.stderr)
    assert found, done.stderr
    assert shlex.split(found[1]) == ["python", "-m", "reports.page", str(run)]
    assert command(*shlex.split(found[1])[2:]).returncode == 0
    assert (run / "report.html").exists()
