"""The same function of many texts, by as many processes as there are cores where that pays."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")
LEAST = 50_000  # texts; fewer are cleaned before other processes have started and sent what they did
CHUNK = 1000
AHEAD = 4  # chunks for each process that wait, or wait to be taken


def map_texts(function: Callable[[str], Result], texts: Sequence[str]) -> list[Result]:
    """What `function` gives for each text, in their order, see `stream_texts`."""
    return list(stream_texts(function, texts))


def stream_texts(function: Callable[[str], Result], texts: Sequence[str]) -> Iterator[Result]:
    """What `function` gives for each text, in their order; only some of them are in memory at a time.

    Args:
        function: can be pickled where there are many texts.
        texts: any number.
    """
    workers = cpu_count() if len(texts) >= LEAST else 1
    if workers == 1:
        yield from map(function, texts)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin) as pool:
        waiting: deque[Future[list[Result]]] = deque()
        try:
            for start in range(0, len(texts), CHUNK):
                waiting.append(pool.submit(_apply, function, texts[start : start + CHUNK]))
                if len(waiting) > AHEAD * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _apply(function: Callable[[str], Result], texts: Sequence[str]) -> list[Result]:
    return [function(text) for text in texts]


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
