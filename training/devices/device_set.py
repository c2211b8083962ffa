"""The devices that this process trains on. One process trains one model, so there is one set of them.

With `keras.distribution.DataParallel` on JAX, and `tf.distribute.MirroredStrategy` on TensorFlow, each device has the
whole model and a share of every batch.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from training.devices.processes import Processes, tell_all

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

    @property
    def leads(self) -> bool:
        """Whether this process writes files; the others learn the same and write none."""
        return self.process == 0


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


def prepare_devices(wanted: int, title: str, processes: Processes | None = None) -> None:
    """Finds `wanted` devices for this process, or makes virtual ones of its processor and says so.

    To be called before anything is computed: backends count their devices once.

    Args:
        wanted: how many; 1 leaves everything as it is.
        title: what the line begins with that says what was found.
        processes: those that have so many devices each and train together; this one waits until all are there.
    """
    if wanted == 1 and not processes:
        return
    import keras

    if keras.backend.backend() == "jax":
        device_set.names, device_set.virtual = _on_jax(wanted, processes)
    else:
        device_set.names, device_set.virtual = _on_tensorflow(wanted)
    if processes:
        device_set.processes, device_set.process = processes.count, processes.index
    if device_set.virtual:
        print(
            f"{title:<22} {wanted} virtual devices of the processor stand in for real ones, of which there are fewer: "
            "the same answers, no more speed",
            flush=True,
        )


def leave_processes() -> None:
    """Ends training together, once all are here. The first process goes on alone, the others end."""
    if device_set.processes == 1:
        return
    import jax

    jax.distributed.shutdown()
    if device_set.process:
        raise SystemExit


def as_the_first_says(*decisions: bool) -> list[bool]:
    """What the first process has decided; clocks and keys differ, and all have to do the same."""
    if device_set.processes == 1:
        return list(decisions)
    return tell_all({"decisions": decisions})["decisions"]


def scope() -> AbstractContextManager:
    """Within it, models and what trains them are made on all devices."""
    import keras

    if keras.backend.backend() == "jax":
        # What a process gives is its share already.
        return keras.distribution.DataParallel(devices=device_set.names, auto_shard_dataset=False).scope()
    from tensorflow import distribute

    # The collective operations that it would take by itself fail where dense and sparse gradients come together.
    return distribute.MirroredStrategy(device_set.names, distribute.ReductionToOneDevice()).scope()


def _on_jax(wanted: int, processes: Processes | None) -> tuple[list[str], bool]:
    import jax

    if FLAG_OF_XLA not in os.environ.get("XLA_FLAGS", ""):
        jax.config.update("jax_num_cpu_devices", wanted)
    if processes:
        jax.distributed.initialize(processes.address, processes.count, processes.index)
    # Each process has as many, of the same kind.
    real = jax.local_device_count() >= wanted and jax.default_backend() != "cpu"
    devices = jax.devices() if real else jax.devices("cpu")
    # Of each process the first ones; Keras calls a device by its kind and its number.
    of_process = [[device for device in devices if device.process_index == at] for at in range(jax.process_count())]
    names = [f"{device.platform}:{device.id}" for own in of_process for device in own[:wanted]]
    return names, not real and wanted > 1


def _on_tensorflow(wanted: int) -> tuple[list[str], bool]:
    from tensorflow import config

    if len(config.list_physical_devices("GPU")) >= wanted:
        return [f"GPU:{at}" for at in range(wanted)], False
    processor = config.list_physical_devices("CPU")[0]
    config.set_logical_device_configuration(processor, [config.LogicalDeviceConfiguration()] * wanted)
    return [f"CPU:{at}" for at in range(wanted)], True
