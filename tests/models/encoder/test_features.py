"""Features are those of the backbone, whatever the batch, the padding, the order, or the state of the cache."""

import errno
import shutil

import keras
import numpy as np
import pytest

from models.encoder import backbones, features
from models.encoder.feature_files import kept_features

TEXTS = ["the cat sat on the mat", "good", "", "not bad !", "a dog on a mat " * 5, " airplane at port", "good dogs"]

# Cosines between the published model's sentence vectors (mean over tokens, length 1), worked out from the published
# weights in float64 with a BERT written in numpy and the published tokenizer. The first three are those on its card.
SENTENCES = [
    "That is a happy person",
    "That is a happy dog",
    "That is a very happy person",
    "Today is a sunny day",
    "The graphics card renders polygons, doesn't it?",
    "My printer driver crashes under Windows 3.1!",
]
SIMILARITIES = [
    [1.000000, 0.694577, 0.942915, 0.256876, 0.034314, 0.029324],
    [0.694577, 1.000000, 0.621050, 0.249063, 0.072026, 0.023944],
    [0.942915, 0.621050, 1.000000, 0.210615, 0.004383, 0.031575],
    [0.256876, 0.249063, 0.210615, 1.000000, 0.088145, -0.004435],
    [0.034314, 0.072026, 0.004383, 0.088145, 1.000000, 0.150395],
    [0.029324, 0.023944, 0.031575, -0.004435, 0.150395, 1.000000],
]


def directly(backbone, text, sequence_length):
    """The backbone's outputs for one text, called without any help: states `(tokens, width)`, pooled output."""
    token_ids, padding_mask = backbones.tokenize(backbone, [text], sequence_length)
    inputs = {"token_ids": token_ids, "padding_mask": padding_mask, "segment_ids": np.zeros_like(token_ids)}
    outputs = backbone.model({name: inputs[name] for name in backbone.model.input}, training=False)
    outputs = outputs if isinstance(outputs, dict) else {"sequence_output": outputs}
    outputs = {name: keras.ops.convert_to_numpy(value)[0] for name, value in outputs.items()}
    return outputs["sequence_output"], outputs.get("pooled_output"), padding_mask[0].astype(bool)


@pytest.mark.parametrize("pooling", ["first", "auto"])
def test_features_are_the_backbones_in_the_order_of_the_texts(tiny_backbone, pooling, monkeypatch):
    monkeypatch.setattr(features, "BATCH_SIZE", 2)
    monkeypatch.setattr(features, "LENGTH_STEP", 9)
    found = features.encode(tiny_backbone, TEXTS, 18, pooling)
    for text, row in zip(TEXTS, found, strict=True):
        states, pooled, mask = directly(tiny_backbone, text, 18)
        expected = {"first": states[0], "auto": states[mask].mean(axis=0) if pooled is None else pooled}
        np.testing.assert_allclose(row, expected[pooling], atol=1e-5)
    assert found.dtype == np.float32


def test_only_bert_has_a_pooled_output(tiny_backbones):
    np.testing.assert_array_equal(
        features.encode(tiny_backbones["bert"], TEXTS, 16, "pooled"),
        features.encode(tiny_backbones["bert"], TEXTS, 16, "auto"),
    )
    with pytest.raises(ValueError, match="no pooled output: use the pooling 'first' or 'mean'"):
        features.encode(tiny_backbones["roberta"], TEXTS, 16, "pooled")


def test_unknown_pooling_is_refused(tiny_backbones):
    with pytest.raises(ValueError, match="Unknown pooling 'max': use one of auto, pooled, mean, first"):
        features.encode(tiny_backbones["bert"], TEXTS, 16, "max")


def test_padding_reaches_no_feature(preset_folders):
    # A backbone of its own, since the test changes it. The mean over tokens sees every state, the first one included.
    backbone = backbones.locate_backbone(str(preset_folders["bert"])).load()
    texts = ["good", "the cat sat on the mat"]
    before = features.encode(backbone, texts, 16, "mean")
    table = keras.ops.convert_to_numpy(backbone.model.token_embedding.embeddings).copy()
    table[backbone.tokenizer.pad_token_id] += 100
    backbone.model.token_embedding.embeddings.assign(table)
    np.testing.assert_array_equal(features.encode(backbone, texts, 16, "mean"), before)
    np.testing.assert_allclose(features.encode(backbone, texts[:1], 32, "mean"), before[:1], atol=1e-6)


# The cache


class Counting:
    """Notes which texts a backbone encodes."""

    def __init__(self, backbone, monkeypatch):
        self.encoded = []
        self.backbone = backbone
        encode = features.encode

        def counted(backbone, texts, *arguments):
            self.encoded += texts
            return encode(backbone, texts, *arguments)

        monkeypatch.setattr(features, "encode", counted)


@pytest.fixture
def counting(tiny_backbones, monkeypatch):
    return Counting(tiny_backbones["distilbert"], monkeypatch)


def test_a_second_run_encodes_nothing(counting, tmp_path):
    first = features.cached_features(counting.backbone, TEXTS + TEXTS[:2], 16, "mean", cache_dir=tmp_path / "new")
    assert counting.encoded == TEXTS  # a text that comes twice is run once
    np.testing.assert_array_equal(first[:2], first[-2:])
    np.testing.assert_allclose(first[:-2], features.encode(counting.backbone, TEXTS, 16, "mean"), atol=1e-6)
    counting.encoded.clear()
    again = features.cached_features(counting.backbone, TEXTS[::-1], 16, "mean", cache_dir=tmp_path / "new")
    np.testing.assert_array_equal(again, first[:-2][::-1])
    assert counting.encoded == []


