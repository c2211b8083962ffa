"""What `--search` may be, and what each model of the catalog then has to search."""

import pytest

from models.catalog import CATALOG, DEFAULT
from training import command_line
from training.search.space import SEARCHED, settings_searched, space_around
from training.search.wanted import count_trials, grid, searched
from training.settings import Settings


def test_a_number_of_trials_is_kept_through_settings_yaml(tmp_path):
    for given in ("20", "dropout=0.1,0.3,0.6", "learning-rate=1e-2,1e-3 width=32,64"):
        settings = command_line.parse(["--search", *given.split()])
        command_line.save(settings, tmp_path / "settings.yaml")
        assert command_line.load(tmp_path / "settings.yaml") == settings
        assert command_line.parse(command_line.typed(settings).split()[3:]) == settings
    assert settings.search == ["learning_rate=0.01,0.001", "width=32,64"]
    assert command_line.parse([]).search == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("abc", "'abc' is neither a number of trials nor a setting and its values such as dropout=0.1,0.3,0.6"),
        ("-3", "'-3' is neither a number of trials"),
        ("0", "0 is not between 1 and 1000"),
        ("depth=1,2", "'depth' cannot be searched (choose from dropout, "),
        ("epochs=1,2", "'epochs' cannot be searched"),
        ("dropout=", "dropout: invalid number value: ''"),
        ("dropout=0.1,1.5", "dropout: 1.5 is not at least 0 and less than 1"),
        ("width=64,30", "width: 30 does not divide among the Transformer's 4 heads"),
        ("5 dropout=0.1", "--search takes one number of trials, or settings with their values"),
        ("5 6", "--search takes one number of trials, or settings with their values"),
        ("dropout=0.1 dropout=0.3", "--search names a setting twice"),
        (
            f"dropout={','.join(f'0.{n}' for n in range(10, 50))} weight-decay={','.join(map(str, range(40)))}",
            "--search asks for 1,600 trials of each model",
        ),
        ("5 --models linear", "--search 5 has nothing to search in linear"),
        ("width=8 --models distilbert linear", "--search width=8 has nothing to search in distilbert, linear"),
        ("5 --models ensemble student linear rnn --resume there", "--resume takes its settings from the run folder"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_one_sentence(wrong, said, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.parse(["--search", *wrong.split()])
    assert ended.value.code == 2
    assert said in (line := capsys.readouterr().err)
    assert line.count("\n") == 1


@pytest.mark.parametrize("model", CATALOG)
def test_every_model_that_learns_from_labels_by_gradient_has_something_to_search(model):
    entry = CATALOG[model]
    assert bool(settings_searched(model)) == (entry.is_network and not entry.needs)
    assert count_trials(["7"], model) == (7 if settings_searched(model) else 0)
    assert {"weight_decay"} <= set(settings_searched(model)) or not settings_searched(model)


def test_settings_that_are_searched_are_settings_with_room_around_their_defaults():
    own = {name: getattr(Settings(), name) for name in SEARCHED}
    for name, values in space_around(own).items():
        assert values.nearest(own[name]) == own[name]
        assert values.distribution().single() is False


def test_a_grid_is_every_combination_of_what_a_model_has():
    named = ["dropout=0.1,0.3,0.6", "head_dropout=0.2,0.4", "weight_decay=0.0,0.01"]
    assert len(grid(named, "lstm")) == 6
    assert grid(named, "lstm")[1] == {"dropout": 0.1, "weight_decay": 0.01}
    assert grid(named, "distilbert")[0] == {"head_dropout": 0.2, "weight_decay": 0.0}
    assert grid(named, "linear") == grid(named, "student") == grid(["20"], "lstm") == []
    assert searched(["dropout=0.1,0.3,0.6"], DEFAULT) == {"rnn": 3, "lstm": 3, "transformer": 3}
    assert searched(["width=8,16"], ["linear", "cnn"]) == {"cnn": 2}
