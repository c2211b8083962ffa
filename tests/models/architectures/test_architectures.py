"""Every network over words in the catalog, by one table: sizes, padding, learning, saving."""

import keras
import numpy as np
import pytest

from models.architectures.cnn import find_neighbors
from models.architectures.layers import MaskedAverage
from models.architectures.sizes import Sizes
from models.catalog import CATALOG, Family, of_family

PARAMETERS = {"rnn": 328_386, "lstm": 353_154, "bilstm": 485_122, "cnn": 357_442, "transformer": 391_170}
PARAMETERS |= {"transformer-large": 525_058, "wide-cnn": 345_282}
TINY = Sizes(classes=2, vocabulary_size=20, sequence_length=10, width=16)


WORDS = of_family(Family.WORDS)


def marks(name):
    """The deep ones take several times as long."""
    blocks = CATALOG[name].blocks
    return [pytest.mark.long] if blocks > 4 else [pytest.mark.slow] if blocks > 3 else []


@pytest.fixture(params=[pytest.param(name, marks=marks(name)) for name in WORDS])
def name(request):
    return request.param


def build(name, settings=TINY, seed=0):
    keras.utils.set_random_seed(seed)
    return CATALOG[name].build(settings)


def some_ids(rng, rows=8, length=10):
    """Rows of 1 to `length - 1` tokens, padded at the end."""
    ids = rng.integers(1, 20, (rows, length))
    lengths = rng.integers(1, length, rows)
    ids[np.arange(length) >= lengths[:, None]] = 0
    return ids.astype("int32")


def answers(model, ids):
    return keras.ops.convert_to_numpy(model(ids, training=False))


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_those_of_the_published_table(name):
    # embedding 5,000 · 64 = 320,000; output 64 · 2 + 2 = 130;
    # SimpleRNN 64 · 64 · 2 + 64 = 8,256; LSTM four times that, 33,024;
    # Transformer: positions 64 · 64 = 4,096 and two blocks, six in the deep one, of
    #   attention 4 · (64 · 64 + 64) = 16,640, feed-forward 64 · 128 + 128 + 128 · 64 + 64 = 16,576, norms 4 · 64 = 256;
    # bidirectional LSTM: two directions of 33,024, two of 4 · ((128 + 64) · 64 + 64) = 49,408, an output 64 · 2 wider;
    # CNN: kernels (2 + 3 + 4) · 64 · 64 and three biases of 64, an output twice 64 · 2 wider;
    # wide CNN: kernels (1 + 2 + 3) · 64 · 64, and an output three times 64 · 2 wider
    own = {"rnn": 8_256, "lstm": 33_024, "transformer": 4_096 + 2 * (16_640 + 16_576 + 256)}
    own |= {"transformer-large": 4_096 + 6 * (16_640 + 16_576 + 256)}
    own |= {"bilstm": 2 * 33_024 + 2 * 49_408 + 128, "cnn": 9 * 64 * 64 + 3 * 64 + 256}
    own |= {"wide-cnn": 6 * 64 * 64 + 3 * 64 + 384}
    assert build(name, Sizes(norm_first=False)).count_params() == 320_000 + 130 + own[name] == PARAMETERS[name]


def test_norms_that_stand_first_leave_one_for_the_end():
    assert build("transformer", Sizes()).count_params() == PARAMETERS["transformer"] + 2 * 64


def test_the_padding_row_of_the_embedding_changes_no_output(name):
    model, ids = build(name), some_ids(np.random.default_rng(0))
    before = answers(model, ids)
    embedding = next(layer for layer in model.layers if isinstance(layer, keras.layers.Embedding))
    weights = embedding.get_weights()[0]
    weights[0] = 1000.0
    embedding.set_weights([weights])
    np.testing.assert_array_equal(answers(model, ids), before)


def test_more_padding_changes_no_output(name):
    longer = Sizes(classes=2, vocabulary_size=20, sequence_length=17, width=16)
    short, long = build(name), build(name, longer)
    weights = short.get_weights()
    for at, (own, other) in enumerate(zip(weights, long.get_weights(), strict=True)):
        if own.shape != other.shape:  # the position embedding: seven positions more, never read
            weights[at] = np.concatenate([own, np.full((7, 16), 1000.0, "float32")])
    long.set_weights(weights)
    ids = some_ids(np.random.default_rng(1))
    padded = np.pad(ids, ((0, 0), (0, 7)))
    np.testing.assert_allclose(answers(long, padded), answers(short, ids), atol=1e-6)


