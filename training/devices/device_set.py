"""The devices that this process trains on. One process trains one model, so there is one set of them.

With `keras.distribution.DataParallel` on JAX, and `tf.distribute.MirroredStrategy` on TensorFlow, each device has the
whole model and a share of every batch.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

SPREADING_BACKENDS = ("jax", "tensorflow")
FLAG_OF_XLA = "xla_force_host_platform_device_count"


@dataclass
class DeviceSet:
    """What batches are divided among.

    Attributes:
        names: of the devices of all processes, as the backend has them; one or none where nothing is divided.
        virtual: whether they are parts of the processor that stand in for devices.
        processes: how many processes train the model together.
        process: which of them this is, from 0.
    """

    names: list[str] = field(default_factory=list)
    virtual: bool = False
    processes: int = 1
    process: int = 0

    @property
    def count(self) -> int:
        """How many devices there are in all processes, at least 1."""
        return max(len(self.names), 1)


device_set = DeviceSet()


def refusal(devices: int, backend: str) -> str | None:
    """Why a backend cannot train on so many devices, as a sentence; `None` where it can.

    >>> refusal(2, "torch")
    '--devices 2 needs KERAS_BACKEND=jax or tensorflow: Keras divides no batches among devices on torch.'
    """
    if devices == 1 or backend in SPREADING_BACKENDS:
        return None
    return (
        f"--devices {devices} needs KERAS_BACKEND={' or '.join(SPREADING_BACKENDS)}: Keras divides no batches among "
        f"devices on {backend}."
    )


def prepare_devices(wanted: int, title: str) -> None:
    """Finds `wanted` devices for this process, or makes virtual ones of its processor and says so.

    To be called before anything is computed: backends count their devices once.

    Args:
        wanted: how many; 1 leaves everything as it is.
        title: what the line begins with that says what was found.
    """
    if wanted == 1:
        return
    import keras

    make = _on_jax if keras.backend.backend() == "jax" else _on_tensorflow
    device_set.names, device_set.virtual = make(wanted)
    if device_set.virtual:
        print(
            f"{title:<22} {wanted} virtual devices of the processor stand in for real ones, of which there are fewer: "
            "the same answers, no more speed",
            flush=True,
        )


def scope() -> AbstractContextManager:
    """Within it, models and what trains them are made on all devices."""
    import keras

    if keras.backend.backend() == "jax":
        return keras.distribution.DataParallel(devices=device_set.names).scope()
    from tensorflow import distribute

    # The collective operations that it would take by itself fail where dense and sparse gradients come together.
    return distribute.MirroredStrategy(device_set.names, distribute.ReductionToOneDevice()).scope()


def _on_jax(wanted: int) -> tuple[list[str], bool]:
    import jax
    from keras.distribution import list_devices

    if FLAG_OF_XLA not in os.environ.get("XLA_FLAGS", ""):
        jax.config.update("jax_num_cpu_devices", wanted)
    real = [name for name in list_devices() if not name.startswith("cpu")]
    return (real[:wanted], False) if len(real) >= wanted else (list_devices("cpu")[:wanted], True)


def _on_tensorflow(wanted: int) -> tuple[list[str], bool]:
    from tensorflow import config

    if len(config.list_physical_devices("GPU")) >= wanted:
        return [f"GPU:{at}" for at in range(wanted)], False
    processor = config.list_physical_devices("CPU")[0]
    config.set_logical_device_configuration(processor, [config.LogicalDeviceConfiguration()] * wanted)
    return [f"CPU:{at}" for at in range(wanted)], True
