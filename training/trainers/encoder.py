"""Trains a head on a frozen pretrained encoder, and with `--unfreeze` the encoder's last blocks after it.

The encoder runs once per text; its features are kept in the user's cache, so that a second run skips it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.cleaning import strip_markup
from data.files import UNFINISHED, whole
from data.splitting import PARTS
from models.description import Description
from training import memory
from training.ending import TimeIsUp, ending
from training.settings import Settings
from training.trainers.trained import Task, Trained, predict, rows, save_weights, trainable_count

Tokens = dict[str, tuple[np.ndarray, np.ndarray]]


def train(task: Task) -> Trained:
    """Trains the head, and what `--unfreeze` says of the encoder.

    Raises:
        BackboneUnavailable: the weights cannot be had.
    """
    from models.encoder.backbones import locate_backbone, tokenize
    from models.encoder.features import cached_features
    from models.encoder.head import build_head, join
    from models.encoder.weights import cache_directory
    from models.framework import make_deterministic
    from models.quiet import quiet_stderr
    from training.fitting.fit import fit

    settings, seed, parts, folder, line = task.settings, task.seed, task.parts, task.folder, task.progress_title
    backbone = locate_backbone(settings.backbone)
    texts = {
        part: found.cleaned if settings.backbone_cleaned else [strip_markup(text) for text in found.texts]
        for part, found in parts.items()
    }
    new_texts = 0

    def show_progress(done: int, new: int) -> None:
        nonlocal new_texts
        new_texts = new
        if done < new and ending.time_is_up():
            raise TimeIsUp(f"--time-limit {settings.time_limit} was over with {done:,} of {new:,} texts encoded")
        if done or not new:
            print(f"{line:<22} {backbone.label}: {done:,} of {new:,} new texts encoded", flush=True)

    with quiet_stderr():
        loaded = backbone.load()
    estimate = _estimate_memory(loaded.model, settings)
    memory.require(estimate, settings)
    compiled = loaded.model.jit_compile  # Keras's choice, asked before determinism takes XLA away
    everything = cached_features(
        loaded,
        [text for part in PARTS for text in texts[part]],
        settings.backbone_length,
        settings.pooling,
        cache_dir=cache_directory() / "features",
        progress=show_progress,
    )
    ends = np.cumsum([len(texts[part]) for part in PARTS])
    features = dict(zip(PARTS, np.split(everything, ends[:-1]), strict=True))
    make_deterministic(seed)
    width = features["train"].shape[1]
    head = build_head(width, task.classes)
    history = fit(
        head,
        (features["train"], parts["train"].labels),
        (features["validation"], parts["validation"].labels),
        settings=settings,
        seed=seed,
        epochs=settings.epochs,
        learning_rate=settings.head_learning_rate,
        batch_size=settings.head_batch_size,
        folder=folder,
        title=line,
    )
    tokens: Tokens = {part: tokenize(loaded, found, settings.backbone_length) for part, found in texts.items()}
    facts = {
        "estimated_memory_mb": estimate,
        "cached_texts": len(everything) - new_texts,
        "wordpiece": _describe_tokens(tokens, loaded.tokenizer),
    }
    if settings.unfreeze:
        history, joined = _unfreeze(settings, loaded, head, texts, parts, seed, folder, line)
        files = {"unfrozen": "unfrozen.weights.h5"}
        with whole(folder / files["unfrozen"]) as aside:
            joined.save_weights(aside)
        weights = f"{backbone.label}, last {settings.unfreeze} blocks trained"
        inputs = {part: {"token_ids": ids, "padding_mask": mask} for part, (ids, mask) in tokens.items()}
    else:
        joined = join(loaded, head, settings.pooling)
        files = {"model": save_weights(head, build_head(width, task.classes), folder)}
        weights = backbone.label
    joined.jit_compile = compiled

    def answer_texts(texts: list[str], cleaned: list[str]) -> np.ndarray:
        read = cleaned if settings.backbone_cleaned else [strip_markup(text) for text in texts]
        token_ids, padding_mask = tokenize(loaded, read, settings.backbone_length)
        return joined.predict_on_batch({"token_ids": token_ids, "padding_mask": padding_mask})

    return Trained(
        description=Description(
            name=task.architecture.name,
            title=f"{task.architecture.name} ({weights})",
            family=task.architecture.family,
            seed=seed,
            reads=f"the first {settings.backbone_length} word pieces of the "
            + ("cleaned words" if settings.backbone_cleaned else "text as written, without markup and addresses"),
            files=files,
            keep_negations=task.keep_negations,
            cleaned=settings.backbone_cleaned,
            sequence_length=settings.backbone_length,
            weights=backbone.label,
            weights_key=backbone.key,
            backbone=settings.backbone,
            pooling=settings.pooling,
            unfrozen=settings.unfreeze,
        ),
        probabilities=predict(joined, inputs) if settings.unfreeze else predict(head, features),
        answer=_answerer(joined, *tokens["test"]),
        answer_texts=answer_texts,
        parameters=joined.count_params(),
        trainable_parameters=trainable_count(joined),
        history=history,
        facts=facts,
    )


def _estimate_memory(encoder, settings: Settings) -> float:
    """In MB, from the sizes that keras-nlp's encoders carry."""
    blocks = settings.unfreeze
    per_block = 4 * encoder.hidden_dim**2 + 2 * encoder.hidden_dim * encoder.intermediate_dim
    return memory.network_mb(
        blocks * per_block,
        settings.unfreeze_batch_size,
        settings.backbone_length,
        encoder.hidden_dim,
        encoder.num_heads,
        blocks,
    )


