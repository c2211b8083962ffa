"""The device, such as a GPU, that the Keras backend of this process computes on, and how much of its memory it took.

To be asked in the process that trains, never in one that others are forked from: a child of a process that has spoken
to CUDA cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from data.amounts import MEBIBYTE


@dataclass(frozen=True)
class Device:
    """What computes in place of the processor.

    Attributes:
        name: as its maker calls it.
        peak_memory_mb: most of its memory that this process has used at once, in MB of 1,048,576 bytes; `None` where
            the backend does not say it.
        has_bfloat16: whether it multiplies these numbers itself.
    """

    name: str
    peak_memory_mb: float | None
    has_bfloat16: bool


def device_in_use() -> Device | None:
    """What this process's backend computes on, `None` for the processor."""
    asked = {"jax": _of_jax, "torch": _of_torch, "tensorflow": _of_tensorflow}
    return asked.get(keras.backend.backend(), lambda: None)()  # Keras has others, which compute on the processor


def _of_jax() -> Device | None:
    import jax

    device = jax.devices()[0]
    if device.platform == "cpu":
        return None
    stats = device.memory_stats() or {}
    return _device(device.device_kind, stats.get("peak_bytes_in_use"), getattr(device, "compute_capability", None))


def _of_torch() -> Device | None:
    import torch

    kind = keras.ops.zeros(()).device.type  # what Keras puts its arrays on
    if kind == "cpu":
        return None
    if kind != "cuda":  # Apple's and Intel's, which say how much is in use and not how much was
        return Device({"mps": "Apple GPU", "xpu": "Intel GPU"}.get(kind, kind), None, True)
    capability = ".".join(map(str, torch.cuda.get_device_capability()))
    return _device(torch.cuda.get_device_name(), torch.cuda.max_memory_allocated(), capability)


def _of_tensorflow() -> Device | None:
    import tensorflow

    if not (found := tensorflow.config.list_physical_devices("GPU")):
        return None
    details = tensorflow.config.experimental.get_device_details(found[0])
    used = tensorflow.config.experimental.get_memory_info("GPU:0")["peak"]
    return _device(details.get("device_name", "GPU"), used, details.get("compute_capability"))


def _device(name: str, peak_bytes: int | None, capability: Any) -> Device:
    """A device as a backend describes it; `capability` is NVIDIA's `8.0`, or `(8, 0)`, of which bfloat16 is a part."""
    major = str(capability[0] if isinstance(capability, tuple) else capability or "").partition(".")[0]
    peak = None if peak_bytes is None else peak_bytes / MEBIBYTE
    return Device(name, peak, not major.isdecimal() or int(major) >= 8)
