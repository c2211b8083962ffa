"""A classifier that needs no model: it knows short texts from long ones."""

import time

import numpy as np
import pytest

from models.classifier import Classifier
from models.serving.engines import Answer


class Slow:
    """An engine that takes its time, so that requests gather, and notes what it was asked."""

    def __init__(self, seconds):
        self.seconds, self.asked = seconds, []

    def answer(self, texts):
        self.asked.append(list(texts))
        time.sleep(self.seconds)
        if "break" in texts:
            raise RuntimeError("broken")
        share = np.array([min(len(text), 100) / 100 for text in texts], np.float32)
        return Answer(np.stack([1 - share, share], axis=1), np.array([len(text.split()) for text in texts], np.int32))


@pytest.fixture(scope="session")
def make_classifier():
    """Makes a classifier: `short` below 50 characters, `long` above. It takes so many seconds a batch."""

    def make(seconds=0.0, batch_size=256):
        description = {"class_names": ["short", "long"], "batch_size": batch_size, "model": "lstm", "title": "lstm"}
        description["confidences"] = [0.5 + at / 200 for at in range(101)]  # from 50 to 100 %, each as often
        return Classifier(Slow(seconds), description, "onnx")

    return make
