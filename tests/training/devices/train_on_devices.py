"""Trains every architecture over words on one device and on three; a process of its own, as devices are counted once.

python train_on_devices.py RESULT.npz
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from models.framework import keras, make_deterministic
from training.devices.device_set import device_set, prepare_devices

prepare_devices(3, "test")

from models.architectures.sizes import Sizes  # noqa: E402 -- nothing may be computed before
from models.catalog import CATALOG, Family, distinct, of_family  # noqa: E402
from training.command_line import parse  # noqa: E402
from training.fitting.callbacks import EarlyEnd  # noqa: E402
from training.fitting.fit import fit  # noqa: E402

# On TensorFlow every device draws the same dropout for its share, so that other texts lose other units than on one.
DROPOUT = 0.3 if keras.backend.backend() == "jax" else 0.0
SIZES = Sizes(3, vocabulary_size=40, sequence_length=6, width=8, dropout=DROPOUT, block_dropout=DROPOUT)
LOGGED = ("loss", "accuracy", "val_loss", "val_accuracy", "gradient_norm")


def noise(seed, rows):
    """None of the batches of 16 divides among three, and the last has one text."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.5, 2, rows).astype("float32")
    return rng.integers(0, 40, (rows, 6)).astype("int32"), rng.integers(0, 3, rows), weights


def train(name, folder):
    make_deterministic(3)
    model = CATALOG[name].build(SIZES)
    history = fit(
        model, noise(0, 49), noise(1, 52), settings=parse([]), seed=3, epochs=3, learning_rate=1e-2, batch_size=16,
        folder=folder, title=name,
    )  # fmt: skip
    return {"answers": model.predict(noise(1, 52)[0], verbose=0)} | {key: history[key] for key in LOGGED}


def leave_after_the_first_epoch(self, epoch, logs=None):
    raise SystemExit


found, names = {}, distinct(of_family(Family.WORDS))
all_devices, end = device_set.names, EarlyEnd.on_epoch_end
for name in names:
    for count in (1, 3):
        device_set.names = all_devices[:count]
        with tempfile.TemporaryDirectory() as folder:
            if count == 3 and name == names[0]:
                EarlyEnd.on_epoch_end = leave_after_the_first_epoch
                try:
                    train(name, Path(folder))
                except SystemExit:
                    EarlyEnd.on_epoch_end = end
            found |= {f"{name}/{key}/{count}": values for key, values in train(name, Path(folder)).items()}
np.savez(sys.argv[1], **found)
