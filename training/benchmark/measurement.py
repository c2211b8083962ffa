"""The process of one measurement: trains a network on token ids that are drawn at random, and says how long it took.

    python -m training.benchmark.measurement '{"model": "lstm", "backend": "jax", "batch": 16}' EPOCHS

What is timed is the code of a run, with the settings of the recipe `sound`. Only what the ids say is made up.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import psutil

from models.children import end_with_caller
from training.benchmark.cases import Case

CLASSES = 2
# The logarithm of a text's length in tokens: like the posts of 20 Newsgroups, many short and some long.
LENGTH_MEAN, LENGTH_DEVIATION = 3.75, 0.9
VALIDATION = 32  # texts: validation is no part of what is asked
LARGEST_ANSWERED = 256


def measure(case: Case, epochs: int) -> dict:
    """What a fresh process takes for a case.

    Args:
        case: its backend is that of this process.
        epochs: counted ones; the one before them, in which the backend compiles, is the warm-up.

    Returns:
        The case, with `start_seconds` (from the start of the process until Keras and its backend are imported),
        `build_seconds`, `compile_seconds` (what the first epoch takes longer than the others), `epoch_seconds` of each
        epoch counted and `seconds_per_epoch`, their median, `texts_per_second` by batch, `peak_memory_mb`, the `device`
        where there is one and `peak_device_memory_mb` of it, and the share of the cores that other programs took
        meanwhile, `other_work`.
    """
    from models import framework

    start = time.time() - psutil.Process().create_time()
    from models.architectures.sizes import Sizes
    from models.backends.devices import device_in_use
    from models.backends.precision import training_precision
    from models.catalog import CATALOG
    from models.peak_memory import peak_memory_mb
    from training.command_line import parse
    from training.fitting.fit import fit
    from training.measuring.evaluating import texts_per_second
    from training.measuring.other_work import OtherWork

    others = OtherWork()
    settings = parse(["--early-stopping-patience", str(epochs + 1)])
    framework.make_deterministic(0)
    ids, labels = texts(case.texts, case.length, case.vocabulary)
    begun = time.perf_counter()
    with training_precision(case.precision):
        sizes = Sizes(CLASSES, case.vocabulary, case.length, settings.width, settings.dropout)
        model = CATALOG[case.model].build(sizes)
    built = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        history = fit(
            model,
            (ids, labels),
            (ids[:VALIDATION], labels[:VALIDATION]),
            settings=settings,
            seed=0,
            epochs=epochs + 1,
            learning_rate=settings.learning_rate,
            batch_size=case.batch,
            folder=Path(folder),
            title=case.model,
        )
    first, *counted = history["seconds"]
    asked = np.resize(ids, (max(len(ids), LARGEST_ANSWERED), case.length))
    median = statistics.median(counted)
    device = device_in_use()
    return asdict(case) | {
        "device": device.name if device else None,
        "peak_device_memory_mb": device.peak_memory_mb if device else None,
        "start_seconds": start,
        "build_seconds": built,
        "compile_seconds": max(first - median, 0.0),
        "epoch_seconds": counted,
        "seconds_per_epoch": median,
        "texts_per_second": texts_per_second(lambda size: model.predict_on_batch(asked[:size])),
        "peak_memory_mb": peak_memory_mb(),
        "other_work": others.share(),
    }


def texts(count: int, length: int, vocabulary: int) -> tuple[np.ndarray, np.ndarray]:
    """Token ids `(count, length)`, padded with 0 at the end, and labels `(count,)`."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(LENGTH_MEAN, LENGTH_DEVIATION, count).astype(int), 1, length)
    ids = rng.integers(1, vocabulary, (count, length), dtype=np.int32)
    ids[np.arange(length) >= lengths[:, None]] = 0
    return ids, rng.integers(0, CLASSES, count)


if __name__ == "__main__":
    end_with_caller()
    print(json.dumps(measure(Case(**json.loads(sys.argv[1])), int(sys.argv[2]))), flush=True)
