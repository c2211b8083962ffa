"""Retraining: the same settings on old and new rows, and a link that moves only to what is not worse."""

import csv
import json

import pytest

from data.sources import sample

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Two tables of like texts."""
    folder, corpus = tmp_path_factory.mktemp("tables"), sample.load()
    rows = [(text, corpus.class_names[label]) for text, label in zip(corpus.texts[:500], corpus.labels, strict=False)]
    paths = folder / "old.csv", folder / "new.csv"
    for path, part in zip(paths, (rows[:250], rows[250:]), strict=True):
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("text", "label"), *part])
    return paths


@pytest.mark.long
def test_the_link_moves_only_to_what_is_not_worse(tables, command, tmp_path):
    old, new = tables
    flags = "--models linear --formats onnx --no-explain --sample all".split()
    first = command("training.run", "--data", old, *flags, "--output", tmp_path)
    assert first.returncode == 0, first.stderr
    deployed = (tmp_path / "latest").resolve()
    # However alike two models are, so few texts leave more than a hundredth of a point open.
    stays = command("training.retrain", deployed, "--data", new, "--worth-points", "0.01")
    assert stays.returncode == 3, stays.stderr
    assert f"{deployed.name} stays." in stays.stdout
    assert not (tmp_path / "current").exists()
    newer = (tmp_path / "latest").resolve()
    assert newer != deployed
    card = json.loads((newer / "data_card.json").read_text())
    assert card["texts"] == 500
    promoted = command("reports.promotion", deployed, newer, "--worth-points", "50")
    assert promoted.returncode == 0, promoted.stderr
    assert (tmp_path / "current").resolve() == newer
    found = json.loads((newer / "promotion.json").read_text())
    assert found["promoted"]
    assert 20 <= found["texts"] <= 250  # those of the new test split that the deployed model was not trained on
    assert "It is promoted." in (newer / "promotion.md").read_text()


def test_what_cannot_be_retrained_is_one_sentence(tables, command, tmp_path):
    done = command("training.retrain", tmp_path, "--data", tables[1])
    assert done.returncode == 2
    assert "is no run folder with an exported model" in done.stderr
    done = command("training.retrain", tmp_path, "--data", tables[1], "--worth-points", "none")
    assert done.returncode == 2
    assert "is no number of points above 0" in done.stderr
