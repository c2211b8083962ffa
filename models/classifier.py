"""Exported models as classifiers, for programs.

```python
from models.classifier import load_classifier

classifier = load_classifier("runs/latest")
classifier.predict(["The launch was moved to Friday."])
```
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from data.words.cutting import RIGHT
from models.run_folder import RunFolder
from models.serving.engines import (
    CLASSIFIER,
    Answer,
    Engine,
    EngineMissing,
    ExportUnusable,
    load_engine,
    read_classifier,
    writes,
)
from models.serving.formats import FORMATS
from models.serving.speeds import SPEEDS, batch_size_of

READ_AT_ONCE = 2048  # texts whose tokens are in memory at once
UNSURE = "unsure"  # what is said in place of a class
PERCENTILES = 101


class Classifier:
    """Answers as scikit-learn's classifiers do.

    Attributes:
        classes_: array of the class names, in the order of the probabilities.
        model, title: which architecture answers: `distilbert`, `distilbert (MiniLM-L6 weights)`.
        format: name of the export that answers, of `models.serving.formats`.
        folder: of the export, `None` where it came from none.
        truncation_side: on which longer texts are cut, see `data.words.cutting`.
        least_confidence: below it a text is answered with `UNSURE`, by what asks `label_of`.
    """

    def __init__(self, engine: Engine, description: dict, format: str, folder: Path | None = None):
        self.engine, self.format, self.folder = engine, format, folder
        self.classes_ = np.array(description["class_names"], dtype=object)
        self.model, self.title = description["model"], description["title"]
        self.batch_size = batch_size_of(description, format)
        self.confidences = description.get("confidences", ())
        self.truncation_side = description.get("truncation_side", RIGHT)
        self.least_confidence = 0.0

    def abstain(self, share: float) -> None:
        """Leaves the least sure texts unanswered: as many as a share of the validation texts was.

        Raises:
            ExportUnusable: the export is of a version that did not keep how sure the model was, or a class is called as
                what is said of texts that are left.
        """
        if len(self.confidences) != PERCENTILES:
            raise ExportUnusable(
                f"The export of {self.model} does not say how sure it was of validation: export it again, or leave out "
                "--abstain."
            )
        if UNSURE in self.classes_:
            raise ExportUnusable(f"A class is called {UNSURE!r}, as what --abstain leaves: rename the class.")
        self.least_confidence = float(np.interp(100 * share, range(PERCENTILES), self.confidences))

    def label_of(self, probabilities: Sequence[float]) -> tuple[str, float]:
        """What is said of a text, and how sure it is: its most probable class, or `UNSURE`.

        Args:
            probabilities: of the classes.
        """
        best = max(range(len(probabilities)), key=probabilities.__getitem__)
        confidence = probabilities[best]
        return (UNSURE if confidence < self.least_confidence else self.classes_[best]), confidence

    def answer(self, texts: Sequence[str]) -> Answer:
        """Probabilities and number of tokens read, of n texts.

        Texts of like length go through the model together, since a batch is as long as its longest text.
        """
        if isinstance(texts, str):
            raise TypeError("Expected a list of texts, got one string: write [text].")
        if (at := next((at for at, text in enumerate(texts) if not isinstance(text, str)), None)) is not None:
            raise TypeError(f"Expected a list of texts; number {at}, counted from 0, is none: give strings.")
        answer_in_batches = getattr(self.engine, "answer_in_batches", None)
        if answer_in_batches and len(texts):  # it knows how many tokens each has
            parts = [answer_in_batches(part, self.batch_size) for part in _slices(texts, self.batch_size)]
            return Answer(
                np.concatenate([part.probabilities for part in parts]),
                np.concatenate([part.tokens_seen for part in parts]),
            )
        lengths = np.array([len(text) for text in texts], np.int64)
        probabilities = np.zeros((len(texts), len(self.classes_)), np.float32)
        tokens_seen = np.zeros(len(texts), np.int32)
        order = np.argsort(lengths, kind="stable")
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            probabilities[rows], tokens_seen[rows] = self.engine.answer([texts[row] for row in rows])
        return Answer(probabilities, tokens_seen)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Probabilities, `float32` array of shape `(n, classes)`."""
        return self.answer(texts).probabilities

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """The most probable class of each of n texts, array of n names."""
        return self.classes_[self.predict_proba(texts).argmax(axis=1)]


