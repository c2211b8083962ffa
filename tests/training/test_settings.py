"""The command line: every setting shown, every wrong one refused, and settings.yaml as good as flags."""

import shlex
from dataclasses import fields

import hypothesis
import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from data.sources.newsgroups import POSITIVE_GROUPS
from models.encoder.features import POOLINGS
from training import command_line
from training.command_line import parse, typed
from training.setting_fields.models import POOLINGS as OFFERED
from training.settings import RECIPES, Settings


def test_no_flags_give_the_defaults():
    assert parse([]) == Settings()


def test_help_shows_every_setting_with_its_default(capsys):
    with pytest.raises(SystemExit) as ended:
        parse(["--help"])
    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    for entry in fields(Settings):
        assert f"--{entry.name.replace('_', '-')}" in shown
    assert "(default: 3000)" in shown
    assert "(default: rnn lstm transformer distilbert linear ensemble student)" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        "--epochs 0",
        "--epochs many",
        "--epoch 3",  # no abbreviations: settings.yaml could not have them
        "--learning-rate nan",
        "--learning-rate -1",
        "--dropout 1",
        "--width 30",
        "--sample some",
        "--sample 0",
        "--models rnn gru",
        "--recipe finest",
        "--unknown 3",
        "--config nowhere.yaml",
        "--seed -1",
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(arguments.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith("error: ")


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "--recipe best",
        "--recipe slides",
        "--sequence-length 64 --unfreeze all",
        "--models lstm rnn --seeds 3 --no-mask --keep-negations",
    ],
)
def test_saved_settings_give_the_same_run(arguments, tmp_path):
    given = parse(arguments.split())
    command_line.save(given, tmp_path / "settings.yaml")
    assert command_line.load(tmp_path / "settings.yaml") == given


def test_the_recipe_changes_defaults_and_flags_win(tmp_path):
    slides = parse(["--recipe", "slides"])
    assert {name: getattr(slides, name) for name in RECIPES["slides"]} == RECIPES["slides"]
    assert parse(["--recipe", "slides", "--mask"]).mask
    config = tmp_path / "mine.yaml"
    config.write_text("recipe: slides\nepochs: 7\n", encoding="utf-8")
    assert parse(["--config", str(config)]).batch_size == 16
    assert parse(["--config", str(config), "--epochs", "9"]).epochs == 9


def test_a_recipe_on_the_command_line_sets_back_what_recipes_set_and_flags_win_over_it(tmp_path):
    config = tmp_path / "settings.yaml"
    command_line.save(parse(["--unfreeze-epochs", "7", "--batch-size", "64", "--width", "32"]), config)
    slides = parse(["--config", str(config), "--recipe", "slides"])
    assert {name: getattr(slides, name) for name in RECIPES["slides"]} == RECIPES["slides"]
    assert slides.recipe == "slides"
    assert (slides.unfreeze_epochs, slides.width) == (7, 32)  # no recipe sets these: the file does
    assert parse(["--config", str(config), "--recipe", "slides", "--batch-size", "8"]).batch_size == 8
    # And back again: the file holds every value of its recipe, the mistakes too.
    command_line.save(slides, config)
    assert parse(["--config", str(config), "--recipe", "sound"]) == parse(["--unfreeze-epochs", "7", "--width", "32"])
    assert parse(["--config", str(config)]) == slides


@pytest.mark.parametrize(
    "text", ["epochs: 0", "epoch: 3", "- a list", "epochs: [", "epochs: {a: 1}", "mask: 3", "models: rnn gru"]
)
def test_a_wrong_config_is_refused(text, tmp_path, capsys):
    config = tmp_path / "mine.yaml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        parse(["--config", str(config)])
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


PIECES = [
    "epochs",
    "models",
    "mask",
    "keep_negations",
    ": ",
    "- ",
    "\n",
    "[",
    "]",
    "{",
    "}",
    "rnn",
    "3",
    "true",
    "null",
]
PIECES += [
    "&a ",
    "*a",
    "!!python/name:os.system",
    "!!int",
    "!!timestamp",
    '"',
    "\\UFFFFFFFF",
    "|",
    "%",
    "<<",
    "=",
    "--help",
]


@hypothesis.settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join).map(str.encode) | st.binary())
def test_any_config_is_settings_or_a_sentence(tmp_path, capsys, content):
    config = tmp_path / "any.yaml"
    config.write_bytes(content)
    code = 0
    try:
        assert isinstance(parse(["--config", str(config)]), Settings)
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    assert out == ""
    assert (code, err) == (0, "") or (code == 2 and err.startswith("error: ") and err.count("\n") == 1)


def test_values_of_a_config_are_taken_as_they_are_written(tmp_path):
    # As YAML has it, they would be 1.1, False, 1252 and one day in 2024.
    config = tmp_path / "mine.yaml"
    config.write_text("text_column: 1.10\nlabel_column: no\nencoding: 01252\ndata: 2024-01-01\nmask: off\n", "utf-8")
    found = parse(["--config", str(config)])
    assert (found.text_column, found.label_column, found.encoding, found.data) == (
        ["1.10"],
        "no",
        "01252",
        "2024-01-01",
    )
    assert not found.mask


def test_the_sound_plateau_rule_can_act():
    assert Settings().plateau_patience < Settings().early_stopping_patience


def test_settings_are_plain_values():
    dumped = yaml.safe_dump({entry.name: getattr(Settings(), entry.name) for entry in fields(Settings)})
    assert "!!python" not in dumped


def test_an_architecture_named_twice_is_trained_once():
    assert parse(["--models", "rnn", "rnn"]).models == ["rnn"]


def test_values_that_settings_repeats_for_a_quick_help_are_those_of_their_owners():
    assert Settings().positive_groups == list(POSITIVE_GROUPS)
    assert set(OFFERED) == set(POOLINGS)


def test_what_began_a_run_can_be_typed_again():
    given = "--seeds 3 --data 'my reviews.csv' --models rnn linear --no-mask --recipe slides"
    settings = parse(shlex.split(given))
    assert parse(shlex.split(typed(settings))[3:]) == settings
    assert typed(parse([])) == "python -m training.run"
    assert typed(parse(["--output", "elsewhere"])) == "python -m training.run"  # where its folder goes is no part of it
    assert typed(parse(["--data", "caf\udce9.csv"])).endswith("'caf\\udce9.csv'")  # a name that no file could hold


def test_one_data_is_a_name_and_several_are_a_list(tmp_path):
    assert parse(["--data", "a.csv"]).data == "a.csv"
    settings = parse(["--data", "a.csv", "b c.csv"])
    assert settings.data == ["a.csv", "b c.csv"]
    assert "--data a.csv 'b c.csv'" in typed(settings)
    for each in (settings, parse(["--data", "a.csv"])):
        command_line.save(each, tmp_path / "settings.yaml")
        assert command_line.load(tmp_path / "settings.yaml") == each
