"""Where models are weak, of a run whose answers are made up."""

import csv
import json

import numpy as np
import pytest

from data.preparing import load_texts
from reports.judging_data.text_slices import slices_of
from reports.judging_data.weaknesses import find_weaknesses
from reports.measuring.slices import weak_slices
from reports.reading.run_texts import read_run_texts

GROUPS = ("shop", "forum", "letter")


@pytest.fixture
def answered(tmp_path, write_csv, prepared, generated):
    """A run on 900 texts in three groups, with two models: `answered(share_wrong)` from a record to a share."""

    def make(share_wrong, models=("linear", "rnn")):
        generator = np.random.default_rng(1)
        labels = np.arange(900) % 2
        texts = generated(generator, labels)
        rows = [
            [text, ("poor", "fine")[label], GROUPS[generator.integers(3)]]
            for text, label in zip(texts, labels, strict=True)
        ]
        table = write_csv(tmp_path / "reviews.csv", ["text", "label", "channel"], rows)
        run = prepared(tmp_path / "run", "--data", table, "--models", *models)
        channels = {row[0]: row[2] for row in rows}
        _with_groups(run, channels)
        parts = load_texts(run.prepared(0))
        shared = {part: generator.random(len(parts[part].labels)) for part in ("validation", "test")}
        for model in models:
            _answer(run, model, parts, share_wrong, shared, generator)
        return read_run_texts(run.path)

    return make


def _with_groups(run, channels):
    path = run.prepared(0) / "texts.jsonl"
    records = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(record | {"group": channels[record["text"]]}) + "\n" for record in records))


def _answer(run, model, parts, share_wrong, shared, generator):
    run.trial(model, 0).mkdir(parents=True)
    run.metrics(model, 0).write_text("{}")
    with run.predictions(model, 0).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["part", "index", "label", "predicted", "probability_fine", "probability_poor"])
        for name in ("validation", "test"):
            part = parts[name]
            for at in reversed(range(len(part.labels))):  # in another order than the texts
                label = part.labels[at]
                luck = 0.5 * (shared[name][at] + generator.random())
                said = 1 - label if luck < share_wrong(part.groups[at], part.labels[at]) else label
                row = [0.8, 0.2] if said == 0 else [0.2, 0.8]
                writer.writerow([name, part.index[at], ("fine", "poor")[label], ("fine", "poor")[said], *row])


def test_a_planted_slice_is_found_described_and_exemplified(answered):
    texts = answered(lambda group, _: 0.75 if group == "letter" else 0.3)
    found = find_weaknesses(texts, {("validation", at) for at in range(1000)})
    assert {(weak.kind, weak.name) for weak in found.weak} == {("group", "letter")}
    assert [weak.p for weak in found.weak] == sorted(weak.p for weak in found.weak)
    weak = found.weak[0]
    assert weak.p < 0.05
    groups = texts.parts["validation"].groups
    assert weak.validation.texts == groups.count("letter")
    assert weak.validation.accuracy < weak.validation.elsewhere - 0.2
    assert weak.test.texts == texts.parts["test"].groups.count("letter")
    assert weak.test.accuracy < weak.test.elsewhere - 0.2
    assert len(weak.examples) == 3
    for example in weak.examples:
        at = [f"validation, text {index}" for index in texts.parts["validation"].index].index(example.place)
        assert groups[at] == "letter"
        assert example.answered != example.label == texts.class_names[texts.parts["validation"].labels[at]]
        assert example.suspicious
    assert found.slices == {"class": 2, "group": 3, "length": 4} | {
        kind: number for kind, number in found.slices.items() if kind not in ("class", "group", "length")
    }
    assert 0 < found.all_wrong < len(groups)
    assert all(example.answered != example.label for example in found.misleading)


def test_one_model_alone_has_no_texts_that_all_get_wrong(answered):
    found = find_weaknesses(answered(lambda *_: 0.5, models=("linear",)), ())
    assert found.all_wrong == 0
    assert found.misleading == []


def test_without_answers_nothing_is_said(noisy):
    run, *_ = noisy()
    assert find_weaknesses(read_run_texts(run.path), ()) is None


def test_none_is_invented_in_the_slices_of_real_texts(answered):
    texts = answered(lambda *_: 0.5)
    slices = slices_of(texts.parts, texts.class_names, "group")
    members = np.array([found.members["validation"] for found in slices])
    generator, alarms = np.random.default_rng(3), 0
    for _ in range(200):
        shared = generator.random(members.shape[1])
        wrong = 0.5 * (shared + generator.random((6, members.shape[1]))) < 0.35
        alarms += bool(weak_slices(wrong, members))
    assert alarms <= 10


def test_slices_have_bounds_of_validation_and_enough_texts(answered):
    texts = answered(lambda *_: 0.5)
    slices = slices_of(texts.parts, texts.class_names, "group")
    lengths = [found for found in slices if found.kind == "length"]
    words = np.array([text.count(" ") + 1 for text in texts.parts["validation"].cleaned])
    assert lengths[0].name == f"at most {np.quantile(words, 0.25, method='lower'):.0f} words"
    assert np.array(sum(found.members["validation"].astype(int) for found in lengths)).tolist() == [1] * len(words)
    assert min(found.members["validation"].sum() for found in slices) >= 10
