"""What could raise accuracy: each gain by hand or planted, and none where there is nothing to gain."""

from types import SimpleNamespace

import numpy as np
import pytest

from data.cleaning import Cleaner
from models.catalog import Family
from models.description import Description
from models.predictions import Answers
from models.run_folder import RunFolder
from reports.judging_data import changes as measuring
from reports.judging_data.changes import _more_words, measure_changes, spread_of_draws, widen
from reports.judging_data.quick_label_curve import drawing_order, more_labels, quick_label_curve
from reports.judging_data.second_opinions import Voice, voices_of
from reports.judging_data.suspicious_labels import JudgedLabel, Judgement, judge_labels
from reports.measuring.gains import paired_gain
from reports.measuring.label_curve import measure_label_curve
from reports.reading.label_curve import LabelCurve
from reports.reading.run_texts import read_run_texts


def test_a_paired_gain_by_hand():
    # 100 texts, 10 gained and none lost: 10 points. A gained text is drawn Binomial(100, 0.1) times: 4 to 16 points.
    gain, ends = paired_gain(np.arange(100) < 60, np.arange(100) < 70)
    assert gain == pytest.approx(0.1)
    assert ends == pytest.approx([0.05, 0.16], abs=0.015)
    assert paired_gain(np.ones(50, dtype=bool), np.ones(50, dtype=bool))[0] == 0


@pytest.fixture
def run_texts(tmp_path, write_csv, prepared, generated):
    """Texts of a run on generated ones: `run_texts(texts, labels, *flags)`."""

    def make(texts, labels, *flags):
        rows = [[text, ("poor", "fine")[label]] for text, label in zip(texts, labels, strict=True)]
        table = write_csv(tmp_path / "reviews.csv", ["text", "label"], rows)
        return read_run_texts(prepared(tmp_path / "run", "--data", table, *flags).path)

    return make


def _measure(texts):
    voices = voices_of(texts)
    return measure_changes(texts, voices, judge_labels(texts, voices))


def test_the_first_texts_of_every_draw_have_all_classes_in_their_shares():
    labels = np.array([0] * 80 + [1] * 20)
    order = drawing_order(labels, [0, 1])
    assert sorted(order.tolist()) == list(range(100))
    assert all(abs(labels[order[:size]].mean() - 0.2) <= 1 / size + 1e-9 for size in range(5, 101, 5))
    assert drawing_order(labels, [0, 2]).tolist() != order.tolist()


def test_more_labels_are_never_more_than_there_are():
    assert [more_labels(number) for number in (5, 20, 499, 500, 100_000)] == [5, 20, 200, 500, 500]


def test_the_quick_curve_rises_to_what_all_labels_give(run_texts):
    labels, generator = np.arange(700) % 2, np.random.default_rng(0)
    rare = generator.integers(100, size=700)  # one telling word a text, known only to who has seen it
    written = [
        f"{('poor', 'fine')[label]}{word} tale{at % 7} said{at % 5}"
        for at, (label, word) in enumerate(zip(labels, rare, strict=True))
    ]
    texts = run_texts(written, labels)
    voices = voices_of(texts)
    curve = quick_label_curve(texts, voices)
    n = len(texts.parts["train"].labels)
    assert [size for size, _ in curve.answers] == [round(share * n) for share in (0.1, 0.2, 0.35, 0.5, 0.7, 1)]
    said = (
        voices[0]
        .fit(voices[0].features["train"], texts.parts["train"].labels)
        .predict(voices[0].features["validation"])
    )
    assert curve.answers[-1][1][voices[0].name][0]["validation"].predicted.tolist() == said.tolist()
    (measured,) = measure_label_curve(curve, 200)
    assert measured.points[-1].validation.accuracy > measured.points[0].validation.accuracy + 0.1
    assert measured.extrapolation.labels == n + 200
    assert 0 <= measured.extrapolation.interval[0] <= measured.extrapolation.gain


def test_texts_that_have_nothing_in_common_have_no_quick_curve(run_texts):
    labels = np.arange(60) % 2
    texts = run_texts([f"a{at} b{at} {('no', 'yes')[label]}" for at, label in enumerate(labels)], labels)
    changes = _measure(texts)
    assert all(change.name != "another 20 labels" or change.gain is None for change in changes.changes)


def test_correcting_labels_gains_what_they_cost(run_texts, generated):
    labels = np.arange(600) % 2
    texts = run_texts(generated(np.random.default_rng(2), labels), labels)
    train, validation = texts.parts["train"].labels, texts.parts["validation"].labels
    # A model that has learned by heart: validation text i gets the label of training text i.
    turned = np.arange(len(validation)) < 20
    train[: len(validation)] = np.where(turned, 1 - validation, validation)
    places = np.arange(len(train))

    def fit(features, learned):
        return SimpleNamespace(predict=lambda asked: learned[asked])

    voice = Voice("memory", {"train": places, "validation": places[: len(validation)]}, fit, lambda _: {})
    judged = [
        JudgedLabel("train", at, int(train[at]), int(1 - train[at]), 0.1, 0.9, suspicious=at < 15) for at in places
    ]
    right = measuring._right(voice, texts, train)
    (change,) = measuring._corrected_labels(texts, voice, right, Judgement([], judged, None))
    assert change.name == "correct the 15 training labels that look wrong"
    assert change.gain == pytest.approx(15 / len(validation))
    assert change.raises
    assert change.interval[0] <= change.gain <= change.interval[1]
    assert measuring._corrected_labels(texts, voice, right, Judgement([], judged[15:], None)) == []