def test_without_the_mask_padding_does_change_the_output(name):
    """The published mistake must be there to be seen, or the slides' recipe shows nothing."""
    unmasked = Sizes(classes=2, vocabulary_size=20, sequence_length=10, width=16, mask=False)
    ids = some_ids(np.random.default_rng(0))
    assert np.abs(answers(build(name, unmasked), ids) - answers(build(name), ids)).max() > 1e-4


def test_a_row_of_padding_only_gives_finite_probabilities(name):
    found = answers(build(name), np.zeros((2, 10), "int32"))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)


def test_answers_do_not_depend_on_the_rest_of_the_batch(name):
    model, ids = build(name), some_ids(np.random.default_rng(2))
    one_by_one = np.concatenate([answers(model, ids[at : at + 1]) for at in range(len(ids))])
    np.testing.assert_allclose(answers(model, ids), one_by_one, atol=1e-6)


@pytest.mark.slow
def test_it_learns_which_of_two_words_comes_first(name):
    """A rule that no bag of words can fit: the two classes hold the same words."""
    rng = np.random.default_rng(0)
    ids = rng.integers(4, 20, (800, 10)).astype("int32")
    ids[:, 8:] = 0
    labels = rng.integers(0, 2, 800)
    for row, label in zip(ids, labels, strict=True):
        first, second = np.sort(rng.choice(8, 2, replace=False))
        row[first], row[second] = (2, 3) if label else (3, 2)
    # Little dropout: it is 16 wide, and whether it can learn is asked, not how it keeps from learning by heart.
    model = build(name, Sizes(classes=2, vocabulary_size=20, sequence_length=10, width=16, dropout=0.1))
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    for _ in range(15):
        model.fit(ids[:600], labels[:600], batch_size=32, verbose=0)
        accuracy = model.evaluate(ids[600:], labels[600:], batch_size=200, verbose=0)[1]
        if accuracy > 0.9:
            return
    pytest.fail(f"{accuracy:.1%} of the other texts are answered right")


def test_torch_initialization_draws_recurrent_weights_apart(name):
    """One unseeded initializer object used twice would give the same numbers twice."""
    model = build(name, Sizes(vocabulary_size=2000, width=16, initialization="torch"))
    embedding = model.get_weights()[0]
    assert 0.9 < embedding.std() < 1.1
    if name == "rnn":
        kernel, recurrent = model.get_weights()[1:3]
        assert np.abs(kernel).max() <= 0.25  # 1/√16
        assert not np.array_equal(kernel, recurrent)


def test_the_simple_rnn_first_adds_up_what_it_reads_unless_it_is_as_published():
    ours, published = (recurrent_layer(build("rnn", Sizes(initialization=kind))) for kind in ("keras", "torch"))
    assert (ours.activation, published.activation) == (keras.activations.relu, keras.activations.tanh)
    np.testing.assert_allclose(ours.get_weights()[1], 0.9 * np.eye(64), rtol=1e-6)


def recurrent_layer(model):
    return next(layer for layer in model.layers if isinstance(layer, keras.layers.RNN))


def test_a_saved_model_answers_the_same(name, tmp_path):
    model, ids = build(name), some_ids(np.random.default_rng(3))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(answers(loaded, ids), answers(model, ids))


def test_masked_average_counts_real_tokens_only():
    hidden = np.array([[[1.0], [3.0], [100.0]], [[5.0], [5.0], [5.0]]], "float32")
    mask = np.array([[True, True, False], [False, False, False]])
    # (1 + 3) / 2, and zero for a row without tokens
    found = keras.ops.convert_to_numpy(MaskedAverage()(hidden, padding_mask=mask))
    np.testing.assert_allclose(found, [[2.0], [0.0]])


def test_neighbors_of_a_token_are_those_around_it():
    hidden = np.array([[[1.0], [2.0], [3.0]]], "float32")  # one text of three tokens, one wide
    found = [keras.ops.convert_to_numpy(array)[0, :, 0].tolist() for array in find_neighbors(hidden, 4)]
    assert found == [[0, 1, 2], [1, 2, 3], [2, 3, 0], [3, 0, 0]]  # the one before, itself, the next, the one after


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the slow operation is TensorFlow's")
def test_no_gradient_of_the_cnn_is_that_of_a_slice():
    """It would take five times as long as the convolutions themselves."""
    import tensorflow as tf

    model = build("cnn")

    @tf.function
    def gradients(ids):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(ids, training=True) ** 2)
        return tape.gradient(loss, [variable.value for variable in model.trainable_variables])

    graph = gradients.get_concrete_function(tf.TensorSpec((None, 10), tf.int32)).graph
    assert "MatMul" in {operation.type for operation in graph.get_operations()}
    assert "StridedSliceGrad" not in {operation.type for operation in graph.get_operations()}
