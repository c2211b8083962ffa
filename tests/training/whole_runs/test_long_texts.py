"""Texts whose class stands at their end, longer than what is read of them."""

import csv

import numpy as np
import pytest
import yaml

from data.files import read_json
from models.classifier import load_classifier

pytestmark = pytest.mark.long
WORDS = 60


def write_reviews(path):
    """As many good as bad ones of words by chance, the last but two of which tells which it is."""
    draw = np.random.default_rng(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for number in range(240):
            words = [f"word{at}" for at in draw.integers(0, 50, WORDS)]
            words[-3] = ["awful", "splendid"][number % 2]
            writer.writerow([" ".join(words), ["bad", "good"][number % 2]])


def test_a_model_reads_the_end_from_training_to_its_answer(command, tmp_path):
    write_reviews(tmp_path / "reviews.csv")
    small = "--models cnn linear ensemble student --sequence-length 8 --width 8 --vocabulary-size 60".split()
    small += "--learning-rate 0.01 --epochs 8 --near-duplicates 0 --formats onnx saved_model".split()
    done = command("training.run", "--data", tmp_path / "reviews.csv", *small, "--output", tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    run = tmp_path / "runs" / "latest"
    assert yaml.safe_load((run / "settings.yaml").read_text())["truncation_side"] == "left"
    rows = {row["model"]: row for row in read_json(run / "comparison.json")["rows"]}
    assert rows["cnn"]["reads"] == "the last 8 cleaned words"
    assert rows["cnn"]["accuracy"] == rows["student"]["accuracy"] == 1
    ends = [" ".join(["word1"] * WORDS + [said]) for said in ("splendid", "awful")]
    beginnings = [" ".join([said] + ["word1"] * WORDS) for said in ("splendid", "awful")]
    for model in ("cnn", "ensemble"):
        for form in ("onnx", "saved_model"):
            found = load_classifier(run, model, form)
            assert found.predict(ends).tolist() == ["good", "bad"]
            assert found.truncation_side == "left"
    np.testing.assert_array_equal(*load_classifier(run, "cnn").predict_proba(beginnings))
    text = read_json(run / "explanations.json")["texts"][0]
    assert text["total_words"] == WORDS == len(text["words"])
    assert set(text["answers"]["cnn"]["unread"]) >= {"0", "51"}
    assert text["answers"]["cnn"]["unread"]["0"] == "too early"
