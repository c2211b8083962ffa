"""What a device is said to be, as each backend would describe one; none is needed for it."""

import os
import subprocess
import sys
from types import SimpleNamespace

import keras
import pytest
import tensorflow

from models.backends import device_variables, devices, precision
from models.encoder import features

H100 = devices.Device("NVIDIA H100 80GB HBM3", 1.5, True)


@pytest.fixture
def backend(monkeypatch):
    """Has Keras say that it runs on another backend."""
    return lambda name: monkeypatch.setattr(keras.backend, "backend", lambda: name)


def fake_jax(monkeypatch, **values):
    device = SimpleNamespace(device_kind="NVIDIA H100 80GB HBM3", compute_capability="9.0", **values)
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(devices=lambda: [device]))


def fake_torch(monkeypatch, kind, capability=(9, 0)):
    cuda = SimpleNamespace(
        get_device_name=lambda: "NVIDIA H100 80GB HBM3",
        get_device_capability=lambda: capability,
        max_memory_allocated=lambda: 3 * 2**19,
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    array = SimpleNamespace(device=SimpleNamespace(type=kind))
    monkeypatch.setattr(keras.ops, "zeros", lambda shape: array)


def fake_tensorflow(monkeypatch, details):
    config = tensorflow.config
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: ["gpu"] if details is not None else [])
    monkeypatch.setattr(config.experimental, "get_device_details", lambda device: details)
    monkeypatch.setattr(config.experimental, "get_memory_info", lambda device: {"current": 1, "peak": 3 * 2**19})


def test_the_processor_is_no_device(monkeypatch, backend):
    backend("jax")
    fake_jax(monkeypatch, platform="cpu", memory_stats=lambda: None)
    assert devices.device_in_use() is None
    backend("torch")
    fake_torch(monkeypatch, "cpu")
    assert devices.device_in_use() is None
    backend("tensorflow")
    fake_tensorflow(monkeypatch, None)
    assert devices.device_in_use() is None


def test_every_backend_names_its_device_and_the_memory_it_took(monkeypatch, backend):
    backend("jax")
    fake_jax(monkeypatch, platform="gpu", memory_stats=lambda: {"peak_bytes_in_use": 3 * 2**19})
    assert devices.device_in_use() == H100
    backend("torch")
    fake_torch(monkeypatch, "cuda")
    assert devices.device_in_use() == H100
    backend("tensorflow")
    fake_tensorflow(monkeypatch, {"device_name": "NVIDIA H100 80GB HBM3", "compute_capability": (9, 0)})
    assert devices.device_in_use() == H100


def test_what_a_backend_does_not_say_is_left_open(monkeypatch, backend):
    backend("jax")
    fake_jax(monkeypatch, platform="gpu", memory_stats=lambda: None)
    assert devices.device_in_use().peak_memory_mb is None
    backend("torch")
    fake_torch(monkeypatch, "mps")
    assert devices.device_in_use() == devices.Device("Apple GPU", None, True)
    backend("tensorflow")
    fake_tensorflow(monkeypatch, {})
    assert devices.device_in_use() == devices.Device("GPU", 1.5, True)


def test_a_device_is_part_of_a_features_identity(monkeypatch, tiny_backbones):
    """It adds up in another order, and what a processor computed has other last digits."""
    usual = features.text_key(tiny_backbones["distilbert"], 16, "mean")
    monkeypatch.setattr(features, "device_in_use", lambda: H100)
    assert features.text_key(tiny_backbones["distilbert"], 16, "mean") != usual


def test_mixed_precision_is_refused_where_there_is_no_bfloat16(monkeypatch, backend):
    backend("torch")
    fake_torch(monkeypatch, "cuda", capability=(7, 5))
    with (
        pytest.raises(precision.PrecisionUnavailable, match="has no bfloat16: leave out --precision mixed"),
        precision.training_precision("mixed"),
    ):
        raise AssertionError
    with precision.training_precision("float32"):
        assert keras.config.dtype_policy().name == "float32"


def test_what_is_set_already_stays(monkeypatch):
    monkeypatch.setattr(os, "environ", {"XLA_PYTHON_CLIENT_PREALLOCATE": "true", "XLA_FLAGS": "--xla_dump_to=/tmp"})
    monkeypatch.setattr(device_variables.importlib.util, "find_spec", lambda name: name == "jax_plugins")
    device_variables.prepare_devices()
    assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "true"
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert os.environ["XLA_FLAGS"] == "--xla_dump_to=/tmp --xla_gpu_deterministic_ops=true"
    device_variables.prepare_devices()  # a child inherits them
    assert os.environ["XLA_FLAGS"].count("deterministic") == 1


ASKED = """
import importlib, sys
sys.modules["models.backends.fork_server"] = True
import models.framework, keras
from tensorflow.python.eager import context
asked = context.context()._physical_devices is not None
if keras.backend.backend() == "jax":
    from jax._src import xla_bridge
    asked |= bool(xla_bridge._backends)
if keras.backend.backend() == "torch":
    import torch
    asked |= torch.cuda.is_initialized()
print("asked" if asked else "not asked")
"""


@pytest.mark.slow
def test_the_fork_server_speaks_to_no_device():
    """What has spoken to CUDA cannot be forked; the backend is the one that these tests run on."""
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert done.stdout == "not asked\n"