def _unfreeze(settings: Settings, backbone, head, texts: dict, parts: dict, seed: int, folder: Path, line: str):
    """Trains the last blocks together with the trained head; the history and the whole model."""
    import keras

    from models.encoder.unfreezing import StateBatches, compute_states, join_split, split_at, stack_head
    from models.framework import make_deterministic
    from training.fitting.fit import fit

    make_deterministic(seed)  # the head may have been trained by an earlier process
    lower, upper = split_at(backbone, settings.unfreeze, settings.pooling)
    model = stack_head(upper, head)
    unfrozen = folder / "unfrozen"
    unfrozen.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=UNFINISHED) as states:
        batches = {
            part: StateBatches(
                compute_states(backbone, lower, texts[part], settings.backbone_length, Path(states) / f"{part}.npy"),
                keras.utils.to_categorical(parts[part].labels, model.output_shape[-1]),
                settings.unfreeze_batch_size,
                seed,
            )
            for part in ("train", "validation")
        }
        history = fit(
            model,
            batches["train"],
            batches["validation"],
            settings=settings,
            seed=seed,
            epochs=settings.unfreeze_epochs,
            learning_rate=settings.unfreeze_learning_rate,
            batch_size=settings.unfreeze_batch_size,
            folder=unfrozen,
            title=f"{line} +{settings.unfreeze} blocks",
        )
    return history, join_split(lower, upper, head)


def _answerer(joined, token_ids: np.ndarray, padding_mask: np.ndarray) -> Callable[[int], object]:
    """Answers the first texts, cut to the longest of them as in use."""

    def answer(size: int):
        mask = rows(padding_mask, size)
        longest = mask.sum(axis=1).max()
        return joined.predict_on_batch(
            {"token_ids": rows(token_ids, size)[:, :longest], "padding_mask": mask[:, :longest]}
        )

    return answer


def _describe_tokens(tokens: Tokens, tokenizer) -> dict[str, dict[str, float]]:
    """Share of the word pieces the tokenizer knows, and of the texts it cuts at the length limit, by split."""
    unknown = tokenizer.token_to_id(getattr(tokenizer, "oov_token", "<unk>"))
    return {
        "coverage": {part: 1 - float((ids[mask > 0] == unknown).mean()) for part, (ids, mask) in tokens.items()},
        "cut": {part: float(mask.all(axis=1).mean()) for part, (_, mask) in tokens.items()},
    }
