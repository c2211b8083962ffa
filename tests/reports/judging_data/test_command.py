"""`python -m reports.labels` as it is typed: in a child process, within the run's memory."""

import pytest

from data.files import read_json
from models import children
from reports import labels


@pytest.mark.slow
def test_the_whole_command(noisy, tmp_path, command):
    run, table, _ = noisy("--models", "linear")
    done = command("reports.labels", run.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "labels look wrong" in done.stdout
    assert read_json(run.judged_labels)["most_suspicious"]
    done = command("reports.labels", run.path, "--write", tmp_path / "corrected.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "corrected.csv").exists()
    done = command("reports.labels", run.path, "--write", table)
    assert done.returncode == 2
    assert "is the file that the run was trained on" in done.stderr
    done = command("reports.labels", run.path, "--suggest", 5, "--write", tmp_path / "to_label.csv")
    assert done.returncode == 2
    assert "has no unlabelled texts to choose from" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_help_comes_at_once(command):
    done = command("reports.labels", "--help", timeout=5)
    assert "--suggest" in done.stdout


def test_a_folder_that_is_no_run_is_refused(tmp_path, capsys):
    assert labels.main([str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path} is no run folder: settings.yaml is not in it.\n"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--suggest", "5"], "--suggest needs --write FILE"),
        (["--suggest", "0", "--write", "x.csv"], "0 is not 1 or more"),
        (["--suggest", "many", "--write", "x.csv"], "invalid whole number value: 'many'"),
        (["--include-test"], "--include-test is for --write FILE without --suggest"),
        (["--include-test", "--suggest", "5", "--write", "x.csv"], "--include-test is for --write FILE without"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(flags, expected, capsys):
    with pytest.raises(SystemExit) as ended:
        labels.main(["run", *flags])
    assert ended.value.code == 2
    assert expected in capsys.readouterr().err


def test_it_is_held_to_the_memory_of_the_run(noisy, monkeypatch, capsys):
    run, *_ = noisy("--memory-limit", "800MB")

    def run_in_child(method, target, *arguments, memory_limit_mb, on_ctrl_c):
        assert memory_limit_mb == 800
        raise children.MemoryExceeded("1,234 MB")

    monkeypatch.setattr(children, "run_in_child", run_in_child)
    assert labels.main([str(run.path)]) == 1
    assert "took 1,234 MB, more than memory_limit in settings.yaml, 800MB" in capsys.readouterr().err


def test_a_limit_that_is_none_is_said(noisy, capsys):
    run, *_ = noisy()
    run.settings.write_text(run.settings.read_text().replace("10GB", "much"))
    assert labels.main([str(run.path)]) == 2
    assert "'much' is no amount of memory such as 10GB or 800MB" in capsys.readouterr().err