def _slices(texts: Sequence[str], batch_size: int) -> Iterator[Sequence[str]]:
    """The texts, some whole batches of them at a time."""
    size = max(READ_AT_ONCE // batch_size, 1) * batch_size
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def load_classifier(
    path: str | Path, model: str | None = None, format: str | None = None, batch_size: int | None = None
) -> Classifier:
    """Loads an exported model.

    A SavedModel is a program, to be loaded only from who is trusted; loading another format runs no code from it.

    Args:
        path: a run folder, or an export folder in one (`runs/latest/lstm/export`), wherever it was copied to.
        model: which architecture of a run; the recommended one by default.
        format: name of an export. By default the one that was measured to answer most texts a second, unless the run
            recommends this model in one that gives up some accuracy. Where what runs it is not installed the next one
            is taken, which is said on standard error.
        batch_size: most texts that go through the model at once; by default as many as were measured to be best.

    Raises:
        ExportUnusable: there is no such export, or it cannot be loaded.
        ValueError: no text could be answered with that batch size.
    """
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"A batch of {batch_size} texts answers none: take 1 or more.")
    path = Path(path)
    folder = path if (path / CLASSIFIER).is_file() else find_export(path, model)
    description = read_classifier(folder)
    names = [format] if format else _in_order(folder, description)
    for name, following in zip(names, [*names[1:], None], strict=True):
        try:
            found = Classifier(load_engine(folder, name), description, name, folder)
            break
        except EngineMissing as error:
            if following is None:
                raise
            print(f"{error} {following} answers meanwhile.", file=sys.stderr)
    found.batch_size = found.batch_size if batch_size is None else batch_size
    return found


def exported_models(run: Path) -> list[str]:
    """The architectures of a run folder that can be loaded, in alphabetical order."""
    return sorted(path.parent.parent.name for path in run.glob(f"*/export/{CLASSIFIER}"))


def find_export(run: Path, model: str | None) -> Path:
    """The export folder of an architecture in a run folder; by default of the recommended one, or the only one.

    Raises:
        ExportUnusable: there is none.
    """
    there = exported_models(run)
    if not there and not RunFolder(run).settings.exists():
        what = "is no run folder" if run.exists() else "is not there"
        raise ExportUnusable(f"{run} {what}: name one that python -m training.run has made, such as runs/latest.")
    if not there:
        raise ExportUnusable(
            f"{run} holds no exported model: python -m models.exporting {run} exports those that it has trained."
        )
    model = model or (there[0] if len(there) == 1 else _recommended(RunFolder(run)).get("model"))
    if model is None:
        raise ExportUnusable(f"{run} recommends no model: choose one of {', '.join(there)} with --model.")
    if model not in there:
        raise ExportUnusable(f"{run} has no exported {model}: choose one of {', '.join(there)} with --model.")
    return RunFolder(run).export(model)


def _in_order(folder: Path, description: dict) -> list[str]:
    """Names of the formats in an export folder, the one to load first, and behind it those to take in its place."""
    there = [name for name, entry in FORMATS.items() if all((folder / file).exists() for file in entry.files)]
    if not there:
        raise ExportUnusable(f"{folder} holds no exported model: {writes(folder)} writes one.")
    measured = [speed["format"] for speed in description.get(SPEEDS, ())]
    recommended = _recommended(RunFolder.of_export(folder))
    form = recommended.get("form") if recommended.get("model") == description["model"] else None
    # Of exports that give the same answers speed decides, where it was measured.
    first = [form] if form in there and (FORMATS[form].may_change_answers or not measured) else []
    return list(dict.fromkeys([*first, *(name for name in measured if name in there), *there]))


def _recommended(run: RunFolder) -> dict:
    """What a run recommends, empty where it recommends nothing."""
    try:
        return json.loads(run.comparison.read_text(encoding="utf-8"))["recommended"] or {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
