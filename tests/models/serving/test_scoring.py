"""A labelled table is an evaluation: what `predict` says of it is what other means find."""

import csv
import json

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss

from models.serving.scoring import Scores

NAMES = ["neg", "pos", "other"]


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 2), st.floats(0.4, 0.99)), min_size=1, max_size=40))
def test_the_scores_are_scikit_learns(answers):
    scores, rows = Scores(NAMES), []
    for label, said, confidence in answers:
        row = np.full(3, (1 - confidence) / 2)
        row[said] = confidence
        rows.append(row)
        assert scores.add("text", label, row.tolist(), answered=True) == (NAMES[said] == label)
    labels, predicted = [NAMES.index(label) for label, *_ in answers], [said for _, said, _ in answers]
    np.testing.assert_array_equal(scores.counts, confusion_matrix(labels, predicted, labels=range(3)))
    accuracy = next(line for line in scores.lines("label") if line.startswith("accuracy"))
    present = sorted(set(labels) | set(predicted))
    f1 = f1_score(labels, predicted, labels=range(3), average=None, zero_division=0)
    assert f"accuracy {100 * accuracy_score(labels, predicted):.1f} %" in accuracy
    assert f"log loss {log_loss(labels, rows, labels=range(3)):.3f} nats" in accuracy
    assert len(present) < 3 or f"macro F1 {f1.mean():.3f}" in accuracy


def test_labels_that_the_model_does_not_know_and_none_are_counted_apart():
    scores = Scores(["1", "2"])
    for label in ("1.0", "2", "3", "3", " ", "nan", "2\u200b"):
        scores.add("text", label, [0.9, 0.1], answered=True)
    assert scores.counts.tolist() == [[1, 0], [2, 0]]
    lines = list(scores.lines("stars"))
    assert lines[0] == "2 texts have labels that the model does not know: '3'; not counted."
    assert lines[1] == "3 with a label of the model in column 'stars'; 2 without."


def test_the_surest_mistakes_are_shown():
    scores = Scores(["neg", "pos"])
    for at in range(60, 100):
        scores.add(f"text {at}", "neg", [1 - at / 100, at / 100], answered=True)
    shown = [line.split()[-1] for line in scores.lines("label") if line.startswith("  ")]
    assert shown == ["99", "98", "97", "96", "95"]


def test_counts_of_parts_are_those_of_the_whole():
    whole, merged, parts = Scores(NAMES), Scores(NAMES), [Scores(NAMES) for _ in range(3)]
    for at in range(60):
        row = np.roll([0.5 + at / 200, 0.3 - at / 200, 0.2], at).tolist()
        for scores in (whole, parts[at % 3]):
            scores.add(f"text {at}", ["neg", "pos", "other", "new", ""][at * at % 5], row, answered=at % 7 > 0)
    for part in parts:
        merged.merge(json.loads(json.dumps(part.counted())))
    assert list(merged.lines("label")) == list(whole.lines("label"))


def test_many_classes_are_a_list_of_confusions():
    names = [f"class {at}" for at in range(30)]
    scores = Scores(names)
    for true, said, count in ((3, 4, 5), (7, 1, 2), (2, 2, 9)):
        for _ in range(count):
            scores.add("text", names[true], np.eye(30)[said].tolist(), answered=True)
    lines = list(scores.lines("label"))
    assert lines[2:4] == ["class 3 taken for class 4: 5", "class 7 taken for class 1: 2"]


TABLE = [
    {"id": "7", "post": "good thing", "label": "positive", "when": "2020"},
    {"id": "8", "post": "bad thing", "label": "negative", "when": ""},
    {"id": "9", "post": "a thing", "label": "", "when": "x"},
]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "tsv", "parquet"])
def test_a_labelled_table_keeps_its_columns_and_is_scored(exported_run, command, tmp_path, suffix):
    source, output = tmp_path / "in.jsonl", tmp_path / f"out.{suffix}"
    source.write_text("".join(json.dumps(row | {"tags": ["a", {"b": 1}], "stars": 5}) + "\n" for row in TABLE))
    done = command("models.predict", exported_run, "--model", "linear", "--input", source, "--output", output)
    assert done.returncode == 0, done.stderr
    assert "2 with a label of the model in column 'label'; 1 without." in done.stderr
    assert "accuracy " in done.stderr
    if suffix == "jsonl":
        rows = [json.loads(line) for line in output.read_text().splitlines()]
    elif suffix == "parquet":
        found = duckdb.read_parquet(str(output))
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    else:
        with output.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t" if suffix == "tsv" else ","))
    assert [{name: row[name] or "" for name in TABLE[0]} for row in rows] == TABLE
    # JSON keeps what is no text; the others have no place for it.
    kept = {name: rows[0][name] if suffix == "jsonl" else json.loads(rows[0][name]) for name in ("tags", "stars")}
    assert kept == {"tags": ["a", {"b": 1}], "stars": 5}
    assert [str(row["correct"]).lower() in ("true", "false") for row in rows] == [True, True, False]
    for row, true in zip(rows[:2], TABLE, strict=False):
        assert (row["predicted_label"] == true["label"]) == (str(row["correct"]).lower() == "true")


@pytest.mark.slow
def test_a_column_that_only_sounds_like_labels_stays_a_column(exported_run, command, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("text,score\ngood thing,17\nbad thing,3\n")
    done = command("models.predict", exported_run, "--model", "linear", "--input", source)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("text,score,label,confidence,")
    assert "accuracy" not in done.stderr
    done = command("models.predict", exported_run, "--model", "linear", "--input", source, "--label-column", "score")
    assert "2 texts have labels that the model does not know: '17', '3'; not counted." in done.stderr
    assert "No text has a label that the model knows." in done.stderr
    done = command("models.predict", exported_run, "--model", "linear", "good", "--as", "parquet")
    assert (done.returncode, done.stderr) == (2, "error: Parquet is no text: name a file for it with --output.\n")