def test_labels_that_all_look_like_one_class_have_no_gain(run_texts):
    labels = np.arange(120) % 2
    texts = run_texts([f"{('poor', 'fine')[label]}{at}" for at, label in enumerate(labels)], labels)
    train = texts.parts["train"].labels
    judged = [JudgedLabel("train", at, 1, 0, 0.1, 0.9, True) for at in np.flatnonzero(train == 1)]
    found = measure_changes(texts, voices_of(texts), Judgement([], judged, None))
    (change,) = [change for change in found.changes if change.name.startswith("correct the")]
    assert change.gain is None
    assert "of one class" in change.undetermined


@pytest.mark.slow
def test_words_that_stand_too_late_are_worth_reading(run_texts, generated):
    labels = np.arange(400) % 2
    late = [
        " ".join(np.random.default_rng(at).choice(["the", "tale", "went", "along"], 16)) + " " + text
        for at, text in enumerate(generated(np.random.default_rng(0), labels))
    ]
    changes = _measure(run_texts(late, labels, "--models", "rnn", "linear")).changes
    (change,) = [change for change in changes if change.name.startswith("read")]
    assert change.name == "read 32 words instead of 16 with rnn"
    assert change.raises
    assert change.gain > 0.2
    assert changes[0] == change  # the largest gain that is none of chance


def test_a_network_that_reads_further_is_not_told_to_read_as_far(run_texts, generated):
    labels = np.arange(300) % 2
    late = [f"{text} " * 3 for text in generated(np.random.default_rng(0), labels)]
    texts = run_texts(late, labels, "--models", "rnn", "linear", "student")
    for model, length in (("rnn", 16), ("student", 32)):
        described = RunFolder(texts.plan.path).description(model, texts.seed)
        described.parent.mkdir(parents=True)
        said = Description(model, model, Family.WORDS, texts.seed, "words", {}, Cleaner(), sequence_length=length)
        said.save(described)
    assert [change.name for change in _more_words(texts)] == ["read 32 words instead of 16 with rnn"]


def test_without_models_that_read_so_many_words_there_is_no_word_of_them(run_texts, generated):
    labels = np.arange(300) % 2
    texts = run_texts([f"{text} " * 3 for text in generated(np.random.default_rng(0), labels)], labels)
    texts.plan.settings["models"] = ["linear"]
    assert not [change for change in _measure(texts).changes if change.name.startswith("read")]


def test_the_curve_of_the_run_is_taken_where_it_has_one(run_texts, generated, monkeypatch):
    labels = np.arange(300) % 2
    texts = run_texts(generated(np.random.default_rng(0), labels), labels)
    own = quick_label_curve(texts, voices_of(texts))
    monkeypatch.setattr(measuring, "compare", lambda run: None)
    monkeypatch.setattr(measuring, "read_answers", lambda comparison: {})
    monkeypatch.setattr(measuring, "read_label_curve", lambda comparison, answers: own)
    monkeypatch.setattr(measuring, "quick_label_curve", lambda texts, voices: pytest.fail("none is needed"))
    texts.plan.settings["label_curve"] = [50, 100]
    found = _measure(texts)
    assert not found.quick
    assert "trained with" in next(change for change in found.changes if change.name.startswith("another")).measured


def test_the_interval_of_more_labels_holds_the_luck_of_their_draw():
    # 1.96 * 0.02 = 0.0392; hypot(0.03, 0.0392) = 0.04936 below, hypot(0.01, 0.0392) = 0.04046 above.
    assert widen(0.05, [0.02, 0.06], 0.02) == pytest.approx([0.00064, 0.09046], abs=1e-5)
    assert widen(0.05, [0.02, 0.06], 0.0) == pytest.approx([0.02, 0.06])


def test_the_spread_is_that_of_the_most_labels_that_were_drawn_twice():
    def answers(*rights):
        return {
            "linear": {
                draw: {"validation": Answers(np.arange(10), np.zeros(10), (np.arange(10) >= right).astype(int), None)}
                for draw, right in enumerate(rights)
            }
        }

    curve = LabelCurve((10, 20), ((10, answers(2, 8)), (20, answers(5, 7)), (30, answers(6, 6))))
    assert spread_of_draws(curve, "linear") == pytest.approx(np.sqrt(0.02))  # of 0.5 and 0.7
    assert spread_of_draws(LabelCurve((10,), ((10, answers(2)), (30, answers(6)))), "linear") == 0
    assert spread_of_draws(curve, "another") == 0
