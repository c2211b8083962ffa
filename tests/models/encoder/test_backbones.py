"""Backbones of every kind are loaded unbroken, and texts become the tokens they know."""

import dataclasses
import shutil

import h5py
import keras
import numpy as np
import pytest

from data.words.cutting import LEFT
from models.encoder import backbones
from models.encoder.weights import BackboneUnavailable


def test_loads_every_kind_frozen(tiny_backbone):
    assert tiny_backbone.model.count_params() > 0
    assert not tiny_backbone.model.trainable_weights
    assert tiny_backbone.label.startswith("tiny-")


def test_folder_is_named_by_a_relative_path(preset_folders, monkeypatch):
    folder = preset_folders["bert"]
    monkeypatch.chdir(folder.parent)
    assert backbones.locate_backbone(f"./{folder.name}") == backbones.locate_backbone(str(folder))


def test_key_follows_weights_and_vocabulary_but_not_the_readme(preset_folders, tmp_path):
    folder = shutil.copytree(preset_folders["bert"], tmp_path / "copy")
    key = backbones.locate_backbone(str(folder)).key
    assert key == backbones.locate_backbone(str(preset_folders["bert"])).key
    (folder / "README.md").write_text("A model card.")
    assert backbones.locate_backbone(str(folder)).key == key
    vocabulary = folder / "assets" / "tokenizer" / "vocabulary.txt"
    vocabulary.write_text(vocabulary.read_text().replace("cat", "cow"))
    assert backbones.locate_backbone(str(folder)).key != key


def test_folder_without_a_preset_is_refused(tmp_path):
    with pytest.raises(BackboneUnavailable, match=r"has no config.json: name a folder"):
        backbones.locate_backbone(str(tmp_path))


def test_broken_weights_are_refused_in_one_sentence(preset_folders, tmp_path):
    folder = shutil.copytree(preset_folders["distilbert"], tmp_path / "copy")
    weights = folder / "model.weights.h5"
    whole = weights.read_bytes()
    for content in (b"not an HDF5 file", b"", whole[: len(whole) // 2]):
        weights.write_bytes(content)
        with pytest.raises(BackboneUnavailable, match=r"weights.h5 is broken \(.+\): fetch it again, or name a folder"):
            backbones.locate_backbone(str(folder))
    h5py.File(weights, "w").close()  # whole, and of another model
    with pytest.raises(BackboneUnavailable, match=r"could not be read \(.+\): name a folder"):
        backbones.locate_backbone(str(folder)).load()


def test_tokens_of_a_word_piece_vocabulary(tiny_backbones):
    # [PAD] [UNK] [CLS] [SEP] [MASK] are 0 to 4, the words follow: the=5 cat=6 dog=7 sat=8 ... ##s=14 !=15
    texts = ["The cats sat!", "", "unheard the the the the the the the", "the\0 dog \ud800"]
    token_ids, padding_mask = backbones.tokenize(tiny_backbones["distilbert"], texts, 7)
    assert token_ids.tolist() == [
        [2, 5, 6, 14, 8, 15, 3],
        [2, 3, 0, 0, 0, 0, 0],
        [2, 1, 5, 5, 5, 5, 3],  # cut, and still closed by [SEP]
        [2, 5, 7, 1, 3, 0, 0],
    ]
    assert padding_mask.tolist() == (token_ids != 0).astype(int).tolist()
    assert token_ids.dtype == padding_mask.dtype == np.int32


def test_tokens_are_those_of_the_preprocessor_called_directly(tiny_backbone):
    texts = ["the cat sat", " airplane at port!", ""] * 200
    token_ids, padding_mask = backbones.tokenize(tiny_backbone, texts, 12)
    expected = backbones.preprocessor(tiny_backbone, 12)(texts)
    np.testing.assert_array_equal(token_ids, keras.ops.convert_to_numpy(expected["token_ids"]))
    np.testing.assert_array_equal(padding_mask, keras.ops.convert_to_numpy(expected["padding_mask"]))


def test_the_last_pieces_are_kept_where_texts_are_cut_on_the_left(tiny_backbone):
    texts = ["the cat sat", " airplane at port! the cat sat on the airplane", ""]
    whole, mask = backbones.tokenize(tiny_backbone, texts, 30)
    cut, cut_mask = backbones.tokenize(dataclasses.replace(tiny_backbone, side=LEFT), texts, 7)
    for row, read, length in zip(cut.tolist(), whole.tolist(), mask.sum(axis=1), strict=True):
        expected = read[: min(length, 7)] if length <= 7 else [read[0], *read[length - 6 : length]]
        assert row == expected + read[length:][: 7 - len(expected)]
    assert cut_mask.sum(axis=1).tolist() == np.minimum(mask.sum(axis=1), 7).tolist()


def test_no_texts_are_no_tokens(tiny_backbones):
    token_ids, padding_mask = backbones.tokenize(tiny_backbones["bert"], [], 6)
    assert token_ids.shape == padding_mask.shape == (0, 6)
