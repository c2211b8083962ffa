"""What TensorBoard shows of a finished trial beside its curves: scores, hyper-parameters, pictures, texts.

It is made from the run folder, in a process of its own once the trial's time and memory are measured. The events lie in
the folder of the trial itself, so that TensorBoard names a run `lstm/0`, and no more.
Source: https://www.tensorflow.org/api_docs/python/tf/summary.
"""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from data.cleaning import Cleaner
from data.files import read_json
from data.preparing import load_texts
from models.metrics import Table, shown_in
from models.predictions import read_predictions
from models.run_folder import RunFolder
from training.ending import begin
from training.search.chosen import settings_of
from training.tensorboard.hyperparameters import hyperparameters
from training.tensorboard.projector import write_embedding

COSTS = ("seconds_training", "seconds_total", "peak_memory_mb", "parameters")
CURVES = 20  # most precision-recall curves: one a class
TEXTS, COLUMNS, LINES = 5, 100, 12  # samples of each kind, and how much of each is shown
# Up to so many classes each has its name and each cell its number; a picture of more is no larger and takes no more
# memory.
MOST_NAMED = 40


def write_outcome(path: Path, model: str, seed: int) -> None:
    """Adds the outcome of one finished trial to its events; runs in a process with TensorFlow."""
    begin(None)
    import tensorflow

    run = RunFolder(path)
    folder = run.trial(model, seed)
    metrics: Any = read_json(run.metrics(model, seed))
    card: Any = read_json(run.data_card)
    class_names = card["class_names"]
    varied = hyperparameters(settings_of(run, model), model) | {"seed": seed} | asdict(Cleaner.of(card))
    test = read_predictions(run.predictions(model, seed), class_names)["test"]
    labels, predicted, probabilities = test.labels, test.predicted, test.probabilities
    with tensorflow.summary.create_file_writer(str(folder)).as_default(step=0):
        _write_scalars(f"{model} {seed} {path.resolve().name}", varied, metrics)
        _write_curves(labels, probabilities, class_names)
        tensorflow.summary.image("test/confusion matrix", _confusion_image(metrics, class_names)[None])
        texts = load_texts(run.prepared(seed))["test"].texts
        for kind, text in _samples(texts, labels, predicted, probabilities, class_names).items():
            tensorflow.summary.text(f"test/{kind}", text)
    write_embedding(run, model, seed, folder)
    run.shown_in_tensorboard(model, seed).touch()


def write_search_outcome(folder: Path, trial: str, varied: dict[str, bool | int | float | str], metrics: dict) -> None:
    """Adds the outcome of a trial of a search to its events: its settings, and how it did on validation."""
    import tensorflow
    from tensorboard.plugins.hparams import api

    with tensorflow.summary.create_file_writer(str(folder)).as_default(step=0):
        api.hparams(varied, trial_id=trial)
        for name in ("loss", "accuracy"):
            tensorflow.summary.scalar(f"search/validation_{name}", metrics["validation"][name])
        tensorflow.summary.scalar("search/train_accuracy", metrics["train"]["accuracy"])
        tensorflow.summary.scalar("trial/seconds_total", metrics["seconds_total"])


def _write_scalars(trial: str, varied: dict[str, bool | int | float | str], metrics: dict) -> None:
    """Scores and costs, and the table of hyper-parameters that lists them."""
    import tensorflow
    from tensorboard.plugins.hparams import api

    scalars = {f"test/{metric.name}": metrics["test"][metric.name] for metric in shown_in(Table.TENSORBOARD)}
    scalars |= {f"trial/{name}": metrics[name] for name in COSTS}
    scalars |= {f"trial/texts_per_second_at_{size}": speed for size, speed in metrics["texts_per_second"].items()}
    scalars = {name: value for name, value in scalars.items() if value is not None}
    api.hparams(varied, trial_id=trial)
    for name, value in scalars.items():
        tensorflow.summary.scalar(name, value)


def _write_curves(labels: np.ndarray, probabilities: np.ndarray, class_names: list[str]) -> None:
    """Precision against recall: of the second of two classes, or of each class against the rest."""
    import tensorflow
    from tensorboard.plugins.pr_curve import summary

    for at, name in list(enumerate(class_names))[1 if len(class_names) == 2 else 0 :][:CURVES]:
        curve = summary.pb(f"test/{name}", labels == at, np.clip(probabilities[:, at], 0, 1))
        tensorflow.summary.experimental.write_raw_pb(curve.SerializeToString())


def _confusion_image(metrics: dict, class_names: list[str]) -> np.ndarray:
    """The confusion matrix of the test texts as a picture, `uint8` of shape `(height, width, 4)`."""
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
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def _samples(
    texts: list[str], labels: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray, class_names: list[str]
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
