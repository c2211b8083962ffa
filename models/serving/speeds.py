"""Which export of a model answers fastest, and how many texts at once: measured once, and kept beside the exports."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from models.serving.formats import FORMATS

if TYPE_CHECKING:
    from models.classifier import Classifier

SPEEDS = "speeds"  # in classifier.json: format, batch size and texts per second, the format to load first
PARTS = (16, 4, 1)  # of the batch size that suits models of the kind are tried: larger ones were never faster
ASKED = 2  # times as many texts
ROUNDS, ENOUGH_SECONDS = 5, 0.3
WORTHWHILE = 1.2  # times as fast another format must be, to be loaded in place of one that starts quicker
AS_GOOD = 0.95  # of the best speed: of the batch sizes that have it the smallest is taken, which needs least memory


def texts_per_second(classifier: Classifier, texts: Sequence[str], seconds_per_text: float) -> dict[str, float]:
    """Texts that are answered in a second, from raw text to probabilities, by how many go through the model at once.

    Where a text takes long nothing but the batch size that the model has by itself is looked at.

    Args:
        classifier: answers; its batch size is left as it was.
        texts: to choose from.
        seconds_per_text: about as many as are needed with that batch size.
    """
    usual = classifier.batch_size
    asked = [texts[at % len(texts)] for at in range(ASKED * usual)]
    if seconds_per_text * len(asked) > ENOUGH_SECONDS:
        return {str(usual): 1 / seconds_per_text}
    taken: dict[int, list[float]] = {size: [] for size in (max(1, usual // part) for part in PARTS)}
    started = time.perf_counter()
    for _ in range(ROUNDS):
        for size, seconds in taken.items():  # in turn, so that all meet the same load of the machine
            classifier.batch_size = size
            begun = time.perf_counter()
            classifier.predict_proba(asked)
            seconds.append(time.perf_counter() - begun)
        if time.perf_counter() - started > ENOUGH_SECONDS:
            break
    classifier.batch_size = usual
    return {str(size): len(asked) / statistics.median(seconds) for size, seconds in taken.items()}


def ranked(formats: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What `classifier.json` says under `SPEEDS`: of each export that passed its best batch size and its speed.

    Those that may change answers stand behind all that do not.

    Args:
        formats: by name, what `parity.json` says of each.
    """
    waiting = []
    for name in FORMATS:
        measured = formats.get(name, {})
        if measured.get("texts_per_second") and not measured["refused"]:
            speeds = {int(size): speed for size, speed in measured["texts_per_second"].items()}
            size = min(size for size, speed in speeds.items() if speed >= AS_GOOD * max(speeds.values()))
            waiting.append({"format": name, "batch_size": size, "texts_per_second": speeds[size]})
    result = []
    while waiting:
        exact = [entry for entry in waiting if not FORMATS[entry["format"]].may_change_answers] or waiting
        fastest = max(entry["texts_per_second"] for entry in exact)
        result.append(next(entry for entry in exact if WORTHWHILE * entry["texts_per_second"] >= fastest))
        waiting.remove(result[-1])
    return result


def batch_size_of(description: Mapping[str, Any], format: str) -> int:
    """How many texts a format answers at once: as was measured, else what suits models of the kind.

    Args:
        description: what `classifier.json` says.
        format: its name.
    """
    measured = (entry["batch_size"] for entry in description.get(SPEEDS, ()) if entry["format"] == format)
    return next(measured, description["batch_size"])
