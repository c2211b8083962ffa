"""The export that was measured to answer fastest is loaded, or the next one where it cannot be."""

import json

import pytest

from models import classifier
from models.classifier import load_classifier
from models.serving.engines import EngineMissing, ExportUnusable
from models.serving.formats import FORMATS
from models.serving.speeds import SPEEDS, ranked, texts_per_second


def measured(speed, refused=None, size="64"):
    return {"refused": refused, "texts_per_second": {"1": speed / 2, size: speed}}


def test_the_fastest_comes_first_unless_another_starts_quicker_or_gives_other_answers():
    found = ranked(
        {
            "openvino": measured(1500, size="256"),
            "onnx": measured(1000),
            "saved_model": measured(1100),
            "onnx_int8": measured(9000),
            "arrays": measured(5000, refused="its probabilities differ"),
        }
    )
    # SavedModel is not worth the start of TensorFlow; INT8 may give other answers.
    assert [entry["format"] for entry in found] == ["openvino", "onnx", "saved_model", "onnx_int8"]
    assert found[0] == {"format": "openvino", "batch_size": 256, "texts_per_second": 1500}
    nearly = {"refused": None, "texts_per_second": {"16": 500.0, "64": 960.0, "256": 1000.0}}
    assert ranked({"onnx": nearly}) == [{"format": "onnx", "batch_size": 64, "texts_per_second": 960.0}]
    assert ranked({"onnx": {"refused": None}}) == []  # of a version that did not measure it


def test_batch_sizes_are_tried_in_turn_and_left_as_they_were(make_classifier):
    made = make_classifier(batch_size=32)
    found = texts_per_second(made, ["a", "bb", "ccc"], 1e-5)
    assert list(found) == ["2", "8", "32"]
    assert made.batch_size == 32
    assert {len(batch) for batch in made.engine.asked} == {2, 8, 32}
    assert found["32"] > found["2"] > 0
    slow = make_classifier(batch_size=8)
    assert texts_per_second(slow, ["a"], 0.03) == {"8": pytest.approx(1 / 0.03)}
    assert slow.engine.asked == []


@pytest.fixture
def export(tmp_path, monkeypatch):
    """A folder with every export of a model, of which OpenVINO is not installed."""
    folder = tmp_path / "lstm" / "export"
    folder.mkdir(parents=True)
    for entry in FORMATS.values():
        for file in entry.files:
            (folder / file).touch()
    speeds = [
        {"format": "openvino", "batch_size": 9},
        {"format": "saved_model", "batch_size": 7},
        {"format": "gone", "batch_size": 1},
    ]
    card = {"model": "lstm", "family": "words", "title": "lstm", "class_names": ["a"], "batch_size": 256, "members": []}
    (folder / "classifier.json").write_text(json.dumps(card | {"has_word_pieces": False, SPEEDS: speeds}))

    def load_engine(_, name):
        if name == "openvino":
            raise EngineMissing("The openvino export needs openvino: pip install openvino.")

    monkeypatch.setattr(classifier, "load_engine", load_engine)
    return folder


def test_the_next_one_is_taken_where_an_engine_is_not_installed_and_that_is_said(export, capsys):
    found = load_classifier(export)
    assert (found.format, found.batch_size) == ("saved_model", 7)
    assert capsys.readouterr().err == (
        "The openvino export needs openvino: pip install openvino. saved_model answers meanwhile.\n"
    )
    with pytest.raises(EngineMissing):
        load_classifier(export, format="openvino")


def test_what_is_asked_for_wins(export, capsys):
    found = load_classifier(export, format="onnx", batch_size=3)
    assert (found.format, found.batch_size) == ("onnx", 3)
    assert load_classifier(export, format="onnx").batch_size == 256  # of which nothing was measured
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("form", "loaded"), [("onnx_int8", "onnx_int8"), ("onnx", "saved_model")])
def test_a_run_may_recommend_an_export_that_gives_up_accuracy(export, form, loaded, capsys):
    """Of those that give the same answers, the fastest is loaded all the same."""
    comparison = {"recommended": {"model": "lstm", "form": form}}
    (export.parents[1] / "comparison.json").write_text(json.dumps(comparison))
    assert load_classifier(export).format == loaded
    capsys.readouterr()


@pytest.mark.parametrize("damaged", [{"batch_size": 0}, {SPEEDS: None}, {SPEEDS: [{"format": "onnx"}]}])
def test_what_says_of_no_batch_that_texts_could_be_answered_in_is_damaged(export, damaged):
    card = json.loads((export / "classifier.json").read_text())
    (export / "classifier.json").write_text(json.dumps(card | damaged))
    with pytest.raises(ExportUnusable, match="is damaged"):
        load_classifier(export)


def test_a_batch_of_no_text_is_refused(export):
    with pytest.raises(ValueError, match="take 1 or more"):
        load_classifier(export, batch_size=0)
