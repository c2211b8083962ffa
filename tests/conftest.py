"""What several test modules need: the real corpora where they are, child processes, tiny encoders and a tiny run."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from training.environment import THREAD_VARIABLES

if "PYTEST_XDIST_WORKER" in os.environ:  # as many tests at once as there are cores: more threads would only wait
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, "1")

# The backend of tests and of the commands they start, which would take what is fastest for texts in their thousands.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# Importing TensorFlow sets this to a lower value, which the commands under test would inherit and be louder for.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# nohup and the background of a script start everything with Ctrl-C ignored; the tests press it all the same.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

FIRST = ("tests/models/exporting/test_exports.py", "tests/training/", "")  # the last is every other path

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# HYPOTHESIS_PROFILE=thorough python -m pytest tests/data/test_any_file.py
settings.register_profile("thorough", max_examples=10_000, deadline=None)
# No deadlines: a first example may import what takes a second, and other processes share the machine.
settings.register_profile("usual", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))

# Of the tiny encoders: hidden size 8, two blocks, a vocabulary of a dozen words.
WORDS = ["the", "cat", "dog", "sat", "on", "mat", "good", "bad", "not", "##s", "!", "a"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SIZES = {
    "num_layers": 2,
    "num_heads": 2,
    "hidden_dim": 8,
    "intermediate_dim": 16,
    "max_sequence_length": 32,
}
# Byte pairs that make " air", "plane", " at" and "port" out of letters.
MERGES = ["Ġ a", "Ġ t", "a i", "p l", "n e", "Ġa t", "p o", "r t", "ai r", "pl a", "po rt", "Ġa i", "Ġai r", "pla ne"]
BYTE_PAIR_SPECIAL = ["<s>", "<pad>", "</s>", "<mask>", "!"]
KINDS = ("distilbert", "bert", "roberta")

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_xdist_auto_num_workers(config):
    """One file for each core at a time, and one more where most tests wait for processes of their own."""
    return len(os.sched_getaffinity(0)) + ("not slow" not in config.option.markexpr)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What takes longest first: nothing should be left to one of several processes at the end, and none should wait
    for the exported run that the tests of the service share with those of the exports.
    """
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: next(at for at, part in enumerate(FIRST) if part in item.path.as_posix()))


@pytest.fixture(scope="session")
def root():
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared():
    """The folder with the real corpora; it is no part of the project."""
    if not SHARED.is_dir():
        message = f"the real corpora are not in {SHARED.name}/ beside the project"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return SHARED


@pytest.fixture(scope="session")
def command():
    """Runs `python -m ...` in the project as a user types it."""

    def run(*arguments, timeout=300, **environment):
        return subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


def write_preset(kind, folder):
    """A random backbone of the given kind with its tokenizer, saved to `folder` as keras-nlp saves presets."""
    import keras
    import keras_nlp

    keras.utils.set_random_seed(7)
    names = {"distilbert": "DistilBert", "bert": "Bert", "roberta": "Roberta"}
    if kind == "roberta":
        pieces = {piece for merge in MERGES for piece in [*merge.split(), merge.replace(" ", "")]}
        vocabulary = {word: index for index, word in enumerate(BYTE_PAIR_SPECIAL + sorted(pieces))}
        tokenizer = keras_nlp.models.RobertaTokenizer(vocabulary=vocabulary, merges=MERGES)
    else:
        tokenizer_class = getattr(keras_nlp.models, names[kind] + "Tokenizer")
        tokenizer = tokenizer_class(vocabulary=SPECIAL + WORDS, lowercase=True)
    backbone_class = getattr(keras_nlp.models, names[kind] + "Backbone")
    model = backbone_class(vocabulary_size=tokenizer.vocabulary_size(), **SIZES)
    # Random weights of the size that training gives; the initial ±0.02 would hide an error below every tolerance.
    for weight in model.weights:
        weight.assign(weight + keras.random.normal(weight.shape, stddev=0.3))
    model.save_to_preset(str(folder))
    tokenizer.save_to_preset(str(folder))
    return folder


@pytest.fixture(scope="session")
def preset_folders(tmp_path_factory):
    """Preset folders by kind of backbone. Copy one before changing it."""
    return {kind: write_preset(kind, tmp_path_factory.mktemp("presets") / f"tiny-{kind}") for kind in KINDS}


