"""Imports Keras and its backend once, quietly; the fork server preloads this module for all its children.

What TensorFlow prints while it is imported is silenced by no environment variable, so file descriptor 2
is turned away for that time. It is shown after all if the import fails.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keeps file descriptor 2 off the terminal while nothing goes wrong."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except BaseException:
            aside.seek(0)
            os.write(terminal, aside.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


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


with quiet_stderr():
    import keras
    import tensorflow  # for TextVectorization and TensorBoard on every backend

    if keras.backend.backend() != "tensorflow":
        # It then only reads strings and writes events: the GPU's memory is for the backend that trains.
        tensorflow.config.set_visible_devices([], "GPU")
