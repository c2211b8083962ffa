"""How many bits the numbers have with which a network is trained: 32, or 16 where it multiplies (`mixed`).

A network is built within `training_precision`. Its weights, its softmax and the loss have 32 bits in either case, and
what is saved, exported and evaluated is the same network built without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from models.backends.devices import device_in_use

FLOAT32, MIXED = "float32", "mixed"
POLICIES = {FLOAT32: "float32", MIXED: "mixed_bfloat16"}


class PrecisionUnavailable(Exception):
    """The device lacks the numbers that are asked for; the message is one sentence."""


@contextmanager
def training_precision(precision: str) -> Iterator[None]:
    """Networks built meanwhile compute with `float32` or `mixed` precision.

    bfloat16 has the range of float32, so that no loss has to be scaled. Source: Micikevicius et al. 2018,
    https://arxiv.org/abs/1710.03740, and Kalamkar et al. 2019, https://arxiv.org/abs/1905.12322.

    Raises:
        PrecisionUnavailable: the device has no bfloat16.
    """
    if precision == MIXED and (device := device_in_use()) and not device.has_bfloat16:
        raise PrecisionUnavailable(f"{device.name} has no bfloat16: leave out --precision {precision}")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(POLICIES[precision])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
