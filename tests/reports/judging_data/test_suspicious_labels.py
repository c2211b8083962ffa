"""Labels that look wrong: planted errors are found, and the method is the published one."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.files import read_json
from models.encoder.feature_files import text_digest, write_rows
from models.linear.tfidf import LinearClassifier
from models.run_folder import RunFolderError
from reports.judging_data import commands
from reports.judging_data.confident_learning import class_thresholds, is_doubted
from reports.judging_data.second_opinions import Voice, ask_out_of_fold, voices_of
from reports.judging_data.suspicious_labels import judge_labels, turn_over
from reports.reading.run_texts import read_run_texts


def read_labels(run):
    with run.labels.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_label_is_doubted_where_another_class_is_as_sure_as_its_own_texts_are():
    # Texts labelled 0 have 0.9, 0.8 and 0.1 of class 0: 0.6 on average; those labelled 1 have 0.9 and 0.5: 0.7.
    labels = np.array([0, 0, 0, 1, 1])
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.1, 0.9], [0.5, 0.5]])
    thresholds = class_thresholds(labels, probabilities)
    np.testing.assert_allclose(thresholds, [0.6, 0.7])
    assert is_doubted(labels, probabilities, thresholds).tolist() == [False, False, True, False, False]


def test_a_class_that_no_text_has_is_never_the_better_one():
    labels, probabilities = np.array([0, 0]), np.array([[0.2, 0.8], [0.9, 0.1]])
    assert not is_doubted(labels, probabilities, class_thresholds(labels, probabilities)).any()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.sampled_from([0.3, 1.0, 3.0]))
def test_the_authors_package_doubts_the_same_labels(seed, classes, concentration):
    find_label_issues = pytest.importorskip("cleanlab.filter").find_label_issues
    generator = np.random.default_rng(seed)
    labels = np.r_[np.arange(classes), generator.integers(classes, size=80)]
    probabilities = generator.dirichlet(np.full(classes, concentration), len(labels))
    probabilities[np.arange(len(labels)), labels] += 0.5
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    found = is_doubted(labels, probabilities, class_thresholds(labels, probabilities))
    theirs = find_label_issues(labels, probabilities, filter_by="confident_learning", n_jobs=1)
    assert found.tolist() == theirs.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_planted_errors_stand_first(noisy, seed):
    run, _, turned = noisy(seed=seed)
    commands.judge(run.path)
    rows = read_labels(run)
    assert len(rows) == sum(read_json(run.judged_labels)["texts"].values())
    own = [float(row["probability_of_label"]) for row in rows]
    assert own == sorted(own)
    kept = turned & {int(row["index"]) for row in rows}
    first = [int(row["index"]) for row in rows[: len(kept)]]
    assert np.isin(first, list(kept)).mean() >= 0.8
    suspicious = [int(row["index"]) for row in rows if row["suspicious"]]
    assert np.isin(suspicious, list(kept)).mean() >= 0.8
    assert np.isin(list(kept), suspicious).mean() >= 0.5
    # A row of the table is named by file and line; the first stands below the header.
    assert all(row["row"] == f"reviews.csv:{int(row['index']) + 2}" for row in rows)


def test_what_is_suspicious_has_its_other_class_and_words_of_it(noisy):
    run, _, turned = noisy()
    commands.judge(run.path)
    found = [row for row in read_labels(run) if row["suspicious"]]
    for row in found:
        assert row["looks_like"] != row["label"]
        assert row["corrected_label"] == row["looks_like"]
        assert row["words"]
        assert not any(word.startswith(row["label"]) for word in row["words"].split(", "))
    for row in read_labels(run):
        assert row["suspicious"] or not row["corrected_label"]


def test_text_and_label_of_a_fold_are_unknown_to_its_model():
    """A model that only remembers gives every text it has not seen the same answer."""
    features = np.eye(20)

    def fit(seen, labels):
        weights = np.zeros((20, 2))
        for row, label in zip(seen, labels, strict=True):
            weights[row.argmax(), label] = 9
        return LinearClassifier(weights, np.zeros(2), 1)

    opinion = ask_out_of_fold(Voice("memory", {"train": features}, fit, lambda _: {}), np.arange(20) % 2, 0)
    assert opinion.probabilities.tolist() == [[0.5, 0.5]] * 20
    assert sorted(np.bincount(opinion.fold)) == [4] * 5


def test_labels_are_turned_over_to_every_other_class():
    labels = np.repeat([0, 1, 2], 200)
    new, turned = turn_over(labels, 0.5, 3, 0)
    assert turned.sum() == 300
    assert (new[turned] != labels[turned]).all()
    assert (new[~turned] == labels[~turned]).all()
    assert all(len(set(new[turned & (labels == label)])) == 2 for label in range(3))


def test_without_an_encoder_that_is_said(noisy, capsys):
    run, *_ = noisy("--models", "linear")
    commands.judge(run.path)
    assert "The run has no pretrained encoder: only the linear model was asked." in capsys.readouterr().out
    assert len(read_json(run.judged_labels)["models"]) == 1


@pytest.fixture
def encoded(noisy, tmp_path, monkeypatch):
    """A run whose encoder's features of all texts are kept: two numbers a text, of which the first is its class."""
    run, _, turned = noisy("--models", "distilbert", "linear")
    monkeypatch.setenv("SENTIMENT_ARCHITECTURES_CACHE", str(tmp_path / "cache"))
    description = {"name": "distilbert", "title": "encoder", "family": "encoder", "seed": 0, "reads": "", "files": {}}
    description |= {
        "cleaning": {"keep_negations": True, "language": "none"},
        "cleaned": True,
        "weights": "tiny weights",
    }
    run.trial("distilbert", 0).mkdir(parents=True)
    run.description("distilbert", 0).write_text(json.dumps(description | {"features_key": "key"}))
    texts = read_run_texts(run.path, features=False)
    generator = np.random.default_rng(1)
    for part in texts.parts.values():
        true = [
            label != (index in turned) for label, index in zip(part.labels.tolist(), part.index.tolist(), strict=True)
        ]
        features = np.c_[np.where(true, 1.0, -1.0), np.zeros(len(true))] + generator.normal(0, 0.3, (len(true), 2))
        digests = [text_digest(text) for text in part.cleaned]
        write_rows(tmp_path / "cache" / "features", "key", digests, features.astype("float32"))
    return run, turned


