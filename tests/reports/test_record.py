"""The record of a run: every number from its folder, with the command that gave it; quoted where a text asks for it."""

import json

import pytest

from reports import record


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Where records go, and a text that quotes one."""
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- reviews-sound -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
    monkeypatch.setattr(record, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(record, "README", readme)
    return tmp_path / "results", readme


@pytest.fixture
def run(whole_run):
    whole_run.environment |= {"begun": "2026-01-02", "command": "python -m training.run --seeds 2"}
    return whole_run.write()


def test_a_run_is_recorded_with_what_began_it(run, places, capsys):
    assert record.main([str(run), "--name", "reviews-sound"]) == 0
    folder, _ = places
    written = (folder / "reviews-sound.md").read_text(encoding="utf-8")
    assert "KERAS_BACKEND=jax python -m training.run --seeds 2" in written
    assert "Begun on 2026-01-02" in written
    assert "on Python 3.11.7, Linux x86_64, a processor, 2 cores; keras 3.15.1." in written
    assert "82.0 ± 2.8" in written  # rnn, of 80 and 84 %
    assert str(run.parent) not in written  # nothing of the machine it was made on
    found = json.loads((folder / "reviews-sound.json").read_text(encoding="utf-8"))
    assert found["begun"] == "2026-01-02"
    assert [row["model"] for row in found["rows"]] == ["rnn", "lstm", "linear"]
    assert [trial["test"]["accuracy"] for trial in found["rows"][0]["by_seed"]] == [0.80, 0.84]
    assert "reviews-sound.md" in capsys.readouterr().out


def test_the_table_is_quoted_between_its_marks(run, places):
    folder, readme = places
    record.main([str(run), "--name", "reviews-sound"])
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- reviews-sound -->\n| model")
    assert text.endswith("\n<!-- end -->\nafter\n")
    assert text.split("-->\n")[1].split("\n<!--")[0] in (folder / "reviews-sound.md").read_text(encoding="utf-8")
    record.main([str(run), "--name", "reviews-sound"])
    assert readme.read_text(encoding="utf-8") == text  # once more changes nothing


def test_a_record_that_nothing_quotes_leaves_the_text_as_it_is(run, places):
    before = places[1].read_text(encoding="utf-8")
    assert record.main([str(run)]) == 0
    assert places[1].read_text(encoding="utf-8") == before
    assert (places[0] / "reviews-sound-2-seeds.json").exists()  # after data, recipe and seeds


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{run}", "{run}", "--name", "twice"], "--name is for a single run"),
        (["{run}", "--name", "../out"], "would not do as a file name"),
        (["{run}/nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_recorded_is_one_sentence(run, places, capsys, arguments, sentence):
    assert record.main([argument.format(run=run) for argument in arguments]) == 2
    assert sentence in capsys.readouterr().err
    assert not places[0].exists()
