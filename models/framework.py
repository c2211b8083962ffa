"""Imports Keras and its backend once, quietly; the fork server preloads this module for all its children.

Processes of a user's own do without it: it hides modules and garbage from what it imports.
"""

from __future__ import annotations

import gc
import os
import sys

from models.backends.compiled import keep_compiled
from models.backends.device_variables import prepare_devices
from models.children import FORKED_OF
from models.encoder.weights import cache_directory
from models.quiet import no_garbage, quiet_stderr


def make_deterministic(seed: int) -> None:
    """The same seed gives the same numbers on the same machine and backend.

    Source: https://keras.io/examples/keras_recipes/reproducibility_recipes/.
    """
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        tensorflow.config.experimental.enable_op_determinism()
    elif keras.backend.backend() == "torch":
        import torch

        torch.use_deterministic_algorithms(True, warn_only=True)


def _keep_tensorflow_off_devices() -> None:
    """It then only reads strings and writes events: a device's memory is for the backend that trains."""
    tensorflow.config.set_visible_devices([], "GPU")


prepare_devices()
# Keras imports what draws, and TensorFlow Lite imports JAX, each for half a second, and does without where that fails.
_hidden = {"matplotlib"} | ({"jax"} if os.environ.get("KERAS_BACKEND") in ("tensorflow", "torch") else set())
_hidden -= sys.modules.keys()
sys.modules.update(dict.fromkeys(_hidden))  # type: ignore[arg-type]
with quiet_stderr(), no_garbage():
    import keras
    import tensorflow  # for TextVectorization and TensorBoard's curves on every backend

    for _name in _hidden:
        del sys.modules[_name]
    gc.freeze()  # nor is it looked for among the modules later: a second each time, and when the process ends
    tensorflow.get_logger().setLevel("ERROR")  # it warns of new shapes of input, and texts come in many lengths
if keras.backend.backend() == "jax":
    keep_compiled(cache_directory() / "compiled")
if keras.backend.backend() != "tensorflow":
    if FORKED_OF in sys.modules:  # TensorFlow would speak to CUDA here, and no child could any more
        os.register_at_fork(after_in_child=_keep_tensorflow_off_devices)
    else:
        _keep_tensorflow_off_devices()
