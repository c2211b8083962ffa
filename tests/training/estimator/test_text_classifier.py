"""The estimator as scikit-learn's users meet it. What trains is tiny, and there is little of it."""

import os
import pickle
import re
import warnings
import zipfile

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, ShuffleSplit, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks

from data.files import read_json
from models.classifier import load_classifier
from models.run_folder import RunFolder
from training.environment import THREAD_VARIABLES
from training.estimator import TextClassifier, inputs, process, text_classifier
from training.estimator.fitted import Fitted, error_of

pytestmark = pytest.mark.slow
SAYS_WHICH = hasattr(estimator_checks, "estimator_checks_generator")  # from scikit-learn 1.6 on


@pytest.mark.skipif(not SAYS_WHICH, reason="scikit-learn 1.5 ends at the first check that fails")
def test_scikit_learns_checks(monkeypatch):
    """Those that need no table of numbers pass; the others, most of them, fail since such a table is refused."""
    tags, refused = TextClassifier.__sklearn_tags__, []

    def for_tables(self):
        found = tags(self)
        found.input_tags.two_d_array, found.input_tags.one_d_array = True, False  # else no check is made at all
        return found

    def read(given, name="X"):
        try:
            return inputs.texts_of(given, name)
        except (TypeError, ValueError) as error:
            refused.append(str(error))
            raise

    def judge(check_name, exception, status, **_):
        only_since_refused = refused and all(said.startswith(inputs.ONE_COLUMN) for said in refused)
        outcome[check_name] = "refused" if status == "failed" and only_since_refused else status
        refused.clear()

    outcome = {}
    monkeypatch.setattr(TextClassifier, "__sklearn_tags__", for_tables)
    monkeypatch.setattr(text_classifier, "texts_of", read)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator_checks.check_estimator(TextClassifier(), on_skip=None, on_fail=None, callback=judge)
    assert set(outcome.values()) <= {"passed", "refused", "skipped"}, outcome
    passed = {name for name, status in outcome.items() if status == "passed"}
    assert passed >= {
        "check_estimator_cloneable",
        "check_estimator_repr",
        "check_no_attributes_set_in_init",
        "check_get_params_invariance",
        "check_set_params",
        "check_parameters_default_constructible",
        "check_mixin_order",
        "check_estimators_unfitted",
    }


@pytest.mark.skipif(not SAYS_WHICH, reason="scikit-learn 1.5 has tags of another kind")
def test_the_tags_say_what_it_reads():
    tags = TextClassifier().__sklearn_tags__().input_tags
    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)


