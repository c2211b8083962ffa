"""What TensorBoard shows of a finished trial beside its curves: scores, hyper-parameters, pictures, texts.

It is made from the run folder, in a process of its own once the trial's time and memory are measured. The events lie in
the folder of the trial itself, so that TensorBoard names a run `lstm/0`, and no more.
Source: https://www.tensorflow.org/api_docs/python/tf/summary.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.plugins.text.summary_v2 import text_pb

from data.cleaning import Cleaner
from data.files import read_json
from data.preparing import load_texts
from models.metrics import Table, shown_in
from models.predictions import read_predictions
from models.run_folder import RunFolder
from training.ending import begin
from training.search.chosen import settings_of
from training.tensorboard.events import picture, precision_recall_curve, write_events
from training.tensorboard.hyperparameters import hyperparameters
from training.tensorboard.projector import write_embedding

COSTS = ("seconds_training", "seconds_total", "peak_memory_mb", "parameters")
CURVES = 20  # most precision-recall curves: one a class
TEXTS, COLUMNS, LINES = 5, 100, 12  # samples of each kind, and how much of each is shown
# Up to so many classes each has its name and each cell its number; a picture of more is no larger and takes no more
# memory.
MOST_NAMED = 40


def write_outcome(path: Path, model: str, seed: int) -> None:
    """Adds the outcome of one finished trial to its events."""
    begin(None)
    run = RunFolder(path)
    folder = run.trial(model, seed)
    write_events(folder, _summaries(run, model, seed))
    write_embedding(run, model, seed, folder)
    run.shown_in_tensorboard(model, seed).touch()


def _summaries(run: RunFolder, model: str, seed: int) -> Iterator[Summary]:
    metrics: Any = read_json(run.metrics(model, seed))
    card: Any = read_json(run.data_card)
    class_names = card["class_names"]
    varied = hyperparameters(settings_of(run, model), model) | {"seed": seed} | asdict(Cleaner.of(card))
    test = read_predictions(run.predictions(model, seed), class_names)["test"]
    yield hparams_pb(varied, trial_id=f"{model} {seed} {run.path.resolve().name}")
    for name, value in _scalars(metrics).items():
        yield scalar_pb(name, value)
    for at, name in list(enumerate(class_names))[1 if len(class_names) == 2 else 0 :][:CURVES]:
        yield precision_recall_curve(f"test/{name}", test.labels == at, test.probabilities[:, at])
    yield picture("test/confusion matrix", *_confusion_picture(metrics, class_names))
    texts = load_texts(run.prepared(seed))["test"].texts
    for kind, text in _samples(texts, test.labels, test.predicted, test.probabilities, class_names).items():
        yield text_pb(f"test/{kind}", text)


def write_search_outcome(folder: Path, trial: str, varied: dict[str, bool | int | float | str], metrics: dict) -> None:
    """Adds the outcome of a trial of a search to its events: its settings, and how it did on validation."""
    scalars = {f"search/validation_{name}": metrics["validation"][name] for name in ("loss", "accuracy")}
    scalars |= {"search/train_accuracy": metrics["train"]["accuracy"], "trial/seconds_total": metrics["seconds_total"]}
    shown = [hparams_pb(varied, trial_id=trial), *(scalar_pb(name, value) for name, value in scalars.items())]
    write_events(folder, shown)


def _scalars(metrics: dict) -> dict[str, float]:
    """Scores and costs, which the table of hyper-parameters lists too."""
    scalars = {f"test/{metric.name}": metrics["test"][metric.name] for metric in shown_in(Table.TENSORBOARD)}
    scalars |= {f"trial/{name}": metrics[name] for name in COSTS}
    scalars |= {f"trial/texts_per_second_at_{size}": speed for size, speed in metrics["texts_per_second"].items()}
    return {name: value for name, value in scalars.items() if value is not None}


def _confusion_picture(metrics: dict, class_names: list[str]) -> tuple[bytes, int, int]:
    """The confusion matrix of the test texts as a PNG file, its width and its height in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    counts = np.array(metrics["test"]["confusion_matrix"])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    classes = len(class_names)
    side = 2.4 + 0.5 * min(classes, MOST_NAMED)
    figure = Figure((side + 0.6, side), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if classes <= MOST_NAMED:
        for (row, column), count in np.ndenumerate(counts):
            color = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, f"{count:,}", ha="center", va="center", color=color, in_layout=False)
    places = range(0, classes, -(-classes // MOST_NAMED))
    names = [textwrap.shorten(class_names[at].replace("$", r"\$"), 20, placeholder="…") or "…" for at in places]
    axes.set_xticks(places, names, rotation=30, ha="right")
    axes.set_yticks(places, names)
    axes.set_xlabel("answer")
    axes.set_ylabel("true class")
    axes.set_title(f"{metrics['model']}, seed {metrics['seed']}: {metrics['test']['n']:,} test texts", fontsize=9)
    file = io.BytesIO()
    canvas.print_png(file)
    return file.getvalue(), *canvas.get_width_height()


def _samples(
    texts: Sequence[str], labels: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray, class_names: list[str]
) -> dict[str, str]:
    """The test texts answered with most confidence, right and wrong, as Markdown.

    Each is a block of code, its indentation written here, so that nothing in a text acts as Markdown or HTML: a
    picture in a post would otherwise be fetched by whoever looks at it.
    """
    confidence = probabilities.max(axis=1)
    found = {}
    for kind, chosen in (("confidently right", labels == predicted), ("confidently wrong", labels != predicted)):
        positions = np.flatnonzero(chosen)
        blocks = []
        for at in positions[np.argsort(-confidence[positions], kind="stable")][:TEXTS]:
            head = f"{confidence[at]:.1%} {class_names[predicted[at]]}; true class: {class_names[labels[at]]}"
            lines = textwrap.wrap(" ".join(texts[at].split()), COLUMNS, max_lines=LINES, placeholder=" …")
            blocks.append("\n".join(f"    {line}" for line in [" ".join(head.split()), "", *lines]))
        found[kind] = "\n\n---\n\n".join(blocks) or "none"
    return found
