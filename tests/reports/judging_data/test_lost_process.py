"""The process that judges may be killed by the system, and then says nothing itself."""

import pytest

from models import children
from reports import labels


@pytest.mark.parametrize(("code", "name"), [(-9, "SIGKILL"), (children.EXIT_LOST, "exit code 255")])
def test_a_killed_process_is_said(whole_run, code, name, monkeypatch, capsys):
    monkeypatch.setattr(children, "run_in_child", lambda *_, **__: code)
    assert labels.main([str(whole_run.folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: The process that judges")
    assert f"ended with {name}" in said
    assert said.count("\n") == 1
