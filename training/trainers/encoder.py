"""Trains a head on a frozen pretrained encoder, and with `--unfreeze` the encoder's last blocks after it.

The encoder runs once per text; its features are kept in the user's cache, so that a second run skips it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from data.cleaning import strip_markup
from data.words.cutting import KEPT
from models.description import Description
from training.ending import ending
from training.fitting.history import History, count_epochs
from training.measuring import memory
from training.setting_values import ALL, FLOAT32
from training.settings import Settings
from training.trainers.encoder_blocks import counted_blocks, save_unfrozen, train_blocks
from training.trainers.encoder_features import Source, choose_sources, encode_parts
from training.trainers.encoder_weights import decide_weights
from training.trainers.trained import MODEL, Task, Trained, answer_some, predict, rows, save_weights, trainable_count

if TYPE_CHECKING:
    import keras

    from models.encoder.backbones import Backbone, BackboneFiles

UNFROZEN = "unfrozen.weights.h5"
ANSWERED_AT_ONCE = 32
Tokens = dict[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Fitted:
    """What training came to.

    Attributes:
        model: from token ids and padding mask to probabilities.
        history: of all phases.
        probabilities: by split.
        unfrozen: how many of the encoder's blocks were trained.
    """

    model: keras.Model
    history: History
    probabilities: dict[str, np.ndarray]
    unfrozen: int = 0


def train(task: Task) -> Trained:
    """Trains the head, and what `--unfreeze` says of the encoder.

    Raises:
        BackboneUnavailable: the weights cannot be had.
        OtherWeights: another seed was trained on others.
    """
    from models.backends.precision import training_precision
    from models.encoder.backbones import tokenize
    from models.encoder.unfreezing import block_count
    from models.quiet import quiet_stderr

    files = decide_weights(task)
    with quiet_stderr():
        backbone = learning = files.load(task.settings.side_cut)
        if task.settings.precision != FLOAT32:
            with training_precision(task.settings.precision):
                learning = files.load(task.settings.side_cut)
    if task.settings.unfreeze == ALL:
        task = replace(task, settings=replace(task.settings, unfreeze=block_count(backbone)))
    settings = task.settings
    texts = {part: _as_read(task, raw, task.cleaned[part]) for part, raw in task.texts.items()}
    tokens: Tokens = {part: tokenize(backbone, found, settings.backbone_length) for part, found in texts.items()}
    estimate = _estimate_memory(backbone.model, settings, tokens)
    memory.require(estimate, settings, "--backbone-length or --unfreeze")
    compiled = backbone.model.jit_compile  # Keras's choice, asked before determinism takes XLA away
    learned, judged = choose_sources(task, files, backbone, learning, texts)
    if not task.described.exists():  # before there is a checkpoint, so that no other weights go on from it
        _describe(task, files, learned, judged, settings.blocks_trained).save(task.described)
    features, new_texts = encode_parts(task, learned, judged, texts)
    head, history = _train_head(task, features)
    fitted = _finish(task, backbone, learning, head, history, features, texts, tokens)
    fitted.model.jit_compile = compiled

    def answer_texts(raw: list[str], cleaned: list[str]) -> np.ndarray:
        token_ids, padding_mask = tokenize(backbone, _as_read(task, raw, cleaned), settings.backbone_length)
        return answer_some(fitted.model, {"token_ids": token_ids, "padding_mask": padding_mask})

    last_phase = settings.unfreeze_epochs + count_epochs(history) if fitted.unfrozen else settings.epochs
    return Trained(
        description=_describe(task, files, learned, judged, fitted.unfrozen),
        probabilities=fitted.probabilities,
        answer=lambda size: _answer(fitted.model, *tokens["test"], size),
        most_at_once=ANSWERED_AT_ONCE,
        answer_texts=answer_texts,
        parameters=fitted.model.count_params(),
        trainable_parameters=trainable_count(fitted.model),
        history=fitted.history,
        facts={
            "estimated_memory_mb": estimate,
            "cached_texts": sum(map(len, texts.values())) - new_texts,
            "learned_precision": learned.precision,
            "wordpiece": _describe_tokens({part: tokens[part] for part in task.parts}, backbone.tokenizer),
            "epochs_allowed": last_phase,
            "epochs_setting": "--unfreeze-epochs" if fitted.unfrozen else "--epochs",
        },
    )


def _as_read(task: Task, texts: Sequence[str], cleaned: Sequence[str]) -> list[str]:
    """Texts as the encoder reads them."""
    return list(cleaned) if task.settings.backbone_cleaned else [strip_markup(text) for text in texts]


def _train_head(task: Task, features: dict[str, np.ndarray]) -> tuple[keras.Model, History]:
    """The head, trained on the features, and its history."""
    from models.encoder.head import build_head
    from models.framework import make_deterministic
    from training.fitting.fit import fit

    settings, parts = task.settings, task.parts
    make_deterministic(task.seed)
    head = build_head(features["train"].shape[1], task.classes, settings.head_dropout)
    history = fit(
        head,
        (features["train"], parts["train"].labels, task.weights("train")),
        (features["validation"], parts["validation"].labels, task.weights("validation")),
        settings=settings,
        seed=task.seed,
        epochs=settings.epochs,
        learning_rate=settings.head_learning_rate,
        batch_size=settings.head_batch_size,
        folder=task.folder,
        title=task.progress_title,
    )
    return head, history


def _finish(
    task: Task,
    backbone: Backbone,
    learning: Backbone,
    head: keras.Model,
    history: History,
    features: dict[str, np.ndarray],
    texts: dict[str, list[str]],
    tokens: Tokens,
) -> Fitted:
    """Trains the encoder's last blocks too where that is asked for and there is time, and saves what came out."""
    from models.encoder.head import build_head, join

    if task.settings.unfreeze and not ending.cut_short:
        ending.cut_short = ending.time_is_up()
    if task.settings.unfreeze and not ending.cut_short:
        model, history = train_blocks(task, backbone, learning, head, texts, history)
        save_unfrozen(model, task.folder / UNFROZEN)
        inputs = {part: {"token_ids": ids, "padding_mask": mask} for part, (ids, mask) in tokens.items()}
        return Fitted(model, history, predict(model, inputs), task.settings.blocks_trained)
    untrained = build_head(features["train"].shape[1], task.classes, task.settings.head_dropout)
    save_weights(head, untrained, task.folder)
    return Fitted(join(backbone, head, task.settings.pooling), history, predict(head, features))


