"""The models of a run, ready for raw texts, each with what it reads of a text."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.cleaning import Cleaner, strip_markup
from data.messages import reason_of
from data.words.arrays import load_vocabulary
from data.words.cutting import RIGHT
from models.catalog import Family
from models.description import Description
from models.influence import Answerer
from models.linear.arrays import LinearModel
from models.run_folder import RunFolder, RunFolderError
from reports.reading.facts import read_plan

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

BATCH = 64  # texts without one of their words are of like length, so a batch has little padding


@dataclass(frozen=True)
class Reader:
    """A model as `models.influence` needs it.

    Attributes:
        title: its name beside a number.
        reads: what it reads of a text, in words.
        seed: of the trial it comes from.
        answer: raw texts to probabilities `(n, classes)`.
        clean: its cleaning of a raw text, to words separated by spaces.
        known: its vocabulary, `None` where it has word pieces.
        length: how many cleaned words it reads, `None` for all.
        side: on which longer texts are cut.
    """

    title: str
    reads: str
    seed: int
    answer: Answerer
    clean: Callable[[str], str]
    known: Collection[str] | None = None
    length: int | None = None
    side: str = RIGHT


def finished_seeds(run: Path) -> dict[str, list[int]]:
    """The seeds with which each model of a run was trained, models in the order of its settings.

    Raises:
        RunFolderError: the folder is no run folder.
    """
    plan, folder = read_plan(run), RunFolder(run)
    found = {model: [seed for seed in plan.seeds if folder.metrics(model, seed).exists()] for model in plan.models}
    return {model: seeds for model, seeds in found.items() if seeds}


def exported_seed(run: Path, model: str) -> int | None:
    """The seed of the trial whose model was exported, `None` where none was."""
    from models.serving.engines import ExportUnusable, read_classifier

    try:
        return read_classifier(RunFolder(run).export(model))["seed"]
    except (ExportUnusable, KeyError):
        return None


def load_reader(run: Path, model: str, seed: int, others: Mapping[str, Reader] | None = None) -> Reader:
    """Loads the model of one trial: its export where there is one, else what training left.

    Args:
        run: the run folder.
        model, seed: which trial of it.
        others: models that are loaded already, by name: what is the mean of some of them asks these.

    Raises:
        RunFolderError: a file it takes is missing or damaged, its pretrained weights cannot be had, or a library it
            takes is not installed.
    """
    from models.classifier import load_classifier
    from models.exporting.exportable import ExportRefused
    from models.serving.engines import ExportUnusable

    folder = RunFolder(run)
    try:
        description = Description.load(folder.description(model, seed))
        clean = functools.partial(_clean, description.cleaning) if description.cleaned else strip_markup
        members = [(others or {}).get(name) for name in description.members]
        known, length = None, None
        answer: Answerer | None = None
        if members and all(member is not None and member.seed == seed for member in members):
            answer = _mean([member.answer for member in members if member is not None])
        elif exported_seed(run, model) == seed:
            answer = _remembering(load_classifier(run, model).predict_proba)
        if description.family is Family.LINEAR:
            linear = LinearModel.load(folder.trial(model, seed) / description.files["model"])
            known = frozenset(linear.terms)
            answer = answer or _remembering(functools.partial(_answer_linear, linear.pipeline(), clean))
        elif description.family is Family.WORDS:
            vocabulary = load_vocabulary(folder.prepared(seed) / description.arrays)
            known = frozenset(vocabulary[2:])  # without padding and [UNK]
            length = description.sequence_length
        answer = answer or _remembering(_trained(folder, model, seed))
        return Reader(
            description.title, description.reads, seed, answer, clean, known, length, description.truncation_side
        )
    except (RunFolderError, ExportUnusable, ExportRefused, ImportError, OSError, KeyError, ValueError) as error:
        raise RunFolderError(f"{model} (seed {seed}) cannot be loaded: {reason_of(error)}") from error


def _remembering(answer: Answerer) -> Answerer:
    """The same answers; those to the last list of texts are kept, since several models are asked the same one."""
    asked = functools.lru_cache(maxsize=1)(lambda texts: answer(list(texts)))
    return lambda texts: asked(tuple(texts))


def _mean(answerers: Sequence[Answerer]) -> Answerer:
    return lambda texts: np.mean([answer(texts) for answer in answerers], axis=0)


@functools.lru_cache(maxsize=1024)  # the models of a run read the same words, and a long text takes its time
def _clean(cleaner: Cleaner, text: str) -> str:
    return cleaner.clean(text)


def _answer_linear(pipeline: Pipeline, clean: Callable[[str], str], texts: list[str]) -> np.ndarray:
    return pipeline.predict_proba([clean(text) for text in texts])


def _trained(run: RunFolder, model: str, seed: int) -> Answerer:
    os.environ["KERAS_BACKEND"] = "tensorflow"  # it reads what any backend has trained, and strings besides
    import models.framework  # noqa: F401 -- first, since it imports Keras and TensorFlow quietly

    # isort: split
    import tensorflow

    from models.exporting import loading

    graph = loading.load(run, model, seed).graph
    ask = tensorflow.function(lambda texts: graph.probabilities(graph.tokens(texts))).get_concrete_function(
        tensorflow.TensorSpec([None], tensorflow.string)
    )

    def answer(texts: list[str]) -> np.ndarray:
        encoded = [text.encode("utf-8", "replace") for text in texts]
        batches = [encoded[start : start + BATCH] for start in range(0, len(encoded), BATCH)]
        return np.concatenate([ask(tensorflow.constant(batch)).numpy() for batch in batches])

    return answer
