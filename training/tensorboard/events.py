"""TensorBoard's event files, written without TensorFlow: what its plugins show, as they keep it.

`tf.summary` writes the same. TensorBoard itself has the messages, but of these three plugins only with TensorFlow what
fills them.
Source: https://github.com/tensorflow/tensorboard/tree/master/tensorboard/plugins.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.plugins.image import metadata as image_metadata
from tensorboard.plugins.pr_curve import metadata as curve_metadata
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

FILE_VERSION = "brain.Event:2"
THRESHOLDS = 201  # of a precision-recall curve, as TensorBoard has them


def write_events(folder: Path, summaries: Iterable[Summary]) -> None:
    """Writes summaries as step 0 of the run that `folder` is to TensorBoard, into a file of their own."""
    name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}.0.v2"
    with (folder / name).open("wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=time.time(), file_version=FILE_VERSION).SerializeToString())
        for summary in summaries:
            writer.write(Event(wall_time=time.time(), step=0, summary=summary).SerializeToString())


def picture(tag: str, png: bytes, width: int, height: int) -> Summary:
    """One picture, as an encoded PNG file of so many pixels."""
    metadata = image_metadata.create_summary_metadata(display_name=None, description=None)
    return _summary(tag, np.array([str(width).encode(), str(height).encode(), png], dtype=object), metadata)


def precision_recall_curve(tag: str, labels: np.ndarray, probabilities: np.ndarray) -> Summary:
    """Precision against recall over evenly spaced thresholds.

    Args:
        tag: what TensorBoard lists it by.
        labels: whether each of n texts is of the class, `(n,)`.
        probabilities: of the class, `(n,)`.
    """
    steps = THRESHOLDS - 1
    reached = np.floor(np.clip(probabilities, 0, 1) * steps).astype(int)  # the last threshold that is not above it
    # How many are at or above each threshold.
    true, false = (np.cumsum(np.bincount(reached[of], minlength=THRESHOLDS)[::-1])[::-1] for of in (labels, ~labels))
    precision, recall = true / np.maximum(true + false, 1), true / max(true[0], 1)
    curve = np.stack([true, false, false[0] - false, true[0] - true, precision, recall]).astype(np.float32)
    metadata = curve_metadata.create_summary_metadata(display_name=tag, description="", num_thresholds=THRESHOLDS)
    return _summary(f"{tag}/pr_curves", curve, metadata)


def _summary(tag: str, values: np.ndarray, metadata: SummaryMetadata) -> Summary:
    return Summary(value=[Summary.Value(tag=tag, metadata=metadata, tensor=make_tensor_proto(values))])
