"""The features of a trial's texts, by Keras or, where that is sooner, by OpenVINO."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.description import Description
from training.ending import TimeIsUp, ending
from training.measuring.memory import held_mb
from training.setting_values import AUTO
from training.trainers.others import LEARNED_FROM
from training.trainers.trained import Task

if TYPE_CHECKING:
    from models.encoder.backbones import Backbone, BackboneFiles
    from models.encoder.openvino_features import Conversion, OpenvinoEncoder

CONVERTING_MB = 2000  # of memory: converting MiniLM-L6 takes 1,810, what it is compared with included
Texts = Mapping[str, Sequence[str]]  # by part, as the encoder reads them


@dataclass(frozen=True)
class Source:
    """What computes features.

    Attributes:
        backbone: the encoder; its tokenizer is used, and itself without `converted`.
        converted: the encoder for OpenVINO.
        key: under which its features are kept.
        precision: in words, where it is not full.
    """

    backbone: Backbone
    converted: OpenvinoEncoder | None
    key: str
    precision: str = ""


def choose_sources(
    task: Task, files: BackboneFiles, backbone: Backbone, learning: Backbone, texts: Texts
) -> tuple[Source, Source]:
    """What computes the features of the texts that a head learns from, and those of the texts that it is judged by.

    The latter have full precision, as what is exported has. The encoder is converted for OpenVINO the first time that
    there are enough texts to encode; a trial that is continued goes on with what it was begun with.

    Args:
        task: the trial.
        files: of the encoder.
        backbone, learning: the encoder as Keras runs it, in full precision and in that of the training.
        texts: all of them.
    """
    from models.backends.devices import device_in_use
    from models.encoder.features import text_key
    from models.encoder.openvino_features import BFLOAT16, FLOAT32, OpenvinoEncoder, find_conversion
    from models.encoder.weights import cache_directory

    def source(keras_backbone: Backbone, precision: str | None) -> Source:
        converted = None
        with suppress(Exception):  # OpenVINO has kinds of its own for what it cannot load; Keras can do without it
            converted = OpenvinoEncoder(conversion.path, precision) if conversion and precision else None
        key = text_key(keras_backbone, task.settings.backbone_length, task.settings.pooling, converted)
        return Source(keras_backbone, converted, key, "bfloat16" if converted and precision == BFLOAT16 else "")

    conversion = find_conversion(files, task.settings.pooling, cache_directory() / "encoders")
    by_keras = source(learning, None), source(backbone, None)
    if conversion is None or device_in_use():
        return by_keras
    possible = _precisions(task, files, conversion, by_keras, texts)
    judged = source(backbone, FLOAT32) if FLOAT32 in possible else by_keras[1]
    if BFLOAT16 in possible and task.settings.backbone_precision == AUTO:
        return source(learning, BFLOAT16), judged
    return judged if judged.converted else by_keras[0], judged


def _precisions(
    task: Task, files: BackboneFiles, conversion: Conversion, by_keras: tuple[Source, Source], texts: Texts
) -> tuple[str, ...]:
    """Those in which OpenVINO is to be used."""
    from models.encoder.feature_files import missing
    from models.encoder.openvino_features import ENOUGH_TEXTS, convert
    from models.encoder.weights import cache_directory

    begun = Description.load(task.described) if task.described.exists() else None
    if begun and begun.features_key == by_keras[1].key and begun.learned_features_key == by_keras[0].key:
        return ()
    outcome = conversion.known()
    if outcome is None:
        wanted = [text for found in texts.values() for text in found]
        if begun is None and missing(cache_directory() / "features", by_keras[1].key, wanted) < ENOUGH_TEXTS:
            return ()
        if task.settings.memory_limit_mb < CONVERTING_MB + held_mb():
            return ()
        with suppress(OSError):  # a cache that cannot be written costs time, not the trial
            convert(files, task.settings.pooling, conversion)
        outcome = conversion.known()
        if outcome and outcome.times_faster and outcome.precisions:
            speeds = ", ".join(f"{times:.1f} times in {name}" for name, times in outcome.times_faster.items())
            print(
                f"{task.progress_title:<22} {files.label}: OpenVINO encodes as fast as Keras {speeds}, "
                f"with differences up to {outcome.largest_difference:.0e} in f32",
                flush=True,
            )
    return outcome.precisions if outcome else ()


def encode_parts(task: Task, learned: Source, judged: Source, texts: Texts) -> tuple[dict[str, np.ndarray], int]:
    """The features of each part, `(n, width)`, and how many texts were not in the cache.

    Raises:
        TimeIsUp: `--time-limit` was over before all texts were encoded.
    """
    if learned.key == judged.key:
        return _encode(task, judged, texts)
    parts = [{name: texts[name] for name in texts if (name in LEARNED_FROM) == taught} for taught in (True, False)]
    features, new = _encode(task, learned, parts[0])
    others, others_new = _encode(task, judged, parts[1])
    return features | others, new + others_new


def _encode(task: Task, source: Source, texts: Texts) -> tuple[dict[str, np.ndarray], int]:
    from models.encoder.features import cached_features
    from models.encoder.weights import cache_directory

    settings, new_texts, started = task.settings, 0, time.perf_counter()
    title = f"{task.progress_title:<22} {source.backbone.label}:"
    precision = f" in {source.precision}" if source.precision else ""

    def show_progress(done: int, new: int) -> None:
        nonlocal new_texts
        new_texts = new
        if done < new and ending.time_is_up():
            raise TimeIsUp(f"--time-limit {settings.time_limit} was over with {done:,} of {new:,} texts encoded")
        if done or not new:
            print(f"{title} {done:,} of {new:,} new texts encoded{precision}", flush=True)
        if task.stored and done and done == new and "train" in texts:
            hours = (time.perf_counter() - started) / new * len(task.stored.labels) / 3600
            print(
                f"{task.progress_title:<22} it learns from {len(task.parts['train'].labels):,} of "
                f"{len(task.stored.labels):,} training texts: to encode all would take about {hours:.1f} hours here",
                flush=True,
            )

    everything = cached_features(
        source.backbone,
        [text for found in texts.values() for text in found],
        settings.backbone_length,
        settings.pooling,
        cache_dir=cache_directory() / "features",
        progress=show_progress,
        converted=source.converted,
    )
    ends = np.cumsum([len(found) for found in texts.values()])
    return dict(zip(texts, np.split(everything, ends[:-1]), strict=True)), new_texts
