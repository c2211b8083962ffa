"""Texts answered a chunk after another, so that memory does not grow with their number."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from models.serving.answer_file import open_output
from models.serving.answer_writers import writer

if TYPE_CHECKING:
    from data.sources.text_stream import Row
    from models.classifier import Classifier
    from models.serving.engines import Answer
    from models.serving.scoring import Scores

CHUNK = 2048  # texts that are answered at once; no more than three times as many are in memory
BEGINNING, SLOW = 256, 0.5  # texts that are answered first, and the seconds from which on that is slow


def write_answers(
    classifier: Classifier, rows: Iterator[Row], scores: Scores, output: str | None, style: str, quiet: bool = False
) -> tuple[int, str | None]:
    """Answers texts into a file, see `models.serving.answer_file.open_output`.

    Args:
        classifier: answers.
        rows: texts, and what stands beside them.
        scores: counts the answers to texts that have a label.
        output: a file, or `None` for standard output.
        style: how answers are written, see `models.serving.answer_writers`.
        quiet: show no progress on standard error.

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
        count = answer_all(classifier, rows, write, scores, quiet)
    return count, label_column


def answer_all(
    classifier: Classifier, rows: Iterator[Row], write: Callable[[dict], None], scores: Scores, quiet: bool = False
) -> int:
    """Answers texts in chunks, writes each answer and counts how right they are; reads on meanwhile.

    Args:
        classifier: answers.
        rows: texts, and what stands beside them.
        write: gets each answer, see `models.serving.answer_writers.writer`.
        scores: counts those of texts that have a label.
        quiet: show no progress on standard error.

    Returns:
        How many there were.
    """
    from tqdm import tqdm

    count = 0
    # What keeps the texts from being read is said before any progress is.
    first = list(itertools.islice(rows, min(BEGINNING, CHUNK)))
    with tqdm(unit=" texts", disable=quiet, file=sys.stderr) as progress:
        for chunk, found in _answered(classifier, first, rows):
            _write_answers(classifier, chunk, found, write, scores)
            count += len(chunk)
            progress.update(len(chunk))
    return count


def _answered(classifier: Classifier, first: list[Row], rest: Iterator[Row]) -> Iterator[tuple[list[Row], Answer]]:
    """Rows with their answers, chunk by chunk; one is read while another is answered and written while the next one is.

    Where answers take long the rest would not be worth that Ctrl-C waits for the thread that answers.
    """
    from data.corpus import DataError
    from data.sources.text_stream import chunks

    def answer(chunk: list[Row]) -> Answer:
        return classifier.answer([row.text for row in chunk])

    started = time.perf_counter()
    found = answer(first)
    is_slow = time.perf_counter() - started > SLOW
    yield first, found
    if is_slow:
        for chunk in chunks(rest, CHUNK):
            yield chunk, answer(chunk)
        return
    with ThreadPoolExecutor(1) as thread:
        before: tuple[list[Row], Future[Answer]] | None = None
        try:
            for chunk in chunks(rest, CHUNK):
                finished = before and (before[0], before[1].result())
                before = chunk, thread.submit(answer, chunk)
                if finished:
                    yield finished
        except DataError:  # of a row that cannot be read; those before it are answered all the same
            if before:
                yield before[0], before[1].result()
            raise
        if before:
            yield before[0], before[1].result()


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
