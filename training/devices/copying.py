"""A model on one device, trained as its copy on several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from training.devices.device_set import device_set, scope


@contextmanager
def on_all_devices(model: keras.Model) -> Iterator[keras.Model]:
    """The model itself on one device, or a copy on all of them, whose weights it has afterwards.

    What is trained answers on one device, as it will in use. Random states of dropout layers are copied too.
    """
    if device_set.count == 1:
        yield model
        return
    with scope():
        copy = keras.models.clone_model(model)
        _copy(model, copy)
        yield copy
    _copy(copy, model)


def _copy(one: keras.Model, other: keras.Model) -> None:
    for source, target in zip(one.variables, other.variables, strict=True):
        target.assign(keras.ops.convert_to_numpy(source))
