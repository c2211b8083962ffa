"""Every state that a run folder can be in gives a report: a model with a seed may be finished, failed, cut short ..."""

import itertools
import json
import re
import shutil

import html5lib
import pytest

from reports.page import main
from reports.reading.comparison import compare

STATES = ("finished", "cut short", "failed", "missing", "unfinished", "absent")
SEEDS = (5, 6, 7)
FILES = ("history.csv", "predictions.csv")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, empty_run, filled):
    """A run of two models on three seeds that are all finished, on few texts."""
    run = empty_run(tmp_path_factory.mktemp("states") / "finished")
    run.card["splits"].append(run.card["splits"][0] | {"seed": 7})
    return filled(run, n=8, models=["rnn", "linear"], seeds=SEEDS).write()


@pytest.fixture
def folder(finished, tmp_path):
    """A copy of it whose trials are put into states: `folder({("rnn", 5): "failed"})`."""

    def make(states):
        shutil.copytree(finished, tmp_path / "run")
        for (model, seed), state in states.items():
            _put(tmp_path / "run" / model / str(seed), state)
        return tmp_path / "run"

    return make


def _put(trial, state):
    if state == "finished":
        return
    if state == "cut short":
        metrics = json.loads((trial / "metrics.json").read_text())
        metrics |= {"stopped_by": "--time-limit 10s"}
        (trial / "metrics.json").write_text(json.dumps(metrics))
        return
    shutil.rmtree(trial)
    if state != "absent":
        trial.mkdir()
        (trial / "failure.json").write_text(json.dumps({"kind": state, "reason": f"it is {state}"}))


def _check(run, capsys):
    """Every output is there, valid, and without a value that nobody meant to write."""
    assert main([str(run)]) == 0, capsys.readouterr().err
    output = capsys.readouterr().out
    page = (run / "report.html").read_text(encoding="utf-8")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    text = " ".join("".join(tree.find(".//body").itertext()).split())
    for shown in (output, text, *((run / name).read_text() for name in ("report.md", "model_card.md", "data_card.md"))):
        assert not re.search(r"\b(nan|None|inf|Undefined)\b", shown.split("```")[0])
        assert not re.search(r"\b1 (seeds|pairs|texts|epochs)\b", shown)
    json.loads((run / "comparison.json").read_text(), parse_constant=pytest.fail)
    assert "<svg" in (run / "accuracy.svg").read_text()
    return text


@pytest.mark.parametrize(
    ("rnn", "linear"),
    [
        # As Ctrl-C or a time limit leave three seeds: two of them there, one of a model.
        (("finished", "finished", "absent"), ("finished", "absent", "absent")),
        (("finished", "finished", "unfinished"), ("finished", "finished", "absent")),
        (("finished", "cut short", "unfinished"), ("finished", "unfinished", "unfinished")),
        (("failed", "finished", "finished"), ("finished", "failed", "finished")),
        # No seed in common.
        (("finished", "absent", "failed"), ("failed", "finished", "absent")),
        (("absent", "absent", "finished"), ("missing", "missing", "missing")),
        (("failed", "missing", "unfinished"), ("absent", "unfinished", "missing")),
        (("absent",) * 3, ("absent",) * 3),
        (("cut short",) * 3, ("failed",) * 3),
    ],
)
def test_every_state_has_a_report(folder, capsys, rnn, linear):
    states = {("rnn", seed): state for seed, state in zip(SEEDS, rnn, strict=True)}
    states |= {("linear", seed): state for seed, state in zip(SEEDS, linear, strict=True)}
    text = _check(folder(states), capsys)
    for (model, seed), state in states.items():
        trained = {"finished", "cut short"} & set(rnn if model == "rnn" else linear)
        if trained and state in ("failed", "missing", "unfinished"):
            said = "failed" if state == "failed" else "was not trained"
            assert f"{model} {said} with seed {seed}: it is {state}" in text


@pytest.mark.slow
@pytest.mark.parametrize("first", STATES)
def test_every_combination_of_two_seeds(finished, tmp_path, capsys, first):
    rest = STATES[STATES.index(first) :]  # two seeds the other way round have the same report
    for number, (second, other) in enumerate(itertools.product(rest, STATES)):
        run = tmp_path / str(number)
        shutil.copytree(finished, run)
        for seed, state in zip(SEEDS, (first, second, other), strict=True):
            _put(run / "rnn" / str(seed), state)
            _put(run / "linear" / str(seed), STATES[(STATES.index(state) + seed) % len(STATES)])
        _check(run, capsys)
        shutil.rmtree(run)


@pytest.mark.parametrize("names", [("history.csv",), ("predictions.csv",), FILES])
@pytest.mark.parametrize("seeds", [SEEDS, SEEDS[:1]])
def test_files_that_are_missing(folder, capsys, names, seeds):
    run = folder({})
    for model, seed, name in itertools.product(("rnn", "linear"), seeds, names):
        (run / model / str(seed) / name).unlink(missing_ok=True)
    shutil.rmtree(run / "data")
    _check(run, capsys)


@pytest.mark.parametrize("best_epoch", [0, 7, None])
def test_a_best_epoch_outside_the_history(folder, capsys, best_epoch):
    # As where two phases of training are counted apart and one history is kept.
    run = folder({})
    for seed in SEEDS:
        path = run / "rnn" / str(seed) / "metrics.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"best_epoch": best_epoch, "overfitted": True}))
    text = _check(run, capsys)
    assert "rnn: loss by epoch" in text
    assert "kept: epoch" not in text


def test_what_is_shown_of_another_seed_says_so(folder, capsys):
    run = folder({("linear", 5): "failed"})
    text = _check(run, capsys)
    assert compare(run).first_seed == 5
    assert "linear (seed 6), ECE" in text
    assert "rnn (seed" not in text
    assert re.search(r"\| linear \(seed 6\) +\| bad ", (run / "report.md").read_text())


def test_a_run_stopped_before_its_first_split(folder, capsys):
    run = folder({(model, seed): "absent" for model in ("rnn", "linear") for seed in SEEDS})
    card = json.loads((run / "data_card.json").read_text())
    (run / "data_card.json").write_text(json.dumps(card | {"splits": []}))
    assert "No model was trained" in _check(run, capsys)
