"""What backends read in the environment about devices such as GPUs; to be set before one of them is imported."""

from __future__ import annotations

import importlib.util
import os

# What somebody has set already stays. Children inherit all of it.
USUAL = {
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",  # JAX takes three quarters of the memory else
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # TensorFlow takes all of it else
    # `float32` is no shorter number, such as NVIDIA's TF32, or exports would not answer as the model did.
    "NVIDIA_TF32_OVERRIDE": "0",
    "JAX_DEFAULT_MATMUL_PRECISION": "highest",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # the same seed gives the same numbers
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # torch speaks to CUDA when it is imported else, and cannot be forked then
}
DETERMINISTIC = "--xla_gpu_deterministic_ops=true"
NONE = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "HIP_VISIBLE_DEVICES": "-1",
    "ROCR_VISIBLE_DEVICES": "-1",
    "JAX_PLATFORMS": "cpu",
    "KERAS_TORCH_DEVICE": "cpu",
}


def prepare_devices() -> None:
    """Has every backend take of a device's memory what it needs, and compute the same numbers each time."""
    for name, value in USUAL.items():
        os.environ.setdefault(name, value)
    flags = os.environ.get("XLA_FLAGS", "")
    # Only with JAX's own plugin for a device: XLA ends a process over a flag that it does not know.
    if importlib.util.find_spec("jax_plugins") and "deterministic_ops" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {DETERMINISTIC}".strip()


def leave_devices_alone() -> None:
    """Has every backend of this process and its children compute on the processor."""
    os.environ.update(NONE)
