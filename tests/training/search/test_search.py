"""`--search`: the trials of a search, how they end, and that the run is trained with what was chosen."""

import random
import shutil
from dataclasses import replace

import numpy as np
import pytest

from data.files import read_json, write_json
from data.words.arrays import vectorize_parts, vectors_of_width
from models.catalog import Family, of_family
from models.run_folder import RunFolder
from training import command_line, label_curve
from training.cluster import searching
from training.search import model_search, search, trial
from training.search.chosen import Chosen, load_chosen, settings_of

SMALL = (
    "--data sample --sample 240 --unlabelled-sample 200 --epochs 2 --sequence-length 16 --width 8 "
    "--vocabulary-size 300 --formats --no-explain"
).split()


@pytest.fixture
def run(tmp_path):
    """A run folder that is to search the LSTM's settings; `run.losses` says how each trial does, or why it failed."""
    folder = RunFolder(tmp_path)
    command_line.save(command_line.parse("--models linear lstm --search 5 --seed 3".split()), folder.settings)
    return folder


@pytest.fixture
def train(run, monkeypatch):
    """Trials that end as is said: `train({0: 0.5, 1: "failed", ...})`; returns the settings of those begun."""
    begun = []

    def prepare(outcomes):
        def train_in_child(place, _settings, model, number, target, path, *arguments):
            assert (place.path, target, path) == (run.search.path, trial.run_search_trial, run.path)
            _model, _number, seed, values, _until = arguments
            begun.append((number, values))
            outcome = outcomes.get(number, 0.7 - number / 100)
            if isinstance(outcome, list):
                outcome = outcome.pop(0)
            place.trial(model, number).mkdir(parents=True, exist_ok=True)
            if isinstance(outcome, str):
                write_json(place.failure(model, number), {"kind": outcome.split()[0], "reason": outcome})
                return outcome == "failed, killed"
            scores = {"loss": outcome, "accuracy": 0.5}
            found = {"settings": values, "seed": seed, "validation": scores, "stopped_by": None}
            write_json(place.metrics(model, number), found)
            return False

        monkeypatch.setattr(model_search, "train_in_child", train_in_child)
        search.search_settings(run, command_line.load(run.settings), None)
        return begun

    return prepare


def test_the_least_validation_loss_is_chosen_and_the_run_trained_with_it(run, train, capsys):
    begun = train({2: 0.1})
    assert [number for number, _ in begun] == [0, 1, 2, 3, 4]
    chosen = load_chosen(run, "lstm")
    assert (chosen.trial, chosen.wanted, chosen.finished, chosen.seed) == (2, 5, 5, 3)
    assert chosen.settings == begun[2][1]
    settings = settings_of(run, "lstm")
    assert {name: getattr(settings, name) for name in chosen.settings} == chosen.settings
    assert settings_of(run, "linear") == command_line.load(run.settings)
    said = capsys.readouterr().out
    assert said.startswith("Search: 5 of lstm on validation texts of seed 3; the test texts take no part.\n")
    assert "the search ends after about 0:00" in said
    assert said.endswith(": the least validation loss of 5 search trials with seed 3.\n")
    before = list(begun)
    assert train({}) == before, "what is chosen stays chosen"


def test_a_search_goes_on_with_the_trials_it_would_have_had(run, train):
    begun = list(train({1: "failed"}))
    for name in ("metrics.json", "failure.json"):
        for number in (3, 4):
            (run.search.trial("lstm", number) / name).unlink(missing_ok=True)
    run.chosen("lstm").unlink()
    assert train({})[len(begun) :] == begun[3:], "what failed is not tried again"
    assert load_chosen(run, "lstm").finished == 4
    assert read_json(run.search.failure("lstm", 1))["settings"] == begun[1][1]


def test_a_trial_that_was_killed_is_tried_once_more(train, run):
    begun = train({1: ["failed, killed", 0.2], 2: ["failed, killed", "failed, killed"]})
    assert [number for number, _ in begun] == [0, 1, 1, 2, 2, 3, 4]
    assert begun[1] == begun[2]
    assert (load_chosen(run, "lstm").trial, load_chosen(run, "lstm").finished) == (1, 4)


@pytest.mark.parametrize("places", [1, 3, 40])
def test_side_by_side_in_any_order_the_trials_are_those_of_one_machine(places, run, tmp_path, monkeypatch):
    """With as many nodes as there may be, of which any is the first to come back."""

    def outcome(place, model, number, values):
        place.trial(model, number).mkdir(parents=True)
        if number in (4, 12):
            write_json(place.failure(model, number), {"kind": "failed", "reason": "why not", "settings": values})
        else:
            loss = abs(values["dropout"] - 0.2) + values["weight_decay"]
            found = {"settings": values, "seed": 3, "validation": {"loss": loss, "accuracy": 0.5}}
            write_json(place.metrics(model, number), found)

    def try_settings(folder, _settings, model, number, _seed, values, _until):
        outcome(folder.search, model, number, values)

    def carry_out(folder, _settings, plan, _ends):
        choose, running, most = random.Random(places), [], 0
        while running := [*running, *plan.ready()]:
            most = max(most, len(running))
            job = running.pop(choose.randrange(min(places, len(running))))
            outcome(folder.search, job.model, job.number, job.searched.values)
            plan.done(job)
        assert most == 20

    monkeypatch.setattr(search, "try_settings", try_settings)
    monkeypatch.setattr(searching, "carry_out", carry_out)
    other = RunFolder(tmp_path / "other")
    other.path.mkdir()
    for folder, flags in ((run, []), (other, ["--cluster", "auto"])):
        settings = command_line.parse(["--models", "rnn", "lstm", "--search", "18", "--seed", "3", *flags])
        search.search_settings(folder, settings, None)
    for model in ("rnn", "lstm"):
        for number in range(18):
            name = "failure" if number in (4, 12) else "metrics"
            one, two = (read_json(getattr(folder.search, name)(model, number)) for folder in (run, other))
            assert one == two
        assert load_chosen(run, model) == load_chosen(other, model)


