"""The same function of many texts, by as many processes as there are cores where that pays."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")
LEAST = 10_000  # texts; fewer are done before another process has started
CHUNK = 1000


def map_texts(function: Callable[[str], Result], texts: Sequence[str]) -> list[Result]:
    """What `function` gives for each text, in their order.

    Args:
        function: can be pickled where there are many texts.
        texts: any number.
    """
    workers = cpu_count() if len(texts) >= LEAST else 1
    if workers == 1:
        return [function(text) for text in texts]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin) as pool:
        try:
            return list(pool.map(function, texts, chunksize=CHUNK))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def cpu_count() -> int:
    """Cores this process may really use: those of the machine, less what affinity and a container's quota take away."""
    from joblib import cpu_count

    return cpu_count()


def _begin() -> None:
    """What Ctrl-C is to do, the parent says; and no process outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
