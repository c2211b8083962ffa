"""How each kind of model is trained: the three small ones alike, DistilBERT's head on features, the linear reference.

Every trainer returns a `Trained`, so that all are evaluated by the same code. The heavy imports are
inside the functions: the linear reference needs no Keras, the small models need no keras-nlp.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data.cleaning import strip_markup
from data.preparing import Part, load_ids
from training.layout import RunFolder
from training.settings import Settings


@dataclass(frozen=True)
class Trained:
    """A trained model, as far as evaluation needs to know it.

    Attributes:
        title: its name beside a number; where weights stood in for others, it names them.
        probabilities: for each split, an array of shape `(n, classes)`.
        answer: answers a batch of the given number of test texts, from prepared input.
        parameters: all weights.
        trainable_parameters: those that were trained.
        history: a value per epoch for each name, empty where there are no epochs.
        facts: what else a reader should know.
    """

    title: str
    probabilities: dict[str, np.ndarray]
    answer: Callable[[int], object]
    parameters: int
    trainable_parameters: int
    history: dict[str, list[float]] = field(default_factory=dict)
    facts: dict = field(default_factory=dict)


def train_small(
    name: str, settings: Settings, run: RunFolder, seed: int, parts: dict[str, Part], classes: int
) -> Trained:
    """Trains `rnn`, `lstm` or `transformer` on the token ids."""
    from models.settings import Architecture
    from training.fitting import fit
    from training.framework import make_deterministic

    make_deterministic(seed)
    ids = load_ids(run.prepared(seed))
    architecture = Architecture(
        classes,
        settings.vocabulary_size,
        settings.sequence_length,
        settings.width,
        settings.dropout,
        settings.mask,
        settings.initialization,
    )
    build = importlib.import_module(f"models.{name}").build
    model = build(architecture)
    folder = run.trial(name, seed)
    history = fit(
        model,
        (ids["train"], parts["train"].labels),
        (ids["validation"], parts["validation"].labels),
        settings=settings,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        folder=folder,
        title=_title(name, settings, seed),
    )
    _save_weights(model, build(architecture), folder)
    return Trained(
        title=name,
        probabilities=_predict(model, ids),
        answer=lambda size: model.predict_on_batch(_rows(ids["test"], size)),
        parameters=model.count_params(),
        trainable_parameters=_trainable(model),
        history=history,
        facts={"reads": f"the first {settings.sequence_length} cleaned words"},
    )


def train_distilbert(
    name: str, settings: Settings, run: RunFolder, seed: int, parts: dict[str, Part], classes: int
) -> Trained:
    """Trains the head on the features of the frozen backbone, which are computed once per text and kept.

    Raises:
        BackboneUnavailable: the weights cannot be had.
    """
    from models.backbones import locate_backbone, tokenize
    from models.distilbert import build_head, join
    from models.features import cached_features
    from models.weights import cache_directory
    from training.fitting import fit
    from training.framework import make_deterministic, quiet_stderr

    backbone = locate_backbone(settings.backbone)
    title = f"{name} ({backbone.label})"
    count = sum(len(part.texts) for part in parts.values())
    print(f"{_title(name, settings, seed)} {count:,} texts through the frozen encoder, {backbone.label}", flush=True)
    with quiet_stderr():
        loaded = backbone.load()
    texts = {
        part: found.cleaned if settings.backbone_cleaned else [strip_markup(text) for text in found.texts]
        for part, found in parts.items()
    }
    features = {
        part: cached_features(
            loaded, found, settings.backbone_length, settings.pooling, cache_dir=cache_directory() / "features"
        )
        for part, found in texts.items()
    }
    make_deterministic(seed)
    width = features["train"].shape[1]
    head = build_head(width, classes)
    folder = run.trial(name, seed)
    history = fit(
        head,
        (features["train"], parts["train"].labels),
        (features["validation"], parts["validation"].labels),
        settings=settings,
        learning_rate=settings.head_learning_rate,
        batch_size=settings.head_batch_size,
        folder=folder,
        title=_title(name, settings, seed),
    )
    _save_weights(head, build_head(width, classes), folder)
    joined = join(loaded, head, settings.pooling)
    tokens = {part: tokenize(loaded, found, settings.backbone_length) for part, found in texts.items()}
    token_ids, padding_mask = tokens["test"]

    def answer(size: int):
        mask = _rows(padding_mask, size)
        longest = mask.sum(axis=1).max()
        return joined.predict_on_batch(
            {"token_ids": _rows(token_ids, size)[:, :longest], "padding_mask": mask[:, :longest]}
        )

    return Trained(
        title=title,
        probabilities=_predict(head, features),
        answer=answer,
        parameters=joined.count_params(),
        trainable_parameters=_trainable(head),
        history=history,
        facts={
            "weights": backbone.label,
            "weights_key": backbone.key,
            "pooling": settings.pooling,
            "wordpiece": _describe_tokens(tokens, loaded.tokenizer),
            "reads": f"the first {settings.backbone_length} word pieces of the "
            + ("cleaned words" if settings.backbone_cleaned else "text as written, without markup and addresses"),
        },
    )


def train_linear(
    name: str, settings: Settings, run: RunFolder, seed: int, parts: dict[str, Part], classes: int
) -> Trained:
    """Fits the linear reference on the whole cleaned texts; validation chooses its settings."""
    from models import linear

    train, validation, test = (parts[part] for part in ("train", "validation", "test"))
    pipeline, chosen = linear.fit(train.cleaned, train.labels, validation.cleaned, validation.labels, seed)
    print(f"{_title(name, settings, seed)} TF-IDF of {chosen}, chosen on validation", flush=True)
    parameters = linear.parameter_count(pipeline)
    return Trained(
        title=name,
        probabilities={part: pipeline.predict_proba(found.cleaned) for part, found in parts.items()},
        answer=lambda size: pipeline.predict_proba(_rows(np.array(test.cleaned, dtype=object), size)),
        parameters=parameters,
        trainable_parameters=parameters,
        facts={"chosen": chosen, "reads": "the whole cleaned text"},
    )


TRAINERS = {
    "rnn": train_small,
    "lstm": train_small,
    "transformer": train_small,
    "distilbert": train_distilbert,
    "linear": train_linear,
}


def _describe_tokens(tokens: dict[str, tuple[np.ndarray, np.ndarray]], tokenizer) -> dict[str, dict[str, float]]:
    """Share of the word pieces the tokenizer knows, and of the texts it cuts at the length limit, by split."""
    unknown = tokenizer.token_to_id(getattr(tokenizer, "oov_token", "<unk>"))
    return {
        "coverage": {part: 1 - float((ids[mask > 0] == unknown).mean()) for part, (ids, mask) in tokens.items()},
        "cut": {part: float(mask.all(axis=1).mean()) for part, (_, mask) in tokens.items()},
    }


def _title(name: str, settings: Settings, seed: int) -> str:
    return f"{name} (seed {seed})" if settings.seeds > 1 else name


def _rows(array: np.ndarray, size: int) -> np.ndarray:
    """`size` rows, from the start again where there are fewer."""
    return array[np.arange(size) % len(array)]


def _predict(model, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {part: model.predict(array, batch_size=256, verbose=0) for part, array in inputs.items()}


def _trainable(model) -> int:
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def _save_weights(model, untrained, folder: Path) -> None:
    """Saves without optimizer and loss, so that loading needs nothing of `training`."""
    untrained.set_weights(model.get_weights())
    untrained.save(folder / "model.keras")
