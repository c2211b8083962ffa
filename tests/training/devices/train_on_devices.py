"""Trains every architecture over words on one device and on two; a process of its own, as devices are counted once.

python train_on_devices.py RESULT.npz
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

LOGGED = ("loss", "accuracy", "val_loss", "val_accuracy", "gradient_norm")


def noise(seed, rows):
    """No batch of 15 divides among two."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.5, 2, rows).astype("float32")
    return rng.integers(0, 40, (rows, 6)).astype("int32"), rng.integers(0, 3, rows), weights


def train(name, folder, texts=45):
    from models.architectures.sizes import Sizes
    from models.catalog import CATALOG
    from models.framework import keras, make_deterministic
    from training.command_line import parse
    from training.fitting.fit import fit

    # On TensorFlow every device draws the same dropout for its share, so that other texts lose other units than on one.
    dropout = 0.3 if keras.backend.backend() == "jax" else 0.0
    make_deterministic(3)
    model = CATALOG[name].build(
        Sizes(3, vocabulary_size=40, sequence_length=6, width=8, dropout=dropout, block_dropout=dropout)
    )
    history = fit(
        model, noise(0, texts), noise(1, 53), settings=parse([]), seed=3, epochs=2, learning_rate=1e-2, batch_size=15,
        folder=folder, title=name,
    )  # fmt: skip
    return {"answers": model.predict(noise(1, 53)[0], verbose=0)} | {key: history[key] for key in LOGGED}


def train_interrupted(name, folder):
    """As `train` with a last batch of one text, and with an interruption after the first epoch."""
    from training.fitting.callbacks import EarlyEnd

    end = EarlyEnd.on_epoch_end

    def leave(self, epoch, logs=None):
        raise SystemExit

    EarlyEnd.on_epoch_end = leave
    try:
        train(name, folder, texts=46)
    except SystemExit:
        EarlyEnd.on_epoch_end = end
    return train(name, folder, texts=46)


def main():
    from models.catalog import Family, distinct, of_family
    from training.devices.device_set import device_set, prepare_devices

    prepare_devices(2, "test")
    found, names, devices = {}, distinct(of_family(Family.WORDS)), device_set.names
    for name in names:
        for count in (1, 2):
            device_set.names = devices[:count]
            with tempfile.TemporaryDirectory() as folder:
                if name != names[0]:
                    values = train(name, Path(folder))
                elif count == 1:
                    values = train(name, Path(folder), texts=46)
                else:
                    values = train_interrupted(name, Path(folder))
            found |= {f"{name}/{key}/{count}": value for key, value in values.items()}
    np.savez(sys.argv[1], **found)


if __name__ == "__main__":
    main()
