"""Which settings concern a model: what TensorBoard's table of hyper-parameters lists beside its scores."""

from __future__ import annotations

from models.catalog import CATALOG, Family
from training.settings import Settings

ALWAYS = ("recipe", "sample", "class_weights")
IN_EPOCHS = (
    "epochs",
    "precision",
    "weight_decay",
    "label_smoothing",
    "clip_norm",
    "early_stopping_patience",
    "plateau_patience",
    "plateau_factor",
)
# Of these a student has settings of its own.
STUDENT_HAS = ("vocabulary_size", "sequence_length", "batch_size", "word_dropout")
WORDS = (
    "truncation_side",
    "width",
    "dropout",
    "mask",
    "initialization",
    "norm_first",
    "block_dropout",
    "consistency",
    "word_vectors",
    "word_vector_scale",
    "word_vector_rate",
    "learning_rate",
)
ENCODER = (
    "backbone",
    "backbone_length",
    "truncation_side",
    "backbone_precision",
    "backbone_cleaned",
    "pooling",
    "head_batch_size",
    "head_learning_rate",
    "head_dropout",
)
UNFREEZING = ("unfreeze", "unfreeze_epochs", "unfreeze_learning_rate", "unfreeze_batch_size")


def hyperparameters(settings: Settings, model: str) -> dict[str, bool | int | float | str]:
    """The settings that concern how a model was trained, and its name; what it does not use is left out."""
    family = CATALOG[model].family
    names = [*ALWAYS]
    if CATALOG[model].taught:
        names += ["student", *(f"student_{name}" for name in STUDENT_HAS), *WORDS, *IN_EPOCHS]
    elif family is Family.WORDS:
        names += [*STUDENT_HAS, *WORDS, *IN_EPOCHS]
    elif family is Family.ENCODER:
        names += [*ENCODER, *IN_EPOCHS, *(UNFREEZING if settings.unfreeze else ())]
    return {"model": model} | {name: getattr(settings, name) for name in names}
