"""The command that writes the page: what it needs, and what it refuses."""

import os
import re
import subprocess
import sys

import pytest

from reports.page import main


@pytest.mark.slow
def test_the_command_needs_no_deep_learning(full_run):
    full_run.write()
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(path or "." for path in sys.path))
    code = (
        "import runpy, sys, atexit\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'nltk'}\n"
        "atexit.register(lambda: print('imported:', sorted(heavy & sys.modules.keys())))\n"
        "runpy.run_module('reports.page', run_name='__main__', alter_sys=True)\n"
    )
    before = os.times()
    command = [sys.executable, "-c", code, str(full_run.folder)]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    after = os.times()
    assert result.returncode == 0, result.stderr
    # Of the processor, so that a busy machine does not count.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 5
    assert result.stdout.endswith("imported: []\n")
    assert (full_run.folder / "report.html").exists()


@pytest.mark.slow
@pytest.mark.parametrize("module", ["reports.page", "reports.summary"])
def test_help_loads_nothing_heavy(module):
    code = (
        f"import sys, {module} as command\n"
        "try:\n    command.main(['--help'])\n"
        "except SystemExit:\n    print('imported:', sorted({'scipy', 'matplotlib', 'numpy'} & sys.modules.keys()))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stdout.endswith("imported: []\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing"], "missing is no run folder: settings.yaml is not in it."),
        (["missing", "other"], "missing is no run folder: settings.yaml is not in it."),
    ],
)
def test_bad_folders(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"error: {said}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "RUN"),
        (["a", "--max-latency-ms", "0"], "0 is not above 0"),
        (["a", "--max-memory-mb", "many"], "invalid number value: 'many'"),
        (["a", "--max-model-mb", "nan"], "nan is not above 0"),
        (["a", "--min-accuracy", "90"], "90 is not between 0 and 1, such as 0.9 for 90 %"),
        (["a", "b", "--min-accuracy", "0.9"], "limits go with a single run: give one RUN, or no limit."),
        (["a", "b", "--worth-points", "1"], "limits go with a single run: give one RUN, or no limit."),
        (["a", "--worth-points", "-1"], "-1 is not 0 or above"),
        (["a", "--worth-points", "inf"], "inf is not 0 or above"),
        (["a", "--worth-points", "nan"], "nan is not 0 or above"),
        (["a", "--worth-points", "much"], "invalid number value: 'much'"),
    ],
)
def test_bad_options(arguments, said, capsys):
    with pytest.raises(SystemExit) as exited:
        main(arguments)
    assert exited.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rnn/5/predictions.csv", "part,index\nvalidation,1,bad,bad,x,y\n"),
        ("rnn/5/predictions.csv", ""),
        ("rnn/5/predictions.csv", "part,index,label,predicted\ntest,1,unheard,bad,0.5,0.5\n"),
        ("rnn/5/history.csv", "accuracy,loss\n0.5\n"),
        ("rnn/export/parity.json", "{"),
        ("rnn/export/parity.json", "[]"),
        ("data/5/texts.jsonl", "{"),
    ],
)
def test_a_damaged_file_is_named(full_run, name, content, capsys):
    full_run.write()
    path = full_run.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    assert main([str(full_run.folder)]) == 2
    error = capsys.readouterr().err
    assert re.match(rf"error: \S*{re.escape(name)} is damaged", error), error
    assert error.count("\n") == 1