def test_a_fitted_linear_model_answers(fitted_linear, sample):
    texts, labels = sample
    assert fitted_linear.classes_.tolist() == ["negative", "positive"]
    probabilities = fitted_linear.predict_proba(texts[180:])
    assert probabilities.shape == (60, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    answers = fitted_linear.predict(np.array(texts[180:], dtype=object))
    assert (answers == fitted_linear.classes_[probabilities.argmax(axis=1)]).all()
    assert fitted_linear.score(pd.Series(texts[180:]), labels[180:]) == np.mean(answers == labels[180:]) > 0.5
    assert fitted_linear.fitted_.metrics["validation"]["n"] == pytest.approx(36, abs=2)  # a fifth, without repetitions
    assert not {"test", "leaked"} & set(fitted_linear.fitted_.metrics)
    assert not hasattr(fitted_linear, "n_features_in_")  # which is no number that texts have


@pytest.mark.parametrize("copy", [lambda one: pickle.loads(pickle.dumps(one)), "joblib"], ids=["pickle", "joblib"])
def test_it_can_be_kept(copy, fitted_linear, sample, tmp_path):
    texts, _ = sample
    wanted = fitted_linear.predict_proba(texts[:20])
    if copy == "joblib":
        joblib.dump(fitted_linear, tmp_path / "model.joblib")
        found = joblib.load(tmp_path / "model.joblib")
    else:
        found = copy(fitted_linear)
    np.testing.assert_array_equal(found.predict_proba(texts[:20]), wanted)
    with pytest.raises(NotFittedError):
        clone(found).predict(texts[:2])


def test_it_is_exported(fitted_linear, sample, tmp_path):
    texts, _ = sample
    folder = fitted_linear.export(tmp_path / "model", "onnx")
    np.testing.assert_array_equal(
        load_classifier(folder).predict_proba(texts[:20]), fitted_linear.predict_proba(texts[:20])
    )
    with pytest.raises(FileExistsError, match="is not empty: name a new folder"):
        fitted_linear.export(folder)
    with pytest.raises(ValueError, match="The model is there as onnx, not as 'saved_model': name it in `formats`"):
        fitted_linear.export(tmp_path / "other", "saved_model")


def test_a_folder_of_an_export_is_kept_too(tmp_path):
    files = dict.fromkeys(("classifier.json", "model.onnx", "saved_model/1/saved_model.pb"), b"1")
    Fitted(files, ["onnx", "saved_model"], {}).write(tmp_path, "saved_model")
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == {
        "classifier.json",
        "saved_model/1/saved_model.pb",
    }


def test_it_is_explained(fitted_linear):
    found = fitted_linear.explain("A terrible hotel, and everybody was terrible.")
    assert found.words[:2] == ["A", "terrible"]
    assert len(found.log_odds) == len(found.words)
    assert str(found).startswith(f"{found.answer} ({found.probability:.1%}): A ")


def test_it_is_compared_with_another(fitted_linear, sample):
    texts, labels = sample

    class Parrot:
        def predict(self, texts):
            return np.array(["positive"] * len(texts), dtype=object)

    (score,) = fitted_linear.compare({"parrot": Parrot()}, texts[180:], labels[180:])
    assert (score.other, score.n) == ("parrot", 60)
    assert score.accuracy == fitted_linear.score(texts[180:], labels[180:])
    assert score.other_accuracy == np.mean([label == "positive" for label in labels[180:]])
    assert score.accuracy - score.other_accuracy == pytest.approx((score.only_self - score.only_other) / 60)


def test_what_others_call_it_with(stand_in, sample):
    texts, labels = sample
    pipeline = Pipeline([("same", "passthrough"), ("classify", TextClassifier())])
    search = GridSearchCV(pipeline, {"classify__model": ["cnn", "linear"], "classify__epochs": [2]}, cv=2)
    assert set(search.fit(texts[:60], labels[:60]).predict(texts[:3])) <= {"negative", "positive"}
    assert {(settings.epochs, settings.models[0]) for settings, *_ in stand_in[:-1]} == {(2, "cnn"), (2, "linear")}
    calibrated = CalibratedClassifierCV(TextClassifier("linear"), cv=2).fit(texts[:60], labels[:60])
    np.testing.assert_allclose(calibrated.predict_proba(texts[:3]).sum(axis=1), 1)


def test_what_the_process_is_given(stand_in, sample):
    texts, _ = sample
    numbers = [3, 1] * 30
    classifier = TextClassifier("cnn", class_weight={1: 2}).fit(
        texts[:60], numbers, texts[60:64], [1, 3, 1, 3], unlabelled=texts[100:110], sample_weight=np.arange(60)
    )
    given = stand_in[0][2]
    assert classifier.classes_.tolist() == [1, 3]
    assert given.class_names == ["1", "3"]
    assert given.labels[:2] + given.labels[60:] == [1, 0, 0, 1, 0, 1]
    assert given.weights[:4] == [0, 2, 2, 6]
    assert given.weights[60] == pytest.approx(np.mean(given.weights[:60]))
    corpus = given.corpus
    assert corpus.split_by.values.tolist() == [0] * 60 + [1] * 4 + [2] * 2
    assert (len(corpus.unlabelled), corpus.split_by.unlabelled.tolist()) == (10, [0] * 10)
    with pytest.raises(ValueError, match="y_val has 7, which is no class of y"):
        classifier.fit(texts[:60], numbers, texts[60:62], [1, 7])


def test_unusable_texts_are_refused_in_a_sentence(sample):
    texts, labels = sample
    with pytest.raises(ValueError, match="Class 'positive' has 2 texts of the 8 drawn: each needs at least 6"):
        TextClassifier("linear").fit(texts[:8], ["negative"] * 6 + ["positive"] * 2)


@pytest.mark.parametrize(
    ("code", "written", "kind", "sentence"),
    [
        (2, "warning\nerror: Class 'a' has 2 texts.\n", ValueError, "Class 'a' has 2 texts."),
        (1, "error: cnn could not be trained: it took 900 MB.\n", RuntimeError, "cnn could not be trained"),
        (-9, "", RuntimeError, "The process that trains ended with SIGKILL: it said nothing"),
        (1, "Traceback\nKeyError: 'a'\n", RuntimeError, "ended with exit code 1: KeyError: 'a'"),
    ],
)
def test_what_went_wrong_is_an_error(code, written, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)):
        raise error_of(code, written)


def test_a_model_that_fails_is_said(monkeypatch, capsys):
    def fail(*_):
        raise process.NotFitted("cnn could not be trained: it took 900 MB.")

    monkeypatch.setattr(process, "_fit", fail)
    monkeypatch.setattr("models.children.end_with_caller", lambda: None)
    assert process.main(["run", "cnn"]) == 1
    assert capsys.readouterr().err == "error: cnn could not be trained: it took 900 MB.\n"


@pytest.fixture(scope="module")
def one_thread():
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.mark.long
def test_it_is_the_model_of_the_command_to_the_last_bit(one_thread, command, sample, tiny, tmp_path):
    texts, labels = sample
    for name, rows in {"train": slice(0, 180), "test": slice(180, 240)}.items():
        pd.DataFrame({"text": texts[rows], "label": labels[rows]}).to_csv(tmp_path / f"{name}.csv", index=False)
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in tiny.items()]
    models = ["linear", "student"]
    arguments = ["--data", tmp_path / "train.csv", "--test", tmp_path / "test.csv", "--sample", "all", "--seed", "3"]
    arguments += ["--models", *models, "--formats", "--no-explain", "--output", tmp_path / "runs", *flags]
    done = command("training.run", *arguments)
    assert done.returncode == 0, done.stderr
    # A network that is taught by the other model: were that another, so were it.
    classifier = TextClassifier("student", random_state=3, others=models[:-1], **tiny).fit(texts[:180], labels[:180])
    wanted = read_json(RunFolder(tmp_path / "runs" / "latest").metrics("student", 3))
    # Means of logarithms over all texts are other ones as soon as one bit of one probability is.
    for measured in ("validation", "train", "calibration"):
        assert classifier.fitted_.metrics[measured] == wanted[measured]
    assert set(classifier.predict(texts[180:])) <= {"negative", "positive"}


@pytest.mark.long
def test_cross_validation_on_movie_reviews(shared, tiny):
    with zipfile.ZipFile(shared / "nltk_data" / "corpora" / "movie_reviews.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".txt"))[::17]  # 118 of 2,000
        reviews = pd.Series([archive.read(name).decode() for name in names])
    labels = [name.split("/")[1] for name in names]
    for model in ("linear", "cnn"):
        classifier = TextClassifier(model, class_weight={"pos": 2}, **tiny)
        (score,) = cross_val_score(classifier, reviews, labels, cv=ShuffleSplit(1, random_state=0))
        assert 0 <= score <= 1
