"""The parameters of the estimator: the settings of a run that matter for one model, by the same names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from models.catalog import CATALOG, DEFAULT
from models.serving.formats import FORMATS
from training.command_line import SettingsError, settings_of
from training.setting_values import ALL, BALANCED, did_you_mean
from training.settings import Settings

OWN = {"model", "random_state", "class_weight", "others", "verbose"}  # what is no setting of a run by that name
LARGEST_SEED = 2**31 - 1


class Parameters(BaseEstimator):
    """Keeps what is given as it is given, as scikit-learn asks; it is looked at when the model is fitted.

    Every parameter but the first six is the setting of `python -m training.run` by that name, see its `--help`; `None`
    is what the recipe says. A `backend` of `auto` is TensorFlow here, which has to export the model too.

    Args:
        model: name of an architecture, of `models.catalog`.
        recipe: which defaults the settings have.
        random_state: decides the validation split, first weights and order: the `--seed` of a run.
        class_weight: `"balanced"`, or what a text of each class weighs; `None` for 1 each.
        others: models that an ensemble is picked from, or that may teach a student; `None`: those of the default run.
        formats: how the trained model is exported. The first of them answers.
        verbose: 1 prints what a run prints, line by line.
    """

    def __init__(
        self,
        model: str = "lstm",
        recipe: str = "sound",
        random_state: int | np.random.RandomState | None = 0,
        class_weight: str | Mapping[Any, float] | None = None,
        others: Sequence[str] | None = None,
        formats: Sequence[str] = ("onnx",),
        verbose: int = 0,
        language: str | None = None,
        keep_negations: bool | None = None,
        near_duplicates: float | None = None,
        unlabelled_sample: int | str | None = None,
        vector_sample: int | None = None,
        vocabulary_size: int | str | None = None,
        sequence_length: int | str | None = None,
        truncation_side: str | None = None,
        word_vectors: str | None = None,
        word_vector_scale: float | None = None,
        word_vector_rate: float | str | None = None,
        width: int | None = None,
        dropout: float | None = None,
        head_dropout: float | None = None,
        mask: bool | None = None,
        initialization: str | None = None,
        norm_first: bool | None = None,
        block_dropout: float | None = None,
        word_dropout: float | None = None,
        consistency: float | None = None,
        backbone: str | None = None,
        backbone_length: int | None = None,
        backbone_precision: str | None = None,
        backbone_cleaned: bool | None = None,
        pooling: str | None = None,
        student: str | None = None,
        student_vocabulary_size: int | str | None = None,
        student_sequence_length: int | str | None = None,
        student_batch_size: int | None = None,
        student_word_dropout: float | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        head_batch_size: int | None = None,
        head_learning_rate: float | None = None,
        unfreeze: int | str | None = None,
        unfreeze_epochs: int | None = None,
        unfreeze_learning_rate: float | None = None,
        unfreeze_batch_size: int | None = None,
        weight_decay: float | None = None,
        label_smoothing: float | None = None,
        clip_norm: float | None = None,
        early_stopping_patience: int | None = None,
        plateau_patience: int | None = None,
        plateau_factor: float | None = None,
        devices: int | None = None,
        memory_limit: str | None = None,
        time_limit: str | None = None,
        backend: str | None = None,
        device: str | None = None,
        precision: str | None = None,
    ):
        self.model = model
        self.recipe = recipe
        self.random_state = random_state
        self.class_weight = class_weight
        self.others = others
        self.formats = formats
        self.verbose = verbose
        self.language = language
        self.keep_negations = keep_negations
        self.near_duplicates = near_duplicates
        self.unlabelled_sample = unlabelled_sample
        self.vector_sample = vector_sample
        self.vocabulary_size = vocabulary_size
        self.sequence_length = sequence_length
        self.truncation_side = truncation_side
        self.word_vectors = word_vectors
        self.word_vector_scale = word_vector_scale
        self.word_vector_rate = word_vector_rate
        self.width = width
        self.dropout = dropout
        self.head_dropout = head_dropout
        self.mask = mask
        self.initialization = initialization
        self.norm_first = norm_first
        self.block_dropout = block_dropout
        self.word_dropout = word_dropout
        self.consistency = consistency
        self.backbone = backbone
        self.backbone_length = backbone_length
        self.backbone_precision = backbone_precision
        self.backbone_cleaned = backbone_cleaned
        self.pooling = pooling
        self.student = student
        self.student_vocabulary_size = student_vocabulary_size
        self.student_sequence_length = student_sequence_length
        self.student_batch_size = student_batch_size
        self.student_word_dropout = student_word_dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.head_batch_size = head_batch_size
        self.head_learning_rate = head_learning_rate
        self.unfreeze = unfreeze
        self.unfreeze_epochs = unfreeze_epochs
        self.unfreeze_learning_rate = unfreeze_learning_rate
        self.unfreeze_batch_size = unfreeze_batch_size
        self.weight_decay = weight_decay
        self.label_smoothing = label_smoothing
        self.clip_norm = clip_norm
        self.early_stopping_patience = early_stopping_patience
        self.plateau_patience = plateau_patience
        self.plateau_factor = plateau_factor
        self.devices = devices
        self.memory_limit = memory_limit
        self.time_limit = time_limit
        self.backend = backend
        self.device = device
        self.precision = precision

    def settings(self) -> Settings:
        """The settings of the run that fits this model.

        Raises:
            ValueError: a parameter is impossible.
        """
        if self.model not in CATALOG:
            near = did_you_mean(str(self.model), CATALOG)
            raise ValueError(f"model={self.model!r}{near} is none of {', '.join(CATALOG)}.")
        if not self.formats or set(self.formats) - set(FORMATS):
            raise ValueError(f"formats={self.formats!r}: name at least one of {', '.join(FORMATS)}.")
        given = {name: value for name, value in self.get_params(deep=False).items() if name not in OWN}
        given |= {
            "models": [*self._others(), self.model],
            "seed": self._seed(),
            "class_weights": BALANCED if self._balanced() else None,
        }
        try:
            return replace(settings_of(given), sample=ALL)
        except SettingsError as error:
            raise ValueError(str(error)) from None

    def _others(self) -> list[str]:
        """The models that have to be trained too."""
        if not CATALOG[self.model].needs:
            return []
        if self.others is not None:
            return [name for name in self.others if name != self.model]
        before = list(CATALOG)[: list(CATALOG).index(self.model)]
        return [name for name in before if name in DEFAULT]

    def _balanced(self) -> bool:
        if self.class_weight is None or isinstance(self.class_weight, Mapping):
            return False
        if self.class_weight != BALANCED:
            raise ValueError(f"class_weight={self.class_weight!r} is neither {BALANCED!r} nor a weight for each class.")
        return True

    def _seed(self) -> int:
        if self.random_state is None or isinstance(self.random_state, np.random.RandomState):
            return int(check_random_state(self.random_state).randint(LARGEST_SEED))
        return int(self.random_state)
