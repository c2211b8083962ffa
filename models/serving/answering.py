"""Texts answered a chunk after another, so that memory does not grow with their number."""

from __future__ import annotations

import itertools
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from data.parallel import cpu_count
from models.serving.answer_file import open_output
from models.serving.answer_writers import writer
from models.serving.formats import FORMATS

if TYPE_CHECKING:
    from data.sources.text_stream import Row
    from models.classifier import Classifier
    from models.serving.engines import Answer
    from models.serving.scoring import Scores

CHUNK = 2048  # texts that are answered at once
MOST = 3  # other processes that answer: to read and to write takes a third of the time or more
AHEAD = 3  # chunks that may wait for them, besides one for each
BEGINNING, SLOW = 256, 0.5  # texts that are answered first, and the seconds from which on that is slow


def write_answers(
    classifier: Classifier,
    rows: Iterator[Row],
    scores: Scores,
    output: str | None,
    style: str,
    quiet: bool = False,
    is_large: bool = False,
) -> tuple[int, str | None]:
    """Answers texts into a file, see `models.serving.answer_file.open_output`.

    Args:
        classifier: answers.
        rows: texts, and what stands beside them.
        scores: counts the answers to texts that have a label.
        output: a file, or `None` for standard output.
        style: how answers are written, see `models.serving.answer_writers`.
        quiet: show no progress on standard error.
        is_large: so many texts are expected that other processes may answer too.

    Returns:
        The number of texts, and the column of the labels; `None` where there is none.

    Raises:
        DataError: the texts cannot be read.
        OSError: the answers cannot be written.
    """
    first = next(rows, None)  # what keeps the texts from being read is said before any file is begun
    rows = itertools.chain([first], rows) if first else rows
    label_column = first.label_column if first else None
    names, types = (list(first.cells), first.types) if first else ([], {})
    scored = bool(label_column)
    with open_output(output) as file, writer(style, file, scores.classes, names, scored, types) as write:
        count = answer_all(classifier, rows, write, scores, quiet, is_large)
    return count, label_column


def answer_all(
    classifier: Classifier,
    rows: Iterator[Row],
    write: Callable[[dict], None],
    scores: Scores,
    quiet: bool = False,
    is_large: bool = False,
) -> int:
    """Answers texts in chunks, writes each answer and counts how right they are; reads on meanwhile.

    Args:
        classifier: answers.
        rows: texts, and what stands beside them.
        write: gets each answer, see `models.serving.answer_writers.writer`.
        scores: counts those of texts that have a label.
        quiet, is_large: see `write_answers`.

    Returns:
        How many there were.
    """
    from tqdm import tqdm

    count = 0
    # What keeps the texts from being read is said before any progress is.
    first = list(itertools.islice(rows, min(BEGINNING, CHUNK)))
    with tqdm(unit=" texts", disable=quiet, file=sys.stderr) as progress:
        for chunk, found in _answered(classifier, first, rows, is_large):
            _write_answers(classifier, chunk, found, write, scores)
            count += len(chunk)
            progress.update(len(chunk))
    return count


def _answered(
    classifier: Classifier, first: list[Row], rest: Iterator[Row], is_large: bool
) -> Iterator[tuple[list[Row], Answer]]:
    """Rows with their answers, chunk by chunk; some are read while others are answered and written.

    Where answers take long the rest would not be worth that Ctrl-C waits for the thread that answers.
    """
    from data.corpus import DataError
    from data.sources.text_stream import chunks

    started = time.perf_counter()
    found = _answer(classifier, first)
    is_slow = time.perf_counter() - started > SLOW
    yield first, found
    if is_slow:
        for chunk in chunks(rest, CHUNK):
            yield chunk, _answer(classifier, chunk)
        return
    with _others(classifier, is_large) as (ahead, submit):
        waiting: deque[tuple[list[Row], Future[Answer]]] = deque()

        def all_but(most: int) -> Iterator[tuple[list[Row], Answer]]:
            while len(waiting) > most:
                chunk, future = waiting.popleft()
                yield chunk, future.result()

        try:
            for chunk in chunks(rest, CHUNK):
                waiting.append((chunk, submit([row.text for row in chunk])))
                yield from all_but(ahead)
        except DataError:  # of a row that cannot be read; those before it are answered all the same
            yield from all_but(0)
            raise
        yield from all_but(0)


def _answer(classifier: Classifier, rows: Sequence[Row]) -> Answer:
    return classifier.answer([row.text for row in rows])


@contextmanager
def _others(classifier: Classifier, is_large: bool) -> Iterator[tuple[int, Callable[[list[str]], Future[Answer]]]]:
    """What answers while this thread reads and writes, and how many chunks may wait for it.

    It is another thread, or, where there are so many texts that a process pays, the other cores.
    """
    is_light = not FORMATS[classifier.format].needs_tensorflow  # which takes seconds to load
    count = min(cpu_count() - 1, MOST) if is_large and is_light and classifier.folder else 0
    if count < 1:
        with ThreadPoolExecutor(1) as thread:
            yield 1, lambda texts: thread.submit(classifier.answer, texts)
        return
    from models.serving.answering_processes import answering_processes

    with answering_processes(classifier, count) as processes:
        yield count + AHEAD, processes.submit


def _write_answers(
    classifier: Classifier, rows: list[Row], found: Answer, write: Callable[[dict], None], scores: Scores
) -> None:
    names = [str(name) for name in classifier.classes_]
    for row, probabilities, tokens in zip(rows, found.probabilities.tolist(), found.tokens_seen.tolist(), strict=True):
        label, confidence = classifier.label_of(probabilities)
        scores.unread += not tokens
        correct = None
        if row.label_column:
            correct = scores.add(row.text, row.label, probabilities, confidence >= classifier.least_confidence)
        write(
            {
                "text": row.text,
                "cells": row.cells,
                "label": label,
                "confidence": confidence,
                "probabilities": dict(zip(names, probabilities, strict=True)),
                "tokens_seen": tokens,
                "correct": correct,
            }
        )
