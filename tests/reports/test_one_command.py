import ast
import importlib
import time

import pytest

from reports import commands
from reports.commands import COMMANDS, main

ROOMS = ("data", "models", "training", "reports")
# Which nobody types, the command itself, and what goes along with exports.
INNER = {
    "training.estimator.process",
    "training.benchmark.measurement",
    "training.cluster.node",
    "reports.commands",
    "models.exporting.alone.classify",
    "models.encoder.openvino_conversion",
}


def is_command(path):
    """Whether a module does something when it is run."""
    last = ast.parse(path.read_text(encoding="utf-8")).body[-1:]
    return any(isinstance(node, ast.If) and "__main__" in ast.dump(node.test) for node in last)


@pytest.mark.slow
def test_every_command_is_listed(root):
    found = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for room in ROOMS
        for path in (root / room).rglob("*.py")
        if is_command(path)
    }
    assert found - INNER == {module for module, _ in COMMANDS.values()}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_given_the_rest(name, monkeypatch):
    module = importlib.import_module(COMMANDS[name][0])
    monkeypatch.setattr(module, "main", lambda arguments: 7 if arguments == ["runs/latest", "--help"] else 0)
    assert main([name, "runs/latest", "--help"]) == 7


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_the_help_lists_them(arguments, capsys):
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: sentiment-architectures COMMAND")
    assert all(f"  {name} " in shown for name in COMMANDS)


def test_an_unknown_command_is_refused_in_a_sentence(capsys):
    assert main(["trian"]) == 2
    assert capsys.readouterr().err == (
        f"error: there is no command 'trian' (did you mean train?): choose from {', '.join(COMMANDS)}.\n"
    )


@pytest.mark.slow
def test_the_help_is_there_at_once(command):
    taken = []
    for _ in range(3):  # whatever else the machine does
        started = time.monotonic()
        assert command(commands.__name__, "--help").returncode == 0
        taken.append(time.monotonic() - started)
    assert min(taken) < 0.5
