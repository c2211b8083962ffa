import inspect
import re
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest

from models.catalog import CATALOG, DEFAULT
from training.command_line import parse
from training.estimator import TextClassifier
from training.estimator.parameters import OWN
from training.settings import Settings

# Settings that have another name here, or that are about files, several models or the report.
NOT_HERE = {
    *("models", "seeds", "seed", "folds", "label_curve", "search", "explain", "output", "class_weights"),
    "cluster",
    *("data", "sample", "positive_groups", "test", "split_column", "group_column", "time_column", "keep_subject"),
    *("keep_quotes", "text_column", "label_column", "encoding", "delimiter", "quoting", "bad_rows", "positive"),
    *("min_class_size", "rare", "unlabelled", "streaming"),
}


def test_every_setting_of_one_model_is_a_parameter():
    parameters = set(inspect.signature(TextClassifier).parameters)
    assert parameters - OWN == {entry.name for entry in fields(Settings)} - NOT_HERE


@pytest.mark.parametrize("name", CATALOG)
def test_any_architecture_has_the_settings_of_the_command(name):
    entry = CATALOG[name]
    found = TextClassifier(name, epochs=2, random_state=7, learning_rate=np.float64(0.01), mask=False).settings()
    others = [other for other in DEFAULT if entry.needs and list(CATALOG).index(other) < list(CATALOG).index(name)]
    wanted = ["--models", *others, name, "--epochs", "2", "--seed", "7", "--learning-rate", "0.01", "--no-mask"]
    assert found == parse([*wanted, "--sample", "all", "--formats", "onnx"])


def test_the_recipe_gives_what_is_not_given():
    found = TextClassifier("rnn", "slides", epochs=3).settings()
    assert found == parse("--recipe slides --models rnn --epochs 3 --sample all --formats onnx".split())


def test_others_of_an_ensemble():
    assert TextClassifier("ensemble", others=["linear", "cnn"]).settings().models == ["linear", "cnn", "ensemble"]
    assert TextClassifier("cnn", others=["linear"]).settings().models == ["cnn"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"model": "lstmm"}, "model='lstmm' (did you mean lstm?) is none of rnn, lstm"),
        ({"recipe": "soundd"}, "recipe: invalid choice: 'soundd'"),
        ({"epochs": "many"}, "epochs: invalid whole number value: 'many'"),
        ({"width": 9}, "width: 9 does not divide among the Transformer's 4 heads: try 8"),
        ({"dropout": 1.5}, "dropout: 1.5 is not at least 0 and less than 1"),
        ({"class_weight": "even"}, "class_weight='even' is neither 'balanced' nor a weight for each class"),
        ({"formats": ["onyx"]}, "formats=['onyx']: name at least one of arrays, onnx, saved_model"),
        ({"memory_limit": "0GB"}, "memory_limit: '0GB' is no amount of memory"),
    ],
)
def test_an_impossible_parameter_is_refused_when_it_is_looked_at(given, sentence):
    classifier = TextClassifier(**given)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        classifier.fit(["good", "bad"], [1, 0])


def test_a_state_draws_a_seed():
    seeds = [TextClassifier(random_state=np.random.RandomState(3)).settings().seed for _ in range(2)]
    assert seeds[0] == seeds[1] > 0
    assert TextClassifier(random_state=5).settings().seed == 5


@pytest.mark.slow
def test_importing_takes_scikit_learn_and_little_else():
    script = (
        "import sys, training.estimator; print(*sys.modules); training.estimator.TextClassifier; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    before, after = (set(line.split()) for line in done.stdout.splitlines())
    assert not {"numpy", "sklearn"} & before
    assert not {"tensorflow", "keras", "onnxruntime", "tokenizers", "yaml", "duckdb"} & after
