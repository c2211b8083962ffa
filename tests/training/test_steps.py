"""What follows the training: told or held to the memory limit, and one sentence where it fails."""

import shlex

import pytest

from models.children import MemoryExceeded
from models.run_folder import RunFolder
from training import steps, trial_processes
from training.command_line import parse
from training.experiment import Outcome


def test_every_step_is_held_to_the_memory_limit():
    # The export watches each of its processes itself, so that one format too large costs the others nothing.
    found = steps.steps_after(parse(["--memory-limit", "2GB"]))
    assert [step.module for step in found] == ["models.exporting", "reports.explain", "reports.page"]
    assert found[0].flags == ("--memory-limit", "2GB")
    assert [step.memory_limit_mb for step in found[1:]] == [2048, 2048]
    assert steps.report_step(parse(["--memory-limit", "2GB"])) == found[-1]  # after Ctrl-C too


def test_steps_that_nobody_wants_are_left_out():
    assert [step.module for step in steps.steps_after(parse(["--no-explain", "--formats"]))] == ["reports.page"]


@pytest.mark.parametrize("outcome", [3, -9, MemoryExceeded("2,345 MB")])
def test_what_goes_wrong_is_one_sentence_with_a_command_to_paste(outcome, tmp_path, monkeypatch, capsys):
    def run_command(module, *arguments, memory_limit_mb):
        asked.append((module, *arguments, memory_limit_mb))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    asked = []
    monkeypatch.setattr(steps, "run_command", run_command)
    monkeypatch.chdir(tmp_path)
    run = RunFolder(tmp_path / "my runs" / "it's")
    assert not steps.Step("models.exporting", "exports", 4.0, ("--memory-limit", "2GB"), "2GB", 2048).take(run)
    assert asked == [("models.exporting", str(run.path), "--memory-limit", "2GB", 2048)]
    out, err = capsys.readouterr()
    assert out == ""
    sentence, command = err.rstrip("\n").split(" To try again: ")
    wrong = {3: "failed with exit code 3.", -9: "failed with SIGKILL."}
    exceeded = "took 2,345 MB, more than --memory-limit 2GB, and was ended."
    assert sentence == f"models.exporting {wrong.get(outcome, exceeded)}"
    assert shlex.split(command) == ["python", "-m", "models.exporting", "my runs/it's", "--memory-limit", "2GB"]


def test_pictures_over_the_limit_are_said_and_cost_nothing_else(tmp_path, monkeypatch, capsys):
    def run_in_child(method, target, *arguments, memory_limit_mb):
        assert memory_limit_mb == 800
        raise MemoryExceeded("19,000 MB")

    monkeypatch.setattr(trial_processes, "run_in_child", run_in_child)
    settings = parse(["--memory-limit", "800MB"])
    assert not trial_processes.show_in_tensorboard(RunFolder(tmp_path), settings, "rnn", 0)
    assert capsys.readouterr().out == (
        "rnn: what TensorBoard shows of it could not be written: the process took 19,000 MB, more than "
        "--memory-limit 800MB.\n"
    )
    assert Outcome(shown=False).unfinished == "Some models are missing in TensorBoard."
    assert Outcome(trained=False, shown=False).unfinished == "Some models are unfinished."
    assert Outcome().unfinished is None
