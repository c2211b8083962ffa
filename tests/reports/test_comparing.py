"""A comparison from Python: what the command is given of a data frame, and how a notebook shows what came out."""

import json
from pathlib import Path

import html5lib
import numpy as np
import pandas as pd
import pytest

from reports import comparing
from reports.comparing import ComparedRun, compare

FRAME = {"review": ["good", "bad", None], "stars": [5, 1, np.nan], "by": ["a", "b", "c"]}


@pytest.fixture
def started(monkeypatch, tmp_path):
    """The command lines of runs that say what a run says, and end at once."""
    calls = []

    def call_module(module, *arguments, say=None):
        calls.append([module, *arguments])
        for line in ("texts; 3 texts. Run folder: runs/one", "lstm  epoch 1", "", "a table"):
            say(line)
        return code_and_errors

    code_and_errors = [0, ""]
    monkeypatch.setattr(comparing, "call_module", call_module)
    return calls, code_and_errors


@pytest.mark.parametrize("frame", [FRAME, pd.DataFrame(FRAME)], ids=["dictionary", "pandas"])
def test_the_command_is_given_the_columns_and_the_settings(frame, started, tmp_path, capsys):
    found = compare(frame, "review", "stars", tmp_path, models=["lstm", "linear"], explain=False, group_column="by")
    assert found.path == Path("runs/one")
    assert capsys.readouterr().out.splitlines() == ["texts; 3 texts. Run folder: runs/one", "lstm  epoch 1"]
    ((module, data, *flags),) = started[0]
    assert module == "training.run"
    wanted = "--text-column review --label-column=stars --models lstm linear --no-explain --group-column=by"
    assert flags == [*wanted.split(), f"--output={tmp_path}"]
    rows = [json.loads(line) for line in Path(data.removeprefix("--data=")).read_text().splitlines()]
    assert rows[0] == {"review": "good", "stars": 5, "by": "a"}
    assert rows[2] == {"review": None, "stars": None, "by": "c"}


def test_the_same_texts_are_kept_once(started, tmp_path):
    for _ in range(2):
        compare(FRAME, "review", "stars", tmp_path, progress=False)
    assert len(list((tmp_path / "tables").iterdir())) == 1


def test_a_column_that_is_missing_is_said(tmp_path):
    for frame in (FRAME, pd.DataFrame(FRAME)):
        with pytest.raises(ValueError, match="The frame has no column 'text': there are 'review', 'stars', 'by'."):
            compare(frame, output=tmp_path)


@pytest.mark.parametrize(("code", "error"), [(2, ValueError), (130, KeyboardInterrupt)])
def test_what_the_command_refuses_is_an_error(code, error, started, tmp_path):
    started[1][:] = [code, "error: epochs: 'many' is no number.\n"]
    with pytest.raises(error, match="^epochs: 'many' is no number.$"):
        compare(FRAME, "review", "stars", tmp_path, epochs="many")


def test_a_run_of_which_a_model_failed_is_shown(started, tmp_path, capsys):
    started[1][:] = [1, "Some models are unfinished.\n"]
    assert compare(FRAME, "review", "stars", tmp_path).path == Path("runs/one")
    assert "Some models are unfinished." in capsys.readouterr().out


def words_of(element):
    return " ".join("".join(element.itertext()).replace("\u00a0", " ").split())


def test_a_notebook_shows_verdict_table_and_picture(whole_run):
    whole_run.card["notes"] = ["<script>alert(1)</script>"]
    whole_run.write()
    found = ComparedRun(whole_run.folder)
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(found._repr_html_())
    assert words_of(tree.find(".//strong")) == found.evaluation.recommended.reason
    assert [words_of(row[0]) for row in tree.findall(".//tbody/tr")] == ["rnn", "lstm", "linear", "distilbert"]
    assert tree.find(".//img").get("src").startswith("data:image/svg+xml;base64,")
    assert tree.find(".//script") is None
    assert found.evaluation.recommended.reason in str(found)
    assert str(whole_run.folder) in repr(found)


def test_a_run_without_a_trained_model_is_shown_too(whole_run):
    whole_run.trials, whole_run.files = [], {}
    whole_run.write()
    assert "<table>" in ComparedRun(whole_run.folder)._repr_html_()
