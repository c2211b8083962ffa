"""What is said before anything is trained."""

import numpy as np
import pytest

from data.sources.catalog import load
from models.predictions import mcnemar
from models.run_folder import RunFolder
from training.advice import DISAGREEING, before_training, smallest_difference
from training.command_line import parse
from training.experiment import prepare_seed


@pytest.mark.parametrize("texts", [200, 800])
def test_such_a_difference_is_found_four_times_out_of_five(texts):
    generator = np.random.default_rng(0)
    difference = smallest_difference(texts)
    better, worse = (DISAGREEING + difference) / 2, (DISAGREEING - difference) / 2
    counted = generator.multinomial(texts, [better, worse, 1 - DISAGREEING], size=400)
    power = np.mean([mcnemar(only_first, only_second) < 0.05 for only_first, only_second, _ in counted])
    assert 0.65 < power < 0.9  # the exact test is somewhat stricter than the formula


def test_seeds_that_test_the_same_texts_tell_no_more():
    (said,) = before_training(parse(["--seeds", "10"]), 100, same_test=True)
    assert said.startswith("100 test texts tell models apart that are about 9 points apart")


@pytest.mark.parametrize(("column", "folds"), [("split", False), ("group", True)])
def test_folds_are_named_where_the_texts_can_have_them(column, folds, tmp_path, capsys):
    values = {"split": ["train", "train", "train", "validation", "test"], "group": "abcdefghijklmno"}[column]
    rows = [f"{word} day {at},{word},{values[at % len(values)]}" for at in range(150) for word in ("good", "bad")]
    table = tmp_path / "reviews.csv"
    table.write_text("\n".join([f"text,label,{column}", *rows]))
    flags = ["--data", str(table), f"--{column}-column", column, "--near-duplicates", "0", "--models", "linear"]
    settings = parse([*flags, "--sequence-length", "8", "--vocabulary-size", "50"])
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    corpus = load(settings)
    prepare_seed(run, settings, 0, corpus)
    assert ("--folds 5" in capsys.readouterr().out) == folds


@pytest.mark.parametrize(
    ("flags", "texts", "points"),
    [
        ([], 100, 9),
        (["--seeds", "2"], 100, 6),
        (["--seeds", "10"], 100, None),
        (["--folds", "3"], 60, 7),
        ([], 487, None),
    ],
)
def test_few_test_texts_are_said_to_tell_little(flags, texts, points):
    found = before_training(parse(flags), texts)
    assert len(found) == (points is not None)
    assert not found or f"about {points} points apart" in found[0]
    assert not found or ("--folds 5" in found[0]) == ("--folds" not in flags)
