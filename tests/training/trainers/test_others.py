"""What an ensemble picks and a student learns, from the answers that other models of a run have left."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from data.cleaning import Cleaner
from data.corpus import Corpus
from data.files import write_json
from data.preparing import prepare, save_text_weights, save_texts
from data.probes import PROBES
from data.splits.leakage import UNLABELLED
from data.splits.parts import clean_parts
from data.splits.split import split
from data.splits.unlabelled import Unlabelled
from data.words.arrays import vectorize_parts
from models.catalog import CATALOG, Family
from models.description import Description
from models.predictions import Answers, write_predictions
from models.run_folder import RunFolder
from training import command_line, experiment, trial_processes
from training.settings import Settings
from training.trainers import ensemble, words
from training.trainers.others import (
    Other,
    OthersMissing,
    find_others,
    lesson_of,
    validation_loss,
    write_learned_from,
)
from training.trainers.trained import Task

NAMES = ("bad", "good")


def other(name, probabilities):
    """A model that answered validation so."""
    found = Description(name, name, Family.LINEAR, 0, "words", {}, Cleaner())
    return Other(found, {}, {"validation": np.array(probabilities)}, np.zeros((1, 2)))


def test_what_errs_apart_is_picked_and_what_adds_nothing_is_not():
    # All labels are 0. One is sure where the other doubts; the third says the same as the first, only worse.
    first = other("first", [[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    second = other("second", [[0.5, 0.5], [0.6, 0.4], [0.9, 0.1]])
    third = other("third", [[0.8, 0.2], [0.8, 0.2], [0.1, 0.9]])
    picked = ensemble.pick([first, second, third], np.zeros(3, int))
    assert [member.description.name for member in picked] == ["first", "second"]


def test_a_second_one_is_picked_even_where_it_does_not_help():
    good, poor = other("good", [[0.9, 0.1]] * 4), other("poor", [[0.2, 0.8]] * 4)
    assert len(ensemble.pick([good, poor], np.zeros(4, int))) == 2


@pytest.mark.slow
@given(st.lists(st.lists(st.floats(0.01, 0.99), min_size=5, max_size=5), min_size=2, max_size=5))
def test_what_is_picked_is_no_worse_than_the_best_pair_with_the_best_model(answers):
    others, labels = [other(str(at), [[p, 1 - p] for p in found]) for at, found in enumerate(answers)], np.zeros(5, int)

    def loss(members):
        return validation_loss(ensemble.mean([m.probabilities["validation"] for m in members]), labels)

    picked = ensemble.pick(others, labels)
    assert picked[0] is others[0]
    assert loss(picked) <= min(loss([others[0], second]) for second in others[1:]) + 1e-9


def test_a_mean_that_is_less_sure_is_not_held_to_be_worse():
    labels = np.arange(40) % 2
    right = np.where(np.arange(40) < 36, labels, 1 - labels)  # nine answers of ten
    sure, unsure = (np.where(np.eye(2)[right] > 0, p, 1 - p) for p in (0.9, 0.6))
    assert validation_loss(unsure, labels) == pytest.approx(validation_loss(sure, labels), abs=1e-4)


@pytest.fixture
def run(tmp_path):
    """A run folder of 60 texts and 20 unlabelled ones, on which two models have left answers."""
    folder = RunFolder(tmp_path / "run")
    labels = np.arange(60) % 2
    texts = [f"{('awful', 'splendid')[label]} thing number{at}" for at, label in enumerate(labels)]
    corpus = Corpus("tiny", "made up", texts, labels, NAMES)
    parts, _ = prepare(corpus, clean_parts(corpus, split(corpus, None, 0), Cleaner()), None, 3)
    more = [f"{('awful', 'splendid')[at % 2]} item number{at + 60}" for at in range(20)]
    folder.prepared(0).mkdir(parents=True)
    save_texts(parts, Unlabelled(more, more), folder.prepared(0))
    vectorize_parts(folder.prepared(0), 80, 3, 4, 0)
    write_json(folder.data_card, {"class_names": NAMES, "cleaning": {"keep_negations": False, "language": "published"}})
    flags = "--models rnn linear ensemble student --student lstm --width 4 --epochs 2 --sequence-length 3"
    settings = command_line.parse([*flags.split(), "--vocabulary-size", "80"])
    command_line.save(settings, folder.settings)
    for name, sure in (("rnn", 0.7), ("linear", 0.9)):
        folder.trial(name, 0).mkdir(parents=True)
        found = {
            part: np.where(np.eye(2)[np.array([("splendid" in text) for text in said], int)] > 0, sure, 1 - sure)
            for part, said in {**{part: texts.texts for part, texts in parts.items()}, UNLABELLED: more}.items()
        }
        if name == "rnn":  # the linear model is better on validation
            found["validation"][0] = found["validation"][0, ::-1].copy()
        answers = {
            p: Answers(parts[p].index, parts[p].labels, found[p].argmax(1), found[p]) for p in ("validation", "test")
        }
        write_predictions(folder.predictions(name, 0), answers, NAMES)
        write_learned_from(folder, name, 0, found)
        write_json(folder.probes(name, 0), {probe: {"text": "", "probabilities": [sure, 1 - sure]} for probe in PROBES})
        Description(name, name, CATALOG[name].family, 0, "words", {}, Cleaner()).save(folder.description(name, 0))
        metrics = {"peak_memory_mb": 100 * sure, "parameters": 5}
        metrics |= {"seconds_total": 10.0, "seconds_training": 4.0, "trainable_parameters": 3}
        write_json(folder.metrics(name, 0), metrics | {"texts_per_second": {"1": 100, "32": 200, "256": 400}})
    return folder, parts, Unlabelled(more, more)


def task(run, name):
    folder, parts, unlabelled = run
    return Task(CATALOG[name], command_line.load(folder.settings), folder, 0, parts, unlabelled, 2, Cleaner())


def test_others_come_best_first_with_all_that_they_answered(run):
    found = find_others(task(run, "student"))
    assert [each.description.name for each in found] == ["linear", "rnn"]  # the ensemble is not trained yet
    assert {part: rows.shape for part, rows in found[0].probabilities.items()} == {
        "train": (40, 2),
        "validation": (10, 2),
        "test": (10, 2),
        UNLABELLED: (20, 2),
    }


def test_an_ensemble_is_the_mean_and_costs_what_its_members_cost(run):
    trained = ensemble.train(task(run, "ensemble"))
    assert trained.description.members == ["linear", "rnn"]
    test = trained.probabilities["test"]
    np.testing.assert_allclose(sorted(set(test.ravel().round(6))), [0.2, 0.8])  # of 0.9 and 0.7
    assert trained.probabilities[UNLABELLED].shape == (20, 2)
    assert trained.parameters == 10
    assert trained.texts_per_second["32"] == pytest.approx(100)  # 1/200 s twice
    assert trained.facts["seconds_needed"] == 20
    assert trained.facts["memory_needed_mb"] == pytest.approx(90)
    np.testing.assert_allclose(trained.answer_texts([], [])[0], [0.8, 0.2], atol=1e-6)


def test_what_lacks_others_says_so(run):
    folder = run[0]
    folder.metrics("rnn", 0).unlink()
    with pytest.raises(OthersMissing, match="needs 2 other trained models and has 1: name more in --models"):
        ensemble.train(task(run, "ensemble"))
    folder.metrics("linear", 0).unlink()
    with pytest.raises(OthersMissing, match="needs 1 other"):
        words.train(task(run, "student"))


def test_a_model_that_is_not_of_the_run_teaches_nobody(run):
    folder = run[0]
    settings = yaml.safe_load(folder.settings.read_text())
    folder.settings.write_text(yaml.safe_dump(settings | {"models": ["rnn", "student"]}))
    assert [each.description.name for each in find_others(task(run, "student"))] == ["rnn"]


def test_a_lesson_is_half_the_label_and_on_unlabelled_texts_all_the_teachers(run):
    found = words._taught(task(run, "student"), {"train": np.zeros((40, 3)), UNLABELLED: np.ones((20, 3))})
    labels = run[1]["train"].labels
    # The teacher is 0.9 sure, and right about all ten validation texts: with one more whose class nobody knows, 0.5 of
    # it either way, the surest that it may be is 10.5 in 11.
    np.testing.assert_allclose(found.targets[np.arange(40), labels], (10.5 / 11 + 1) / 2, atol=1e-4)
    np.testing.assert_allclose(found.targets[40:].max(axis=1), 10.5 / 11, atol=1e-4)
    assert found.ids.shape == (60, 3)
    assert found.title == "student (lstm taught by linear, 20 unlabelled texts)"
    assert found.facts["seconds_needed"] == 10


def test_a_teacher_that_is_too_sure_teaches_to_be_less_so(run):
    student = task(run, "student")
    rnn = find_others(student)[1]  # right about nine of ten
    sure = np.where(rnn.probabilities["validation"] > 0.5, 0.99, 0.01)
    lesson = lesson_of(replace(rnn, probabilities=rnn.probabilities | {"validation": sure, UNLABELLED: sure}), student)
    np.testing.assert_allclose(lesson[UNLABELLED].max(axis=1), 9.5 / 11, atol=1e-4)
    np.testing.assert_array_equal(lesson[UNLABELLED].argmax(axis=1), sure.argmax(axis=1))
    assert lesson.keys() == {"train", UNLABELLED}


def test_balanced_weights_give_each_class_the_same_and_unlabelled_texts_one(run):
    folder, parts, unlabelled = run
    rare = dict(parts, train=replace(parts["train"], labels=(np.arange(40) < 4).astype(int)))
    plain, balanced = (
        Task(CATALOG["student"], Settings(class_weights=how), folder, 0, rare, unlabelled, 2, Cleaner())
        for how in ("none", "balanced")
    )
    assert plain.weights("train") is None
    weights = balanced.weights("train")
    # 4 of 40 texts: 40 / (2 * 4) = 5 each, and 40 / (2 * 36) for each of the others.
    np.testing.assert_allclose(weights, [5] * 4 + [5 / 9] * 36)
    np.testing.assert_allclose(
        balanced.weights("validation"), np.where(parts["validation"].labels == 1, 5, 5 / 9), rtol=1e-6
    )
    taught = replace(balanced, settings=replace(command_line.load(folder.settings), class_weights="balanced"))
    lesson = words._taught(taught, {"train": np.zeros((40, 3)), UNLABELLED: np.ones((20, 3))})
    np.testing.assert_allclose(lesson.weights, [*weights, *[1] * 20])


@pytest.mark.slow
def test_a_student_is_the_network_that_is_named(run):
    folder = run[0]
    folder.trial("student", 0).mkdir(parents=True)
    vectorize_parts(folder.prepared(0), 50, 4, 4, 0, folder.prepared(0) / "50x4")
    own = {"student_vocabulary_size": 50, "student_sequence_length": 4, "width": 8}
    command_line.save(replace(command_line.load(folder.settings), **own), folder.settings)
    trained = words.train(task(run, "student"))
    assert trained.description.family is Family.WORDS
    assert (trained.description.vocabulary_size, trained.description.sequence_length) == (50, 4)
    assert trained.description.arrays == "50x4"
    assert trained.description.reads == "the first 4 cleaned words"
    assert trained.description.title == (
        "student (lstm taught by linear, 20 unlabelled texts, reads 50 words and 4 tokens)"
    )
    # Vectors of another width than the run's are learned from the texts, which lie elsewhere.
    assert (folder.prepared(0) / "50x4" / "word_vectors-8.npy").exists()
    assert trained.description.recurrent
    assert trained.description.taught_by == "linear"
    assert len(trained.history["loss"]) == 2
    assert trained.probabilities[UNLABELLED].shape == (20, 2)


def test_what_is_made_of_others_is_made_anew_where_one_of_these_is_trained_again(run):
    folder = run[0]
    for name in ("ensemble", "student"):
        folder.trial(name, 0).mkdir(parents=True)
        write_json(folder.metrics(name, 0), {})
    trial_processes.forget_dependents(folder, command_line.load(folder.settings), 1)
    assert folder.metrics("student", 0).exists()  # another seed is another matter
    trial_processes.forget_dependents(folder, command_line.load(folder.settings), 0)
    assert not folder.trial("ensemble", 0).exists()
    assert not folder.trial("student", 0).exists()
    assert folder.metrics("rnn", 0).exists()


def test_what_lacks_others_for_one_seed_is_asked_again_for_the_next(run, monkeypatch):
    # The weights of an encoder that cannot be had are missing for every seed; a model that failed may do so for one.
    asked = []

    def run_trial(_run, _settings, model, seed, _deadline):
        asked.append((model, seed))
        return "missing" if seed == 0 and model in ("distilbert", "ensemble") else "finished"

    monkeypatch.setattr(experiment, "train_trial", run_trial)
    monkeypatch.setattr(experiment, "is_prepared", lambda *_: True)
    monkeypatch.setattr(experiment, "show_in_tensorboard", lambda *_: True)
    monkeypatch.setattr(experiment, "train_label_curve", lambda *_: True)
    monkeypatch.setattr(experiment, "start_fork_server", lambda *_: None)
    settings = command_line.parse("--models linear distilbert ensemble --seeds 2".split())
    assert experiment.compare(settings, run[0]).trained
    assert asked == [("linear", 0), ("distilbert", 0), ("ensemble", 0), ("linear", 1), ("ensemble", 1)]


def test_what_texts_weigh_is_kept_by_their_place_in_the_corpus(run):
    folder, parts, unlabelled = run
    order = np.random.default_rng(0).permutation(100)
    learned = replace(parts["train"], index=order[:40], labels=(np.arange(40) < 4).astype(int))
    validated = replace(parts["validation"], index=order[40 : 40 + len(parts["validation"].index)])
    given = np.arange(100, dtype=float)
    save_text_weights(given, folder.prepared(0))
    plain, balanced = (
        Task(
            CATALOG["lstm"],
            Settings(class_weights=how),
            folder,
            0,
            parts | {"train": learned, "validation": validated},
            unlabelled,
            2,
            Cleaner(),
        )
        for how in ("none", "balanced")
    )
    mean = order[:40].mean()
    np.testing.assert_allclose(plain.weights("train"), order[:40] / mean, rtol=1e-6)
    np.testing.assert_allclose(plain.weights("validation"), validated.index / mean, rtol=1e-6)
    np.testing.assert_allclose(
        balanced.weights("train"), order[:40] / mean * np.where(learned.labels == 1, 5, 5 / 9), rtol=1e-6
    )