def test_the_encoders_features_are_asked_too(encoded, capsys):
    run, turned = encoded
    texts = read_run_texts(run.path)
    assert texts.features.encoder == "tiny weights"
    assert {name: found.shape for name, found in texts.features.by_part.items()} == {
        name: (len(part.labels), 2) for name, part in texts.parts.items()
    }
    judgement = judge_labels(texts, voices_of(texts))
    assert judgement.voices[1] == "logistic regression on the features of tiny weights"
    kept = sum(index in turned for part in texts.parts.values() for index in part.index.tolist())
    first = [texts.parts[found.part].index[found.at] in turned for found in judgement.labels[:kept]]
    assert np.mean(first) >= 0.9


def test_features_that_are_not_kept_any_more_are_not_needed(encoded, tmp_path, capsys):
    for path in (tmp_path / "cache" / "features").iterdir():
        path.unlink()
    commands.judge(encoded[0].path)
    assert "no longer kept on this machine: only the linear model was asked" in capsys.readouterr().out


@pytest.mark.slow
def test_an_edited_table_is_not_overwritten(noisy):
    run, *_ = noisy()
    commands.judge(run.path)
    commands.judge(run.path)  # as it was written, it may be
    run.labels.write_text(run.labels.read_text().replace("yes", "no", 1))
    edited = run.labels.read_bytes()
    with pytest.raises(RunFolderError, match="was edited since it was written: use it with --write, or remove it"):
        commands.judge(run.path)
    assert run.labels.read_bytes() == edited


def test_a_run_without_texts_is_refused(noisy):
    run, *_ = noisy()
    (run.prepared(0) / "texts.jsonl").write_text("{")
    with pytest.raises(RunFolderError, match="cannot be read"):
        commands.judge(run.path)


@pytest.mark.long
def test_planted_errors_among_real_posts(shared, tmp_path, prepared, write_csv, monkeypatch):
    """The linear model alone; with an encoder's features more of the first are turned ones, see reports/tried.md."""
    from data.sources import newsgroups

    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(shared / "scikit_learn_data"))
    corpus = newsgroups.SOURCE.load()
    shares = []
    for seed in range(3):
        generator = np.random.default_rng(seed)
        drawn = generator.choice(len(corpus.texts), 1800, replace=False)
        labels = corpus.labels[drawn]
        turned = generator.choice(1800, 90, replace=False)
        labels[turned] = 1 - labels[turned]
        rows = [[corpus.texts[at], corpus.class_names[label]] for at, label in zip(drawn, labels, strict=True)]
        table = write_csv(tmp_path / f"{seed}.csv", ["text", "label"], rows)
        run = prepared(tmp_path / str(seed), "--data", table, "--models", "linear", "--language", "published")
        texts = read_run_texts(run.path)
        found = [label for label in judge_labels(texts, voices_of(texts)).labels if label.part == "train"][:30]
        shares.append(
            np.mean([texts.parts["train"].texts[label.at] in {rows[at][0] for at in turned} for label in found])
        )
    assert np.mean(shares) >= 0.6, shares


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_many_classes_of_few_texts_each(tmp_path, prepared, write_csv):
    """Four training texts a class are fewer than there are folds, and what is odd is found all the same."""
    rows = [[f"subject{at % 30} word{at % 17} number{at % 11} thing", f"class{at % 30}"] for at in range(210)]
    rows[0][1] = "class7"
    run = prepared(tmp_path / "run", "--data", write_csv(tmp_path / "x.csv", ["text", "label"], rows))
    commands.judge(run.path)
    first = read_labels(run)[0]
    assert (first["index"], first["label"], first["looks_like"]) == ("0", "class7", "class0")
