"""What OpenVINO makes of an encoder is what Keras makes of it, or is not used."""

import dataclasses

import numpy as np
import pytest

from data.words.cutting import LEFT
from models.encoder import features, openvino_conversion
from models.encoder.backbones import locate_backbone
from models.encoder.openvino_features import (
    BFLOAT16,
    FLOAT32,
    Conversion,
    OpenvinoEncoder,
    Outcome,
    convert,
    find_conversion,
)

TEXTS = ["the cat sat on the mat", "good", "", "not bad !", "a dog on a mat " * 5, " airplane at port", "good dogs"] * 3


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome("", "x", "x", {FLOAT32: 1.4, BFLOAT16: 2.5}, 2e-6, 0.9999), (FLOAT32, BFLOAT16)),
        (Outcome("", "x", "x", {FLOAT32: 1.4, BFLOAT16: 1.4}, 2e-6, 1.0), (FLOAT32,)),  # a processor without bfloat16
        (Outcome("", "x", "x", {FLOAT32: 0.7, BFLOAT16: 1.3}, 2e-6, 0.9999), (BFLOAT16,)),
        (Outcome("", "x", "x", {FLOAT32: 0.7, BFLOAT16: 0.9}, 2e-6, 0.9999), ()),
        (Outcome("", "x", "x", {FLOAT32: 1.4, BFLOAT16: 2.5}, 2e-6, 0.99), (FLOAT32,)),
        (Outcome("", "x", "x", {FLOAT32: 1.4, BFLOAT16: 2.5}, 2e-4, 0.9999), ()),  # it is not the same encoder
        (Outcome("OpenVINO lacks an operation"), ()),
    ],
)
def test_it_is_used_where_it_gives_the_same_sooner(outcome, expected):
    assert outcome.precisions == expected


@pytest.mark.parametrize("kind", ["bert"])  # which takes segment ids too
def test_features_are_those_of_keras(tiny_backbones, preset_folders, tmp_path, monkeypatch, kind):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")  # which converting sets for its own process
    monkeypatch.setattr(openvino_conversion, "REPEATS", 1)
    conversion = Conversion(tmp_path / "encoder.xml")
    openvino_conversion.main(str(preset_folders[kind]), "mean", conversion.path)
    outcome = conversion.known()
    assert outcome.refused == ""
    assert outcome.largest_difference <= 1e-5
    assert outcome.least_cosine > 0.99
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".bin", ".json", ".xml"]
    converted, backbone = OpenvinoEncoder(conversion.path), tiny_backbones[kind]
    found = features.encode(backbone, TEXTS, 16, "mean", converted)
    np.testing.assert_allclose(found, features.encode(backbone, TEXTS, 16, "mean"), atol=1e-5)
    keys = [features.text_key(backbone, 16, "mean", given) for given in (None, converted)]
    halved = OpenvinoEncoder(conversion.path, BFLOAT16)
    of_end = dataclasses.replace(backbone, side=LEFT)
    others = [features.text_key(backbone, 16, "mean", halved), features.text_key(of_end, 16, "mean")]
    assert len({*keys, *others}) == 4
    kept = features.cached_features(backbone, TEXTS, 16, "mean", cache_dir=tmp_path / "kept", converted=converted)
    np.testing.assert_allclose(kept, found, atol=1e-6)
    assert {path.name.partition("-")[0] for path in (tmp_path / "kept").iterdir()} == {keys[1]}


def test_it_is_converted_by_a_process_of_its_own_and_damage_is_noticed(preset_folders, tmp_path):
    files = locate_backbone(str(preset_folders["distilbert"]))
    conversion = find_conversion(files, "auto", tmp_path / "encoders", "mine")
    assert conversion.known() is None
    convert(files, "auto", conversion)
    assert conversion.known().refused == ""
    assert find_conversion(files, "first", tmp_path / "encoders", "mine") != conversion
    assert find_conversion(files, "auto", tmp_path / "encoders", "yours") != conversion
    with conversion.weights.open("r+b") as file:
        file.seek(100)
        file.write(b"damage")
    assert conversion.known() is None


def test_what_cannot_be_converted_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    conversion = Conversion(tmp_path / "encoder.xml")
    openvino_conversion.main(str(tmp_path / "nothing"), "auto", conversion.path)
    assert "config.json" in conversion.known().refused
    assert conversion.known().precisions == ()
