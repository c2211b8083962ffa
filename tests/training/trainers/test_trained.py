"""How a trained model is asked for the probabilities of whole splits."""

import numpy as np

from training.fitting.fit import ANSWERED_AT_ONCE
from training.trainers.trained import FILLED, answer_some, predict


class Echo:
    """Answers with the first column of what it is asked, and notes the sizes of the batches."""

    def __init__(self):
        self.sizes = set()

    def predict(self, inputs, batch_size, verbose):
        array = inputs["token_ids"] if isinstance(inputs, dict) else inputs
        self.sizes |= {min(batch_size, len(array) - start) for start in range(0, len(array), batch_size)}
        return array[:, :1]


def test_splits_of_several_batches_have_batches_of_one_size():
    """Each other size would be compiled anew on JAX."""
    model = Echo()
    splits = {
        name: np.arange(2 * count).reshape(count, 2)
        for name, count in {"train": 2 * ANSWERED_AT_ONCE + 5, "test": ANSWERED_AT_ONCE + 1, "validation": 3}.items()
    }
    found = predict(model, splits)
    assert model.sizes == {ANSWERED_AT_ONCE, 3}
    for name, array in splits.items():
        np.testing.assert_array_equal(found[name], array[:, :1])
    found = predict(model, {"test": {"token_ids": splits["test"], "padding_mask": splits["test"]}})
    np.testing.assert_array_equal(found["test"], splits["test"][:, :1])


def test_texts_of_no_split_come_in_batches_of_one_size():
    for count in (1, FILLED, FILLED + 1, 3 * FILLED - 2):
        model, array = Echo(), np.arange(2 * count).reshape(count, 2)
        np.testing.assert_array_equal(answer_some(model, array), array[:, :1])
        assert model.sizes == {FILLED}