def test_what_is_kept_is_had_without_the_encoder_where_all_of_it_is(counting, tmp_path):
    found = features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    key = features.text_key(counting.backbone, 16, "mean")
    np.testing.assert_array_equal(kept_features(tmp_path, key, TEXTS[::-1]), found[::-1])
    assert kept_features(tmp_path, key, [*TEXTS, "another"]) is None
    assert kept_features(tmp_path, "another key", TEXTS) is None


def test_only_new_texts_are_encoded(counting, tmp_path, monkeypatch):
    monkeypatch.setattr(features, "TEXTS_PER_FILE", 2)
    features.cached_features(counting.backbone, TEXTS[:3], 16, "mean", cache_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    counting.encoded.clear()
    found = features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    assert counting.encoded == TEXTS[3:]
    np.testing.assert_allclose(found, features.encode(counting.backbone, TEXTS, 16, "mean"), atol=1e-6)


def test_the_encoder_is_built_once_for_all_files(tiny_backbones, tmp_path, monkeypatch):
    """Each new one would have every length compiled anew."""
    built, call = [], features.call_backbone
    monkeypatch.setattr(features, "call_backbone", lambda *given: built.append(given) or call(*given))
    monkeypatch.setattr(features, "TEXTS_PER_FILE", 2)
    features.build_encoder.cache_clear()
    features.cached_features(tiny_backbones["distilbert"], TEXTS, 16, "mean", cache_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) == 4  # of seven texts
    assert len(built) == 1
    features.encode(tiny_backbones["distilbert"], TEXTS, 16, "first")
    assert len(built) == 2


def test_other_settings_do_not_share_features(counting, tiny_backbones, tmp_path):
    for backbone, length, pooling in [
        (counting.backbone, 16, "mean"),
        (counting.backbone, 16, "first"),
        (counting.backbone, 5, "mean"),
        (tiny_backbones["roberta"], 16, "mean"),
    ]:
        counting.encoded.clear()
        features.cached_features(backbone, TEXTS, length, pooling, cache_dir=tmp_path)
        assert counting.encoded == TEXTS


@pytest.mark.parametrize("what", ["backend", "dtype"])
def test_what_computes_a_feature_is_part_of_its_identity(counting, tmp_path, monkeypatch, what):
    """Another backend, or another precision, gives other last digits; and mixed precision quite other numbers."""
    features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    counting.encoded.clear()
    if what == "backend":
        monkeypatch.setattr(keras.backend, "backend", lambda: "another")
    else:
        monkeypatch.setattr(type(counting.backbone.model), "dtype_policy", keras.DTypePolicy("mixed_bfloat16"))
    features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    assert counting.encoded == TEXTS
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_cannot_be_read_now_is_kept(counting, tmp_path, monkeypatch):
    """Its content may be whole: the disk does not answer, or somebody else may read it."""
    features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    (path,) = tmp_path.iterdir()
    before = path.read_bytes()

    def refuse(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(np, "load", refuse)
        patch.setattr(features, "write_rows", lambda *_: None)
        features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    assert path.read_bytes() == before
    counting.encoded.clear()
    features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    assert counting.encoded == []


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-7])


def cut_in_the_header(path):
    path.write_bytes(path.read_bytes()[:20])


def emptied(path):
    path.write_bytes(b"")


def other_array(path):
    np.save(path, np.zeros(3))


def flipped_bit(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "lost"), [(cut_short, 7), (cut_in_the_header, 7), (emptied, 7), (other_array, 7), (flipped_bit, 1)]
)
def test_broken_file_is_noticed_and_made_again(counting, tmp_path, damage, lost):
    first = features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    (path,) = tmp_path.iterdir()
    damage(path)
    counting.encoded.clear()
    second = features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    assert counting.encoded == TEXTS[-lost:]
    np.testing.assert_allclose(second, first, atol=1e-6)
    counting.encoded.clear()
    features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    assert counting.encoded == []


def test_file_of_an_interrupted_run_is_never_read(counting, tmp_path, monkeypatch):
    def killed(file, _):
        file.write_bytes(b"half of it")
        shutil.copy(file, file.with_name(".unfinished-of-a-killed-process"))  # it cannot clean up
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(np, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".unfinished-of-a-killed-process"]
    found = features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path)
    assert np.isfinite(found).all()


def test_a_cache_that_cannot_be_written_costs_no_result(counting, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    found = features.cached_features(counting.backbone, TEXTS, 16, "mean", cache_dir=tmp_path / "file" / "features")
    np.testing.assert_array_equal(found, features.encode(counting.backbone, TEXTS, 16, "mean"))
    assert "cannot be kept" in capsys.readouterr().out


# The published weights


@pytest.mark.network
def test_similarities_of_the_published_minilm(minilm_backbone):
    assert minilm_backbone.model.count_params() == 22_564_608
    vectors = features.encode(minilm_backbone, SENTENCES)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(vectors @ vectors.T, SIMILARITIES, atol=1e-4)
