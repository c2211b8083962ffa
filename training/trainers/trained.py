"""What every trainer is given, what it hands to evaluation, and what the trainers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data.cleaning import Cleaner
from data.files import whole
from data.preparing import load_text_weights
from data.splits.leakage import UNLABELLED
from data.splits.parts import Part
from data.splits.unlabelled import Unlabelled
from data.stored.training import StoredTraining
from models.catalog import Architecture
from models.description import Description
from models.run_folder import RunFolder
from training.measuring.evaluating import BATCH_SIZES
from training.setting_values import BALANCED
from training.settings import Settings

MODEL = "model.keras"


@dataclass(frozen=True)
class Task:
    """What a trainer is to do.

    Attributes:
        architecture: what to train.
        settings: of the trial.
        run: its folder.
        seed: decides first weights and order.
        parts: the texts of each split; a trial of a search has no test texts.
        unlabelled: texts without a label, which are answered too where the run has a model that is taught by others.
        classes: how many there are.
        cleaner: how the texts were cleaned.
        stored: all training texts, where those in `parts` are a sample of them; `None` where they are all.
        search_trial: the number of a trial that searches settings, from 0; `None` for one of the run's own.
    """

    architecture: Architecture
    settings: Settings
    run: RunFolder
    seed: int
    parts: dict[str, Part]
    unlabelled: Unlabelled
    classes: int
    cleaner: Cleaner
    stored: StoredTraining | None = None
    search_trial: int | None = None

    @property
    def folder(self) -> Path:
        """Where the trial leaves its files."""
        if self.search_trial is not None:
            return self.run.search.trial(self.architecture.name, self.search_trial)
        return self.run.trial(self.architecture.name, self.seed)

    @property
    def described(self) -> Path:
        """Where the trained model says of itself what it is."""
        if self.search_trial is not None:
            return self.run.search.description(self.architecture.name, self.search_trial)
        return self.run.description(self.architecture.name, self.seed)

    @property
    def cleaned(self) -> dict[str, Sequence[str]]:
        """The cleaned texts that are to be answered: of each split, and the unlabelled ones where there are any."""
        found = {name: part.cleaned for name, part in self.parts.items()}
        return found | ({UNLABELLED: self.unlabelled.cleaned} if self.unlabelled.cleaned else {})

    @property
    def texts(self) -> dict[str, Sequence[str]]:
        """The same texts as they came."""
        found = {name: part.texts for name, part in self.parts.items()}
        return found | ({UNLABELLED: self.unlabelled.texts} if self.unlabelled.texts else {})

    @property
    def learned(self) -> Part | StoredTraining:
        """All training texts: cleaned, with their labels."""
        return self.stored or self.parts["train"]

    @property
    def learned_weights(self) -> np.ndarray | None:
        """As `weights`, of all training texts."""
        return self._weights(self.learned)

    def weights(self, part: str) -> np.ndarray | None:
        """What each labelled text of a split weighs, array of shape `(n,)`; `None` where all weigh the same.

        Balanced weights give each class the same sum over the training texts; they are multiplied with those that the
        user gave single texts. Each of the two has a mean of 1 over the training texts.
        """
        return self._weights(self.parts[part])

    def _weights(self, texts: Part | StoredTraining) -> np.ndarray | None:
        weights = self._class_weights[texts.labels] if self.settings.class_weights == BALANCED else None
        given = load_text_weights(self.run.prepared(self.seed))
        if given is not None:
            own = given[texts.index] / given[self.learned.index].mean()
            weights = own if weights is None else weights * own
        return None if weights is None else weights.astype(np.float32)

    @property
    def _class_weights(self) -> np.ndarray:
        """What a text of each class weighs where they are balanced, array of shape `(classes,)`."""
        trained = self.learned.labels
        return len(trained) / (self.classes * np.bincount(trained, minlength=self.classes))

    @property
    def devices(self) -> int:
        """How many devices of this machine it is trained on."""
        return self.settings.devices if self.architecture.is_network else 1

    @property
    def progress_title(self) -> str:
        """What the trial's progress lines begin with."""
        name = self.architecture.name
        if self.search_trial is not None:
            return f"{name} (search {self.search_trial + 1})"
        return self.settings.title_of(name, self.seed)


FILLED = BATCH_SIZES[1]


@dataclass(frozen=True)
class Trained:
    """A trained model, as far as evaluation needs to know it.

    Attributes:
        description: what the model says of itself, for whoever loads it.
        probabilities: for each split, and for the unlabelled texts where they are answered, `(n, classes)`.
        answer_texts: probabilities for texts as they came and as they were cleaned, which were in no split.
        parameters: all weights.
        trainable_parameters: those that were trained.
        answer: answers a batch of the given number of test texts, from prepared input.
        most_at_once: texts that `answer` answers at once, a larger batch in several parts; `None` for all of any batch.
        texts_per_second: by batch size, where it is known without asking.
        history: a value per epoch for each name, empty where there are no epochs.
        facts: what else was measured.
    """

    description: Description
    probabilities: dict[str, np.ndarray]
    answer_texts: Callable[[list[str], list[str]], np.ndarray]
    parameters: int
    trainable_parameters: int
    answer: Callable[[int], object] | None = None
    most_at_once: int | None = None
    texts_per_second: dict[str, float] = field(default_factory=dict)
    history: dict[str, list[float]] = field(default_factory=dict)
    facts: dict = field(default_factory=dict)


def rows(array: np.ndarray, size: int) -> np.ndarray:
    """`size` rows, from the start again where there are fewer."""
    return array[np.arange(size) % len(array)]


def predict(model, inputs: Mapping[str, np.ndarray | dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Probabilities for each split, of which one of a single batch is asked as it is."""
    from training.fitting.fit import ANSWERED_AT_ONCE  # here, since it imports Keras

    return {part: _ask(model, arrays, min(ANSWERED_AT_ONCE, _count(arrays))) for part, arrays in inputs.items()}


def answer_some(model, inputs: np.ndarray | dict[str, np.ndarray]) -> np.ndarray:
    """Probabilities of at least one row, in batches of a size whose speed is measured anyway."""
    return _ask(model, inputs, FILLED)


def _ask(model, inputs: np.ndarray | dict[str, np.ndarray], at_once: int) -> np.ndarray:
    """Probabilities, in batches of which the last is filled up: JAX compiles each new size of a batch anew."""
    import keras

    texts = _count(inputs)
    filled = keras.tree.map_structure(lambda array: rows(array, -(-texts // at_once) * at_once), inputs)
    return model.predict(filled, batch_size=at_once, verbose=0)[:texts]


def _count(inputs: np.ndarray | dict[str, np.ndarray]) -> int:
    return len(next(iter(inputs.values())) if isinstance(inputs, dict) else inputs)


def trainable_count(model) -> int:
    """Weights that training changed."""
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def save_weights(model, untrained, folder: Path) -> str:
    """Saves without optimizer and loss, so that loading needs nothing of `training`; the name of the file."""
    untrained.set_weights(model.get_weights())
    with whole(folder / MODEL) as aside:
        untrained.save(aside)
    return MODEL
