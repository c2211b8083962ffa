"""The features of a trial's texts, by Keras or, where that is sooner, by OpenVINO."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.amounts import MEBIBYTE
from models.backends.processor import processor_identity
from models.description import Description
from training.ending import TimeIsUp, ending
from training.measuring.memory import held_mb
from training.setting_values import AUTO
from training.trainers.encoder_weights import described_trials
from training.trainers.others import LEARNED_FROM
from training.trainers.trained import Task

if TYPE_CHECKING:
    from models.encoder.backbones import Backbone, BackboneFiles
    from models.encoder.openvino_features import Conversion, OpenvinoEncoder, Outcome

CONVERTING_MB = 2000  # of memory: converting MiniLM-L6 takes 1,810, what it is compared with included
ENCODING_COPIES = 5  # of its weights in memory: MiniLM-L6 takes 450 MB beside what Keras takes
Texts = Mapping[str, Sequence[str]]  # by part, as the encoder reads them


@dataclass(frozen=True)
class Source:
    """What computes features.

    Attributes:
        backbone: the encoder; its tokenizer is used, and itself without `converted`.
        converted: the encoder for OpenVINO.
        key: under which its features are kept.
    """

    backbone: Backbone
    converted: OpenvinoEncoder | None
    key: str

    @property
    def precision(self) -> str:
        """In words, where it is not full."""
        from models.encoder.openvino_features import BFLOAT16

        return "bfloat16" if self.converted and self.converted.precision == BFLOAT16 else ""


def choose_sources(
    task: Task, files: BackboneFiles, backbone: Backbone, learning: Backbone, texts: Texts
) -> tuple[Source, Source]:
    """What computes the features of the texts that a head learns from, and those of the texts that it is judged by.

    The latter have full precision, as what is exported has. The encoder is converted for OpenVINO the first time that
    there are enough texts to encode. What the first trial of the model was begun with, the others of the run have too,
    and a trial that is continued, wherever it can be had.

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

    def pair(*precisions: str | None) -> tuple[Source, Source]:
        """By Keras where no precision is given."""
        sources = []
        for by_keras, precision in zip((learning, backbone), precisions, strict=True):
            converted = OpenvinoEncoder(conversion.path, precision) if conversion and precision else None
            key = text_key(by_keras, task.settings.backbone_length, task.settings.pooling, converted)
            sources.append(Source(by_keras, converted, key))
        return sources[0], sources[1]

    conversion = find_conversion(files, task.settings.pooling, cache_directory() / "encoders", processor_identity())
    by_keras = pair(None, None)
    if conversion is None or device_in_use():
        return by_keras
    begun = _begun_with(task)
    if _keys(by_keras) in begun:
        return by_keras
    outcome = _outcome(task, files, conversion, by_keras, texts, bool(begun))
    if outcome is None or outcome.refused:
        return by_keras
    if task.settings.memory_limit_mb < held_mb() + ENCODING_COPIES * conversion.weights.stat().st_size / MEBIBYTE:
        return by_keras
    halved = BFLOAT16 if BFLOAT16 in outcome.precisions and task.settings.backbone_precision == AUTO else None
    full = FLOAT32 if FLOAT32 in outcome.precisions else None
    possible = [pair(halved or full, full), pair(BFLOAT16, FLOAT32), pair(FLOAT32, FLOAT32), pair(BFLOAT16, None)]
    chosen = next((sources for sources in possible if _keys(sources) in begun), possible[0])
    return chosen if all(_can_be_had(*share) for share in _shares(*chosen, texts)) else by_keras


def _keys(sources: tuple[Source, Source]) -> tuple[str | None, str | None]:
    return sources[0].key, sources[1].key


def _begun_with(task: Task) -> list[tuple[str | None, str | None]]:
    """The keys of what this trial was begun with, or else of what the others of its model were."""
    found = [Description.load(task.described)] if task.described.exists() else described_trials(task)
    return [(description.learned_features_key, description.features_key) for description in found]


def _can_be_had(source: Source, texts: Texts) -> bool:
    """Whether the features are kept, or what computes them can be loaded."""
    from models.encoder.feature_files import missing
    from models.encoder.weights import cache_directory

    if source.converted and missing(cache_directory() / "features", source.key, _all(texts)):
        try:
            source.converted.loaded  # noqa: B018 -- loads it
        except Exception:  # OpenVINO has kinds of its own; Keras can do without it
            return False
    return True


def _all(texts: Texts) -> list[str]:
    return [text for found in texts.values() for text in found]


def _outcome(
    task: Task,
    files: BackboneFiles,
    conversion: Conversion,
    by_keras: tuple[Source, Source],
    texts: Texts,
    begun: bool,
) -> Outcome | None:
    """What converting the encoder came to; `None` where it does not pay, or cannot be done here.

    Args:
        task, files, texts: of the trial.
        conversion: where its files are, or would be.
        by_keras: what computes features without it.
        begun: whether a trial of the model has been begun, with other features than Keras's.
    """
    from models.encoder.feature_files import missing
    from models.encoder.openvino_features import ENOUGH_TEXTS, convert
    from models.encoder.weights import cache_directory

    if outcome := conversion.known():
        return outcome
    if not begun and missing(cache_directory() / "features", by_keras[1].key, _all(texts)) < ENOUGH_TEXTS:
        return None
    if task.settings.memory_limit_mb < CONVERTING_MB + held_mb():
        return None
    with suppress(OSError):  # a cache that cannot be written costs time, not the trial
        convert(files, task.settings.pooling, conversion)
    outcome = conversion.known()
    if outcome and outcome.times_faster and outcome.precisions:
        speeds = " and ".join(f"{times:.1f} times as fast in {name}" for name, times in outcome.times_faster.items())
        print(
            f"{task.progress_title:<22} {files.label}: beside Keras OpenVINO encodes {speeds}, "
            f"with differences up to {outcome.largest_difference:.0e} in f32",
            flush=True,
        )
    return outcome


def encode_parts(task: Task, learned: Source, judged: Source, texts: Texts) -> tuple[dict[str, np.ndarray], int]:
    """The features of each part, `(n, width)`, and how many texts were not in the cache.

    Raises:
        TimeIsUp: `--time-limit` was over before all texts were encoded.
    """
    features: dict[str, np.ndarray] = {}
    new = 0
    for source, share in _shares(learned, judged, texts):
        found, encoded = _encode(task, source, share)
        features, new = features | found, new + encoded
        if source.converted:
            source.converted.release()
    return features, new


def _shares(learned: Source, judged: Source, texts: Texts) -> list[tuple[Source, Texts]]:
    """What each of them reads; one reads all where they are the same."""
    if learned.key == judged.key:
        return [(judged, texts)]
    parts = [{name: texts[name] for name in texts if (name in LEARNED_FROM) == taught} for taught in (True, False)]
    return list(zip((learned, judged), parts, strict=True))


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
        _all(texts),
        settings.backbone_length,
        settings.pooling,
        cache_dir=cache_directory() / "features",
        progress=show_progress,
        converted=source.converted,
    )
    ends = np.cumsum([len(found) for found in texts.values()])
    return dict(zip(texts, np.split(everything, ends[:-1]), strict=True)), new_texts
