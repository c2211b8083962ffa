"""Which pretrained weights a run stands on is decided once: what `auto` finds today it may not find tomorrow."""

from dataclasses import replace

import pytest

from data.cleaning import Cleaner
from data.splits.unlabelled import Unlabelled
from models.catalog import CATALOG, Family, of_family
from models.description import Description
from models.encoder import backbones
from models.encoder.weights import BackboneUnavailable
from models.run_folder import RunFolder
from training import command_line
from training.command_line import parse
from training.trainers.encoder_weights import OtherWeights, decide_weights
from training.trainers.trained import Task

(ENCODER,) = of_family(Family.ENCODER)
NO_TEXTS = Unlabelled([], [])


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path)


@pytest.fixture
def on_this_machine(monkeypatch):
    """Says which weights the hub and the package index give."""

    def give(hub=None, index=None):
        def preset_folder(name):
            if hub is None:
                raise BackboneUnavailable(f"{name} cannot be had.")
            return hub

        def minilm(directory):
            if index is None:
                raise BackboneUnavailable("MiniLM cannot be had.")
            return backbones.BackboneFiles("MiniLM-L6 weights", index, directory, "minilm")

        monkeypatch.setattr(backbones.hub, "preset_folder", preset_folder)
        monkeypatch.setattr(backbones, "_minilm", minilm)
        monkeypatch.setattr(backbones, "check_preset", lambda folder: None)
        monkeypatch.setattr(backbones, "folder_digest", lambda folder: f"digest of {folder}")
        backbones._automatic.cache_clear()

    yield give
    backbones._automatic.cache_clear()


def task(run, seed):
    """What the process of a trial is given: the settings as the run folder has them."""
    return Task(CATALOG[ENCODER], command_line.load(run.settings), run, seed, {}, NO_TEXTS, 2, Cleaner())


def finish(run, seed, files):
    run.trial(ENCODER, seed).mkdir(parents=True)
    Description(
        ENCODER, ENCODER, Family.ENCODER, seed, "words", {}, Cleaner(), weights=files.label, weights_key=files.key
    ).save(run.description(ENCODER, seed))


def test_what_auto_turned_out_to_be_holds_for_every_seed(run, on_this_machine):
    command_line.save(parse(["--epochs", "7"]), run.settings)
    on_this_machine(index="a")
    first = decide_weights(task(run, 0))
    assert (first.name, first.key) == ("minilm", "a")
    assert command_line.load(run.settings) == parse(["--epochs", "7", "--backbone", "minilm"])
    finish(run, 0, first)
    on_this_machine(hub="hub", index="a")  # the hub answers again
    assert decide_weights(task(run, 1)).key == "a"


def test_the_name_of_a_hub_s_preset_is_written_down(run, on_this_machine):
    command_line.save(parse([]), run.settings)
    on_this_machine(hub="hub", index="a")
    assert decide_weights(task(run, 0)).key == "digest of hub"
    assert command_line.load(run.settings).backbone == backbones.DEFAULT_PRESET


def test_what_a_trial_of_a_search_has_for_itself_is_not_written_into_the_run_s_settings(run, on_this_machine):
    command_line.save(parse(["--search", "3"]), run.settings)
    on_this_machine(index="a")
    settings = parse(["--search", "3", "--head-dropout", "0.5"])
    decide_weights(replace(task(run, 0), settings=settings, search_trial=1))
    assert command_line.load(run.settings) == parse(["--search", "3", "--backbone", "minilm"])


def test_no_trial_goes_on_from_other_weights_than_those_of_a_search(run, on_this_machine):
    command_line.save(parse(["--backbone", "minilm"]), run.settings)
    on_this_machine(index="a")
    finish(run.search, 2, decide_weights(replace(task(run, 0), search_trial=2)))
    on_this_machine(index="b")
    with pytest.raises(OtherWeights):
        decide_weights(task(run, 0))


def test_a_folder_is_found_from_everywhere(run, on_this_machine, tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    command_line.save(parse(["--backbone", "./mine"]), run.settings)
    on_this_machine()
    assert decide_weights(task(run, 0)).name == str(tmp_path / "mine")
    assert command_line.load(run.settings).backbone == str(tmp_path / "mine")


def test_where_there_are_none_nothing_is_decided(run, on_this_machine):
    command_line.save(parse([]), run.settings)
    on_this_machine()
    with pytest.raises(BackboneUnavailable, match="MiniLM cannot be had"):
        decide_weights(task(run, 0))
    assert command_line.load(run.settings).backbone == "auto"


@pytest.mark.parametrize("seed", [0, 1])
def test_no_seed_is_trained_on_other_weights(seed, run, on_this_machine):
    command_line.save(parse(["--backbone", "minilm"]), run.settings)
    on_this_machine(index="a")
    finish(run, 0, decide_weights(task(run, 0)))  # or interrupted in the midst of training
    on_this_machine(index="b")
    with pytest.raises(OtherWeights) as refused:
        decide_weights(task(run, seed))
    assert str(refused.value) == (
        "the weights found now (MiniLM-L6 weights) are not those that seed 0 was trained on (MiniLM-L6 weights): "
        "bring those back, or start a new run"
    )
