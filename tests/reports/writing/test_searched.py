"""The section on searched settings: there where settings were searched, whatever of it is there."""

import json

import pytest

TITLE = "Which settings suit each network?"
SVG = "{http://www.w3.org/2000/svg}"


def _outcome(number, settings, train, validation, loss, **changes):
    scores = {"n": 100, "majority_share": 0.55}
    return {
        "trial": number,
        "seed": 5,
        "settings": settings,
        "train": scores | {"accuracy": train, "loss": 0.2},
        "validation": scores | {"accuracy": validation, "loss": loss},
        "epochs": 8,
        "best_epoch": 5,
        "seconds_total": 6.0,
        "collapsed": False,
        "overfitted": train > 0.85 and train - validation > 0.1,
        "stopped_by": None,
    } | changes


SLIDES = [
    _outcome(0, {"dropout": 0.1}, 0.99, 0.80, 0.52),
    _outcome(1, {"dropout": 0.3}, 0.92, 0.86, 0.41),
    _outcome(2, {"dropout": 0.6}, 0.62, 0.61, 0.66),
]


@pytest.fixture
def search(fake_run, filled):
    """A run of two models with the trials of a search: `search(trials, chosen, asked, failures)`."""

    def make(trials, chosen=1, asked=("dropout=0.1,0.3,0.6",), failures=(), ended_by=None):
        run = filled(fake_run, models=["rnn", "linear"])
        run.settings["search"] = list(asked)
        folder = run.folder / "search" / "rnn"
        for name, found in [("metrics", trial) for trial in trials] + [("failure", failure) for failure in failures]:
            place = folder / str(found["trial"])
            place.mkdir(parents=True)
            (place / f"{name}.json").write_text(json.dumps(found))
        if chosen is not None:
            folder.mkdir(parents=True, exist_ok=True)
            values = {"wanted": 3, "trial": chosen, "ended_by": ended_by}
            (folder / "chosen.json").write_text(json.dumps(values))
        return run

    return make


def _section(tree):
    return tree.find(".//section[@id='search']")


def test_a_run_without_a_search_has_no_section(write_page, whole_run, read_comparison):
    tree, text = write_page(whole_run)
    assert _section(tree) is None
    assert TITLE not in text
    assert TITLE not in (whole_run.folder / "report.md").read_text()
    assert read_comparison(whole_run)["search"] is None


def test_the_table_of_the_slides(search, write_page, text_of, read_comparison):
    run = search(SLIDES)
    tree, _ = write_page(run)
    rows = [[text_of(cell) for cell in row] for row in _section(tree).findall(".//tbody/tr")]
    assert rows == [
        ["1", "0.1", "99.0", "80.0", "0.200", "0.520", "5 of 8", "6.0", "over-fitted"],
        ["2 chosen", "0.3", "92.0", "86.0", "0.200", "0.410", "5 of 8", "6.0", "right"],
        ["3", "0.6", "62.0", "61.0", "0.200", "0.660", "5 of 8", "6.0", "cannot learn"],
    ]
    assert [row.get("class") for row in _section(tree).findall(".//tbody/tr")] == [None, "chosen", None]
    said = text_of(_section(tree))
    assert "rnn: dropout 0.3 (validation loss 0.410, accuracy 86.0 %) (3 trials, 18 s)." in said
    assert "The test texts took no part in it." in said
    assert "then taken, for all seeds; accuracy would be" in said
    assert "only the test score of the first seed is wholly free of the choice" in said
    figure = _section(tree).find(f".//{SVG}svg[@role='img']")
    assert len([shape for shape in figure.iter() if "chosen" in shape.get("class", "")]) == 1
    assert "Validation loss by the value that was tried" in said
    markdown = (run.folder / "report.md").read_text()
    assert f"## {TITLE}" in markdown
    assert "| 2 (chosen)" in markdown
    found = read_comparison(run)["search"]
    assert found["asked"] == ["dropout=0.1,0.3,0.6"]
    (model,) = found["models"]
    assert (model["model"], model["chosen"]) == ("rnn", 1)
    assert [trial["outcome"] for trial in model["trials"]] == ["over-fitted", "right", "cannot learn"]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (1, " (validation loss 0.410, accuracy 86.0 %); with the run's own settings validation loss 0.520, accuracy"),
        (0, " (validation loss 0.520, accuracy 80.0 %), which are the run's own settings (3 trials, 18 s)."),
    ],
)
def test_what_was_found_stands_beside_the_run_s_own_settings(search, write_page, text_of, chosen, expected):
    tree, _ = write_page(search(SLIDES, chosen, asked=["3"]))
    said = text_of(_section(tree))
    assert expected in said
    assert "in the order they were tried" in said


