"""Which engine computes the features of a trial's texts, and that it stays with it."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from data.cleaning import Cleaner
from models.backends import devices
from models.catalog import CATALOG, Family, of_family
from models.description import Description
from models.encoder import features, openvino_features
from models.encoder.openvino_features import BFLOAT16, FLOAT32, Outcome
from models.encoder.weights import CACHE_VARIABLE
from models.run_folder import RunFolder
from training.trainers import encoder_features

(ENCODER,) = of_family(Family.ENCODER)
TEXTS = {"train": ["one", "two"], "validation": ["three"], "test": ["four"], "unlabelled": ["five", "six", "seven"]}
BACKBONE = SimpleNamespace(
    label="tiny", key="weights", side="right", model=SimpleNamespace(dtype_policy=SimpleNamespace(name="float32"))
)
FILES = SimpleNamespace(label="tiny", key="weights", name="tiny")
BOTH = Outcome("", "x", "x", {FLOAT32: 1.4, BFLOAT16: 2.5}, 2e-6, 0.9999)


class Encoder:
    """Stands for `OpenvinoEncoder`."""

    def __init__(self, _path, precision):
        self.precision, self.identity = precision, ("openvino", "1", precision)
        self.loaded = None

    def release(self):
        """Nothing is held."""


@pytest.fixture
def task(tmp_path, monkeypatch):
    """A trial of an encoder; `outcomes` is what converting comes to, `converted` how often it was tried."""
    monkeypatch.setenv("SENTIMENT_ARCHITECTURES_CACHE", str(tmp_path))
    made = SimpleNamespace(
        settings=SimpleNamespace(
            pooling="auto", backbone_length=16, backbone_precision="auto", time_limit=None, memory_limit_mb=10_000
        ),
        run=RunFolder(tmp_path / "run"),
        architecture=CATALOG[ENCODER],
        described=tmp_path / "run" / ENCODER / "0" / "model.json",
        progress_title="tiny",
        stored=None,
        outcome=BOTH,
        converted=0,
    )

    def convert(_files, _pooling, conversion):
        made.converted += 1
        conversion.path.parent.mkdir(exist_ok=True)
        conversion.weights.write_bytes(bytes(1_000))
        conversion.keep(made.outcome)

    monkeypatch.setattr(openvino_features, "OpenvinoEncoder", Encoder)
    monkeypatch.setattr(openvino_features, "convert", convert)
    monkeypatch.setattr(openvino_features, "file_digest", lambda _: "x")
    monkeypatch.setattr(openvino_features, "ENOUGH_TEXTS", 7)
    return made


def choose(task, texts=TEXTS):
    sources = encoder_features.choose_sources(task, FILES, BACKBONE, BACKBONE, texts)
    return [source.converted and source.converted.precision for source in sources]


def begin(task):
    """As a trial says of itself what it is before it is trained."""
    learned, judged = encoder_features.choose_sources(task, FILES, BACKBONE, BACKBONE, TEXTS)
    described = Description(
        name=ENCODER, title=ENCODER, family=Family.ENCODER, seed=0, reads="", files={}, cleaning=Cleaner(),
        features_key=judged.key, learned_features_key=learned.key,
    )  # fmt: skip
    task.described.parent.mkdir(parents=True, exist_ok=True)
    described.save(task.described)


@pytest.mark.parametrize(
    ("outcome", "precision", "expected"),
    [
        (BOTH, "auto", [BFLOAT16, FLOAT32]),
        (BOTH, "float32", [FLOAT32, FLOAT32]),
        (Outcome("", "x", "x", {FLOAT32: 0.9, BFLOAT16: 1.5}, 2e-6, 0.9999), "auto", [BFLOAT16, None]),
        (Outcome("", "x", "x", {FLOAT32: 0.9, BFLOAT16: 1.5}, 2e-6, 0.9999), "float32", [None, None]),
        (Outcome("it cannot be read"), "auto", [None, None]),
    ],
)
def test_learned_texts_may_be_read_in_half_precision_and_judged_ones_never(task, outcome, precision, expected):
    task.outcome, task.settings.backbone_precision = outcome, precision
    assert choose(task) == expected
    assert choose(task, {"train": ["few"]}) == expected  # it is kept by now
    assert task.converted == 1


def test_a_few_texts_are_not_worth_converting(task):
    assert choose(task, {"train": ["few"]}) == [None, None]
    assert task.converted == 0


def test_a_device_computes_them_itself(task, monkeypatch):
    monkeypatch.setattr(devices, "device_in_use", lambda: devices.Device("GPU", None, True))
    monkeypatch.setattr(features, "device_in_use", lambda: devices.Device("GPU", None, True))
    assert choose(task) == [None, None]
    assert task.converted == 0


def test_a_trial_goes_on_with_what_it_was_begun_with(task, monkeypatch):
    monkeypatch.setattr(openvino_features, "ENOUGH_TEXTS", 100)
    begin(task)  # by Keras
    monkeypatch.setattr(openvino_features, "ENOUGH_TEXTS", 1)
    assert choose(task) == [None, None]
    task.described.unlink()
    begin(task)  # by OpenVINO, whose files are lost
    _lose_conversions()
    monkeypatch.setattr(openvino_features, "ENOUGH_TEXTS", 100)
    assert choose(task) == [BFLOAT16, FLOAT32]


def _lose_conversions():
    for path in (Path(os.environ[CACHE_VARIABLE]) / "encoders").iterdir():
        path.unlink()


def test_other_seeds_have_the_features_of_the_first(task, monkeypatch):
    task.settings.backbone_precision = "float32"
    begin(task)
    task.described = task.run.trial(ENCODER, 1) / "model.json"
    _lose_conversions()  # or it is another machine
    monkeypatch.setattr(openvino_features, "ENOUGH_TEXTS", 100)
    task.settings.backbone_precision = "auto"
    task.outcome = Outcome("", "x", "x", {FLOAT32: 1.0, BFLOAT16: 2.5}, 2e-6, 0.9999)  # full precision is no faster
    assert choose(task) == [FLOAT32, FLOAT32]


def test_each_part_has_the_features_of_its_source(task, monkeypatch):
    asked = []

    def cached_features(_backbone, texts, _length, _pooling, *, cache_dir, progress, converted):
        asked.append((texts, converted.precision))
        progress(len(texts), len(texts))
        return np.array([[float(len(text)), cache_dir.name == "features"] for text in texts])

    monkeypatch.setattr(features, "cached_features", cached_features)
    found, new = encoder_features.encode_parts(
        task, *encoder_features.choose_sources(task, FILES, BACKBONE, BACKBONE, TEXTS), TEXTS
    )
    assert asked == [(["one", "two", "five", "six", "seven"], BFLOAT16), (["three", "four"], FLOAT32)]
    assert {part: rows[:, 0].tolist() for part, rows in found.items()} == {
        part: [len(text) for text in texts] for part, texts in TEXTS.items()
    }
    assert new == 7


def test_where_little_memory_or_no_cache_is_left_keras_computes_them(task, monkeypatch):
    task.settings.memory_limit_mb = 500
    assert choose(task) == [None, None]
    assert task.converted == 0
    task.settings.memory_limit_mb = 10_000

    def read_only(*_):
        raise PermissionError("read-only")

    monkeypatch.setattr(openvino_features, "convert", read_only)
    assert choose(task) == [None, None]


def test_what_openvino_cannot_load_keras_computes(task, monkeypatch):
    class Damaged(Encoder):
        loaded = property(lambda _: 1 / 0)

        def __init__(self, *options):
            self.precision, self.identity = options[1], ("openvino", "1", options[1])

    monkeypatch.setattr(openvino_features, "OpenvinoEncoder", Damaged)
    learned, judged = encoder_features.choose_sources(task, FILES, BACKBONE, BACKBONE, TEXTS)
    assert (learned.converted, judged.converted, learned.precision) == (None, None, "")
    assert learned.key == judged.key