def test_on_a_cluster_the_first_trial_of_an_encoder_decides_which_weights_the_others_have(run):
    (model,) = of_family(Family.ENCODER)
    settings = command_line.parse(["--models", model, "--search", "5"])
    plan = searching._Trials([model_search.ModelSearch(run, settings, model, 5)], None)
    (first,) = plan.ready()
    assert plan.ready() == []
    run.search.trial(model, 0).mkdir(parents=True)
    found = {"settings": first.searched.values, "validation": {"loss": 0.5, "accuracy": 0.5}}
    write_json(run.search.metrics(model, 0), found)
    plan.done(first)
    assert [job.number for job in plan.ready()] == [1, 2, 3, 4]


def test_where_no_trial_is_finished_the_run_s_own_settings_stay(run, train, capsys):
    train(dict.fromkeys(range(5), "failed"))
    chosen = load_chosen(run, "lstm")
    assert (chosen.trial, chosen.settings, chosen.sentence) == (None, {}, None)
    assert settings_of(run, "lstm") == command_line.load(run.settings)
    assert "lstm: no trial was finished, so the run's own settings stay.\n" in capsys.readouterr().out


def test_without_its_weights_a_model_is_not_searched(run, train):
    assert len(train({0: "missing weights"})) == 1
    assert load_chosen(run, "lstm") is None


def test_a_time_limit_ends_the_search_with_what_is_there(run, train, capsys):
    train({2: "unfinished --time-limit was over"})
    chosen = load_chosen(run, "lstm")
    assert (chosen.trial, chosen.finished, chosen.ended_by) == (1, 2, "--time-limit None")
    assert "ended the search.\n" in capsys.readouterr().out


def test_each_model_has_an_equal_part_of_half_the_time(run, monkeypatch, capsys):
    now, untils = [1000.0], []
    monkeypatch.setattr(search.time, "monotonic", lambda: now[0])

    def train_in_child(place, _settings, model, number, _target, _path, *arguments):
        untils.append((model, number, arguments[-1]))
        now[0] += 30
        place.trial(model, number).mkdir(parents=True)
        write_json(
            place.metrics(model, number), {"settings": {}, "validation": {"loss": 0.5, "accuracy": 0.5}, "seed": 0}
        )
        return False

    monkeypatch.setattr(model_search, "train_in_child", train_in_child)
    settings = command_line.parse("--models rnn lstm --search dropout=0.1,0.2,0.3,0.4 --time-limit 200s".split())
    search.search_settings(run, settings, 1200.0)
    # rnn has 50 of the 100 seconds and begins a last trial at 30; lstm has the 40 that are left at 1060.
    assert untils == [("rnn", 0, 1050.0), ("rnn", 1, 1050.0), ("lstm", 0, 1100.0), ("lstm", 1, 1100.0)]
    assert load_chosen(run, "rnn").ended_by == "--time-limit 200s"
    assert "within half of --time-limit 200s" in capsys.readouterr().out


def test_what_was_chosen_is_said_in_words():
    chosen = Chosen(3, 3, 0, 1, {"dropout": 0.3, "weight_decay": 1e-5}, 0.4, 0.8)
    assert chosen.sentence == (
        "dropout 0.3, weight decay 1e-05: the least validation loss of 3 search trials with seed 0"
    )


def test_a_label_curve_has_the_settings_that_were_chosen(run, monkeypatch):
    command_line.save(command_line.parse("--models lstm --search 5 --label-curve 50 --seed 3".split()), run.settings)
    chosen = Chosen(5, 5, 3, 1, {"dropout": 0.5}, 0.4, 0.8)
    run.chosen("lstm").parent.mkdir(parents=True)
    chosen.save(run.chosen("lstm"))
    fewer = run.with_fewer_labels(50)
    monkeypatch.setattr(label_curve, "is_prepared", lambda *_: True)
    label_curve._prepare(run, fewer, replace(command_line.load(run.settings), label_curve=[], search=[]), 3, 50)
    assert settings_of(fewer, "lstm").dropout == 0.5


def test_word_vectors_of_another_width_are_those_of_a_run_of_that_width(tiny_run, tmp_path):
    source = RunFolder(tiny_run[0]).prepared(3)
    folder, other = shutil.copytree(source, tmp_path / "a"), shutil.copytree(source, tmp_path / "b")
    vectorize_parts(folder, 60, 10, 4, 3)
    vectorize_parts(other, 60, 10, 2, 3)
    expected = vectors_of_width(other, 2, 3)
    assert expected.any()
    for _ in range(2):  # learned, then read
        np.testing.assert_array_equal(vectors_of_width(folder, 2, 3), expected)
    assert vectors_of_width(folder, 4, 3).shape[1] == 4