def _describe(task: Task, files: BackboneFiles, learned: Source, judged: Source, unfrozen: int) -> Description:
    settings = task.settings
    weights = f"{files.label}, last {counted_blocks(unfrozen)} trained" if unfrozen else files.label
    sample = f", {len(task.parts['train'].labels):,} training texts" if task.stored else ""
    what = "cleaned words" if settings.backbone_cleaned else "text as written, without markup and addresses"
    return Description(
        name=task.architecture.name,
        title=f"{task.architecture.name} ({weights}{sample})",
        family=task.architecture.family,
        seed=task.seed,
        reads=f"the {KEPT[settings.side_cut]} {settings.backbone_length} word pieces of the {what}",
        files={"unfrozen": UNFROZEN} if unfrozen else {"model": MODEL},
        cleaning=task.cleaner,
        cleaned=settings.backbone_cleaned,
        sequence_length=settings.backbone_length,
        truncation_side=settings.side_cut,
        weights=files.label,
        weights_key=files.key,
        backbone=files.name,
        pooling=settings.pooling,
        features_key=judged.key,
        learned_features_key=learned.key,
        unfrozen=unfrozen,
    )


def _estimate_memory(encoder: keras.Model, settings: Settings, tokens: Tokens) -> float:
    """In MB, from the sizes that keras-nlp's encoders carry and the longest text."""
    blocks = settings.blocks_trained
    per_block = 4 * encoder.hidden_dim**2 + 2 * encoder.hidden_dim * encoder.intermediate_dim
    longest = max(int(mask.sum(axis=1).max()) for _, mask in tokens.values())
    return memory.network_mb(
        blocks * per_block,
        settings.unfreeze_batch_size,
        longest,
        encoder.hidden_dim,
        encoder.num_heads,
        blocks,
        settings.devices,
        # A joined model that was trained answers all splits, the head of a frozen encoder only their features.
        memory.LARGEST_ANSWERED_BATCH if blocks else ANSWERED_AT_ONCE,
    )


def _answer(model: keras.Model, token_ids: np.ndarray, padding_mask: np.ndarray, size: int) -> None:
    """Answers the first texts at once, cut to their longest as in use."""
    token_ids, padding_mask = rows(token_ids, size), rows(padding_mask, size)
    longest = padding_mask.sum(axis=1).max()
    model.predict_on_batch({"token_ids": token_ids[:, :longest], "padding_mask": padding_mask[:, :longest]})


def _describe_tokens(tokens: Tokens, tokenizer: keras.layers.Layer) -> dict[str, dict[str, float]]:
    """Share of the word pieces the tokenizer knows, and of the texts it cuts at the length limit, by split."""
    unknown = tokenizer.token_to_id(getattr(tokenizer, "oov_token", "<unk>"))
    return {
        "coverage": {part: 1 - float((ids[mask > 0] == unknown).mean()) for part, (ids, mask) in tokens.items()},
        "cut": {part: float(mask.all(axis=1).mean()) for part, (_, mask) in tokens.items()},
    }