@pytest.fixture(scope="session")
def random_answers():
    """Answers of a model that guesses, every class among the labels: `random_answers(seed, n, classes, decided)`.

    A share `decided` of them has probabilities of exactly 0 and 1.
    """
    import numpy as np

    from models.predictions import Answers

    def make(seed, n, classes, decided=0.0):
        generator = np.random.default_rng(seed)
        probabilities = generator.dirichlet(np.ones(classes), n).round(6)
        some = generator.random(n) < decided
        probabilities[some] = np.eye(classes)[generator.integers(classes, size=some.sum())]
        labels = generator.integers(classes, size=n)
        labels[:classes] = range(classes)
        return Answers(np.arange(n), labels, probabilities.argmax(axis=1), probabilities)

    return make


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory):
    """A run folder with a real LSTM, Transformer and linear model of 8 units on two dozen texts, seed 3.

    The networks are untrained: what they answer is looked into, not how well.
    """
    import json
    import string

    import numpy as np
    import yaml

    from data.cleaning import Cleaner
    from data.files import write_json
    from data.preparing import Part, save_texts
    from data.splits.unlabelled import Unlabelled
    from data.words.arrays import load_ids, load_vocabulary, vectorize_parts
    from models.architectures import lstm, transformer
    from models.architectures.sizes import Sizes
    from models.catalog import CATALOG
    from models.description import Description
    from models.linear import tfidf
    from models.linear.arrays import LinearModel
    from models.run_folder import RunFolder
    from training.measuring.evaluating import evaluate
    from training.tensorboard.projector import save_vectors

    run = RunFolder(tmp_path_factory.mktemp("runs") / "tiny")
    prepared = run.prepared(3)
    prepared.mkdir(parents=True)
    sizes, parts = {"train": 24, "validation": 8, "test": 12}, {}
    rng = np.random.default_rng(3)
    hostile = "<img src=http://example.com/x.png> ![x](http://example.com/y.png)"  # nothing of it is left once cleaned
    for name, size in sizes.items():
        labels = np.arange(size) % 2
        words = [[string.ascii_lowercase[n] * 4 for n in rng.integers(2, 26, 14)] for _ in range(size)]
        texts = [
            " ".join([("aaaa", "bbbb")[label], *found, hostile]) for label, found in zip(labels, words, strict=True)
        ]
        cleaned = [Cleaner().clean(text) for text in texts]
        parts[name] = Part(np.arange(size) + 100, texts, cleaned, labels, None)
    save_texts(parts, Unlabelled([], []), prepared)
    vectorize_parts(prepared, 40, 10, 8, 3)
    settings = {"models": ["lstm", "transformer", "linear"], "seed": 3, "seeds": 1, "recipe": "sound"}
    settings |= {"sequence_length": 10, "width": 8, "vocabulary_size": 40}
    run.settings.write_text(yaml.safe_dump(settings))
    names = ["cats <b>", "dogs"]
    write_json(run.data_card, {"class_names": names, "cleaning": {"keep_negations": False, "language": "published"}})
    ids, shape = load_ids(prepared), Sizes(vocabulary_size=40, sequence_length=10, width=8)
    for model in settings["models"]:
        run.trial(model, 3).mkdir(parents=True)
        if model == "linear":
            train, validation, test = (parts[part] for part in sizes)
            pipeline, _ = tfidf.fit(train.cleaned, train.labels, validation.cleaned, validation.labels)
            LinearModel.from_pipeline(pipeline).save(run.trial(model, 3) / "model.npz")
            probabilities = pipeline.predict_proba(test.cleaned)
        else:
            network = {"lstm": lstm, "transformer": transformer}[model].build(shape)
            network.save(run.trial(model, 3) / "model.keras")
            save_vectors(network, len(load_vocabulary(prepared)), run.trial(model, 3))
            probabilities = network.predict(ids["test"], verbose=0)
        rows = ["part,index,label,predicted,probability_" + ",probability_".join(names)]
        for index, label, row in zip(parts["test"].index, parts["test"].labels, probabilities, strict=True):
            rows.append(f"test,{index},{names[label]},{names[row.argmax()]},{row[0]:.6f},{row[1]:.6f}")
        run.predictions(model, 3).write_text("\n".join(rows) + "\n")
        architecture = CATALOG[model]
        Description(
            name=model,
            title=model,
            family=architecture.family,
            seed=3,
            reads="words",
            files={"model": "model.keras" if architecture.is_network else "model.npz"},
            cleaning=Cleaner(),
            recurrent=architecture.recurrent,
            sequence_length=10 if architecture.is_network else None,
        ).save(run.description(model, 3))
        metrics = {"model": model, "seed": 3, "parameters": 99}
        metrics |= dict.fromkeys(("seconds_training", "seconds_total", "peak_memory_mb"), 1.5)
        metrics |= {"texts_per_second": {"1": 10.0}, "test": evaluate(probabilities, parts["test"].labels, names)}
        run.metrics(model, 3).write_text(json.dumps(metrics))
    return run.path, load_vocabulary(prepared)


@pytest.fixture(scope="module")
def browser():
    """Chromium of the system; nothing is downloaded for it. While it is there, its event loop is the thread's."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        message = "there is no Chromium: apt-get install chromium"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield found
        found.close()
