"""The commands on terminals that are not UTF-8, and with readers that stop reading."""

import io
import os
import sys

import pytest

from reports import explain, page, summary


class Terminal:
    """Standard output and error of another encoding, in place of the real ones."""

    def __init__(self, monkeypatch, encoding):
        self.raw = {}
        for name in ("stdout", "stderr"):
            self.raw[name] = io.BytesIO()
            monkeypatch.setattr(sys, name, io.TextIOWrapper(self.raw[name], encoding))

    def said(self, name="stdout"):
        getattr(sys, name).flush()
        return self.raw[name].getvalue()


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
@pytest.mark.parametrize("command", [page, summary])
def test_what_the_terminal_lacks_is_escaped(whole_run, command, encoding, monkeypatch):
    whole_run.card["notes"] = ["中文"]
    whole_run.write()
    terminal = Terminal(monkeypatch, encoding)
    assert command.main([str(whole_run.folder)]) == 0
    assert b"\\u4e2d\\u6587" in terminal.said()
    assert "中文" in (whole_run.folder / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [page, summary, explain])
def test_so_is_a_name_in_a_refusal(command, tmp_path, monkeypatch):
    terminal = Terminal(monkeypatch, "latin-1")
    assert command.main([str(tmp_path / "中\udcff文")]) == 2
    assert b"\\u4e2d\\udcff\\u6587 is no run folder: settings.yaml is not in it.\n" in terminal.said("stderr")


@pytest.mark.parametrize("command", [page, summary])
def test_everything_is_written_before_anything_is_printed(whole_run, command, monkeypatch):
    read, write = os.pipe()
    os.close(read)
    monkeypatch.setattr(sys, "stdout", os.fdopen(write, "w"))
    assert command.main([str(whole_run.folder)]) == 0
    names = {path.name for path in whole_run.folder.iterdir()}
    assert {"comparison.json", "report.md", "accuracy.svg"} <= names
    assert command is summary or {"report.html", "data_card.md", "model_card.md"} <= names
    sys.stdout.close()
