"""Answering only when sure: the threshold is that of a share of the validation texts, and says so everywhere alike."""

import csv

import pytest
from fastapi.testclient import TestClient

from data.sources.text_stream import Row
from models.service.application import build_service
from models.serving.answer_writers import CSV, writer
from models.serving.answering import answer_all
from models.serving.engines import ExportUnusable
from models.serving.scoring import Scores

SURE, UNSURE = "a" * 95, "a" * 60  # answered `long` at 95 and at 60 %


@pytest.fixture
def classifier(make_classifier):
    made = make_classifier()
    made.abstain(0.4)  # two fifths of validation were answered at less than 70 %
    return made


def test_the_threshold_is_where_the_share_of_validation_ends(classifier):
    assert classifier.least_confidence == pytest.approx(0.7)
    assert classifier.label_of([0.29, 0.71]) == ("long", 0.71)
    assert classifier.label_of([0.69, 0.31]) == ("unsure", 0.69)


def test_without_being_told_every_text_is_answered(make_classifier):
    assert make_classifier().label_of([0.5, 0.5]) == ("short", 0.5)


def test_predict_writes_unsure_beside_the_confidence(classifier, tmp_path):
    path = tmp_path / "answers.csv"
    scores = Scores(list(classifier.classes_))
    rows = [Row(text, {"label": "long"}, "label") for text in (SURE, UNSURE)]
    with path.open("w", newline="") as file, writer(CSV, file, scores.classes, [], scored=True) as write:
        answer_all(classifier, iter(rows), write, scores, quiet=True)
    assert (scores.n, scores.unsure) == (1, 1)
    rows = list(csv.DictReader(path.open()))
    assert [row["label"] for row in rows] == ["long", "unsure"]
    assert float(rows[1]["confidence"]) == pytest.approx(0.6)
    assert float(rows[1]["probability_long"]) == pytest.approx(0.6)


def test_the_service_says_the_same(classifier):
    with TestClient(build_service(classifier)) as client:
        found = client.post("/predict", json={"texts": [SURE, UNSURE]}).json()["predictions"]
    assert [entry["label"] for entry in found] == ["long", "unsure"]
    assert found[1]["probabilities"]["long"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"confidences": ()}, "export it again, or leave out --abstain"),
        ({"classes_": ["sure", "unsure"]}, "A class is called 'unsure'"),
    ],
)
def test_what_cannot_be_is_one_sentence(make_classifier, change, sentence):
    made = make_classifier()
    for name, value in change.items():
        setattr(made, name, value)
    with pytest.raises(ExportUnusable, match=sentence):
        made.abstain(0.1)


@pytest.mark.slow
def test_an_export_leaves_about_the_share_that_was_asked_for(exported_run, command, tmp_path):
    rows = list(csv.DictReader((exported_run / "linear" / "0" / "predictions.csv").open()))
    sure = sorted(
        max(float(value) for name, value in row.items() if name.startswith("probability_"))
        for row in rows
        if row["part"] == "validation"
    )
    texts = tmp_path / "texts.txt"
    texts.write_text("good thing\nbad thing\nthe\n")
    arguments = ["--model", "linear", "--input", texts, "--as", "csv", "--abstain", "1"]
    done = command("models.predict", exported_run, *arguments)
    assert done.returncode == 0, done.stderr
    for row in csv.DictReader(done.stdout.splitlines()):
        assert (row["label"] == "unsure") == (float(row["confidence"]) < sure[-1] - 1e-6)
    done = command("models.predict", exported_run, "text", "--abstain", "2")
    assert done.returncode == 2
    assert "is not between 0 and 1" in done.stderr