def test_a_search_that_goes_on_failed_or_was_ended_says_so(search, write_page, text_of, read_comparison):
    failure = {"trial": 2, "kind": "failed", "reason": "the loss became <NaN>", "settings": {"dropout": 0.6}}
    tree, _ = write_page(search(SLIDES[:2], chosen=None, failures=[failure]))
    said = text_of(_section(tree))
    assert "rnn: the search has not ended (2 trials, 12 s so far)." in said
    assert "rnn could not be trained with dropout 0.6: the loss became <NaN>." in said


@pytest.mark.parametrize(
    ("trials", "chosen", "ended_by", "expected"),
    [
        (SLIDES[:2], 1, "--time-limit 9m", "(2 trials, 12 s; --time-limit 9m ended the search before all 3)."),
        ([], None, None, "No trial of the search is finished yet."),
        (
            [SLIDES[0], SLIDES[1] | {"stopped_by": "--time-limit 9s"}],
            0,
            None,
            "rnn: dropout 0.1 (validation loss 0.520, accuracy 80.0 %) (1 trial, 6.0 s).",
        ),
    ],
)
def test_whatever_is_there(search, write_page, text_of, trials, chosen, ended_by, expected):
    tree, _ = write_page(search(trials, chosen, ended_by=ended_by))
    assert expected in text_of(_section(tree))


def test_a_wild_trial_does_not_flatten_the_others(search, write_page, text_of):
    wild = _outcome(3, {"dropout": 0.5}, 0.5, 0.5, 30.0)
    tree, _ = write_page(search([*SLIDES, wild]))
    figure = _section(tree).find(f".//{SVG}svg[@role='img']")
    assert not [text for text in figure.iter(f"{SVG}text") if (text.text or "").startswith(("5.", "10", "20", "30"))]
    assert "30.000" in text_of(_section(tree))


def test_values_of_several_orders_stand_apart(search, write_page):
    rates = [1e-4, 1e-3, 1e-2]
    trials = [_outcome(number, {"learning_rate": rate}, 0.8, 0.7, 0.5) for number, rate in enumerate(rates)]
    tree, _ = write_page(search(trials, asked=["learning_rate=0.0001,0.001,0.01"]))
    figure = _section(tree).find(f".//{SVG}svg[@role='img']")
    ring = next(shape for shape in figure.iter(f"{SVG}circle") if "chosen" in shape.get("class"))
    assert float(ring.get("cx")) == pytest.approx((48 + 560 - 14) / 2, abs=1)  # in the middle
    assert "learning rate (logarithmic)" in [text.text for text in figure.iter(f"{SVG}text")]


def test_many_trials_are_listed_as_far_as_they_can_be_read(search, write_page, text_of, read_comparison):
    trials = [_outcome(number, {"dropout": number / 100}, 0.8, 0.8, 0.9 - number / 1000) for number in range(60)]
    run = search(trials, chosen=59, asked=["60"])
    tree, _ = write_page(run)
    assert len(_section(tree).findall(".//tbody/tr")) == 50
    assert "the 50 best of 60 (all of them are in comparison.json)" in text_of(_section(tree))
    assert len(read_comparison(run)["search"]["models"][0]["trials"]) == 60


def test_advice_on_dropout_starts_from_what_was_chosen(fake_run, trial, write_page):
    found = trial("lstm", 5, 0.8, overfitted=True, train={"n": 398, "accuracy": 0.99}, searched={"dropout": 0.45})
    fake_run.trials = [found]
    write_page(fake_run)
    assert "then --dropout above 0.45" in (fake_run.folder / "report.md").read_text()
