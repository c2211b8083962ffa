"""How networks are trained."""

from __future__ import annotations

from dataclasses import dataclass

from training import setting_values as values
from training.setting_fields.field import setting


@dataclass(frozen=True)
class TrainingSettings:
    """How networks are trained."""

    student_batch_size: int = setting(
        64, "texts per step of that; it learns from the unlabelled ones too", "training", values.whole_number(1)
    )
    student_word_dropout: float = setting(
        0.4,
        "share of a text's words that the student is not shown in training, others in each epoch (texts that no split "
        "reads: log loss 0.219 against 0.227 with 0.1 and the same accuracy on 20newsgroups, ten splits; on its twenty "
        "classes 0.935 against 0.997 and accuracy 73.2 against 72.0, two)",
        "training",
        values.number(0, 1),
    )
    class_weights: str = setting(
        values.NONE,
        "balanced: in training, and where validation chooses, each class weighs the same however many texts it has, "
        "which finds more of a rare class at the cost of more false alarms; none: each text weighs the same",
        "training",
        choices=(values.NONE, values.BALANCED),
    )
    precision: str = setting(
        values.FLOAT32,
        "of the numbers in training; mixed: 16 bits (bfloat16) where a network multiplies and 32 elsewhere, which is "
        "faster on GPUs that have them; it answers, and is exported, with 32",
        "training",
        choices=(values.FLOAT32, values.MIXED),
    )
    epochs: int = setting(40, "most epochs", "training", values.whole_number(1))
    batch_size: int = setting(
        32,
        "texts per step, small models (LSTM: validation accuracy 86.6, against 85.4 with 16 and 85.6 with 64, mean of "
        "six splits of 20newsgroups)",
        "training",
        values.whole_number(1),
    )
    learning_rate: float = setting(1e-3, "of Adam, small models", "training", values.learning_rate)
    head_batch_size: int = setting(32, "texts per step, DistilBERT's head", "training", values.whole_number(1))
    head_learning_rate: float = setting(1e-3, "of Adam, DistilBERT's head", "training", values.learning_rate)
    head_dropout: float = setting(
        0.3, "share of activations dropped in training of DistilBERT's head", "training", values.number(0, 1)
    )
    unfreeze: int | str = setting(
        0,
        "blocks of the pretrained encoder, from the last, to train too once the head is trained, or all of them; 2 "
        "take some three minutes for 3,000 texts",
        "training",
        values.word_or(values.ALL, values.whole_number(0)),
        metavar="N|all",
    )
    unfreeze_epochs: int = setting(5, "most epochs of that", "training", values.whole_number(1))
    unfreeze_learning_rate: float = setting(
        5e-5, "of Adam for that; pretrained weights are wrecked by more", "training", values.learning_rate
    )
    unfreeze_batch_size: int = setting(16, "texts per step of that", "training", values.whole_number(1))
    weight_decay: float = setting(1e-4, "of Adam, decoupled", "training", values.number(0))
    label_smoothing: float = setting(
        0.05, "share of the target spread over all classes", "training", values.number(0, 1)
    )
    clip_norm: float = setting(1.0, "longest gradient, over all weights together", "training", values.number(0))
    early_stopping_patience: int = setting(
        5, "epochs without a better validation loss until the end", "training", values.whole_number(0)
    )
    plateau_patience: int = setting(
        2,
        "epochs without a better validation loss until the learning rate falls; it must be less than "
        "--early-stopping-patience to act at all",
        "training",
        values.whole_number(0),
    )
    plateau_factor: float = setting(
        0.5, "what the learning rate is then multiplied by", "training", values.number(0, 1)
    )
