"""All settings of a run, and the recipes that give them other defaults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.amounts import memory_mb
from data.words.cutting import RIGHT
from models.catalog import CATALOG, DEFAULT, Family, in_order
from training import setting_values as values
from training.setting_fields.data import DataSettings
from training.setting_fields.models import ModelSettings
from training.setting_fields.run import RunSettings
from training.setting_fields.training import TrainingSettings

if TYPE_CHECKING:
    from data.splits.folds import Fold


@dataclass(frozen=True)
class WordArrays:
    """Texts as some networks over words are given them.

    Attributes:
        vocabulary_size: words that are known, padding and `[UNK]` among them.
        sequence_length: words of a text that are read.
        folder: where vocabulary and arrays are, within the folder of the texts; empty for that folder itself.
        side: on which longer texts are cut, see `data.words.cutting`.
    """

    vocabulary_size: int
    sequence_length: int
    folder: str = ""
    side: str = RIGHT


@dataclass(frozen=True)
class Settings(TrainingSettings, ModelSettings, DataSettings, RunSettings):
    """All settings of one run, those of `RunSettings` first. See `python -m training.run --help`."""

    @property
    def sample_size(self) -> int | None:
        """How many texts to draw, `None` for all."""
        return None if self.sample == values.ALL else int(self.sample)

    def arrays_of(self, model: str) -> WordArrays:
        """What a network over words knows and reads, once that is decided; a student may have sizes of its own."""
        shared = WordArrays(int(self.vocabulary_size), int(self.sequence_length), side=self.side_cut)
        if not CATALOG[model].taught or values.AUTO in (self.student_vocabulary_size, self.student_sequence_length):
            return shared  # it was not decided in runs that were begun before a student had any
        own = WordArrays(int(self.student_vocabulary_size), int(self.student_sequence_length), side=self.side_cut)
        return shared if own == shared else replace(own, folder=f"{own.vocabulary_size}x{own.sequence_length}")

    @property
    def side_cut(self) -> str:
        """`truncation_side`, once it is decided; earlier runs cut on the right."""
        return RIGHT if self.truncation_side == values.AUTO else self.truncation_side

    @property
    def words_compared(self) -> int:
        """How many words two texts have to share to be the same: those that every network over words reads, once that
        is decided.
        """
        lengths = [self.sequence_length, self.student_sequence_length if self.has_student else values.AUTO]
        return min(int(length) for length in lengths if length != values.AUTO)

    @property
    def readers(self) -> dict[WordArrays, list[str]]:
        """The networks over words by what they know and read, once that is decided; those that share it first."""
        found: dict[WordArrays, list[str]] = {}
        for model in in_order(self.models):
            if CATALOG[model].family is Family.WORDS:
                found.setdefault(self.arrays_of(model), []).append(model)
        return found

    @property
    def blocks_trained(self) -> int:
        """`unfreeze`, once the encoder is there to say how many are all."""
        return int(self.unfreeze)

    @property
    def vector_width(self) -> int | None:
        """Of the word vectors that the small models start from, `None` where they start from none."""
        return self.width if self.word_vectors == values.COOCCURRENCE else None

    @property
    def memory_limit_mb(self) -> float:
        """`memory_limit` in MB, of 1,048,576 bytes like every MB of a report."""
        return memory_mb(self.memory_limit)

    @property
    def time_limit_seconds(self) -> float | None:
        """`time_limit` in seconds, `None` for none."""
        if self.time_limit is None:
            return None
        return float(self.time_limit[:-1]) * values.SECONDS[self.time_limit[-1]]

    def fold(self, seed: int) -> Fold | None:
        """The fold that is tested with a seed; `None` where texts are not cross-validated."""
        from data.splits.folds import Fold  # here, since --help needs no arrays

        return Fold(seed - self.seed, self.folds, self.seed) if self.folds else None

    @property
    def has_encoder(self) -> bool:
        """Whether a pretrained encoder is among the models."""
        return any(CATALOG[model].family is Family.ENCODER for model in self.models)

    @property
    def has_network(self) -> bool:
        """Whether Keras trains one of the models; it is not imported otherwise."""
        return any(CATALOG[model].is_network for model in self.models)

    @property
    def has_student(self) -> bool:
        """Whether a model is among them that others teach."""
        return any(CATALOG[model].taught for model in self.models)

    def title_of(self, name: str, seed: int) -> str:
        """What something is called that is done with a seed, which is named where there are several."""
        return f"{name} (seed {seed})" if self.seeds > 1 else name

    @property
    def seed_numbers(self) -> range:
        """The seeds of the repeats."""
        return range(self.seed, self.seed + self.seeds)


RECIPES: dict[str, dict] = {
    "sound": {},
    "best": {
        "models": [*DEFAULT[:-2], "cnn", *DEFAULT[-2:]],
        "unlabelled_sample": 12_000,
        "vocabulary_size": 20_000,
        "sequence_length": 128,
        "unfreeze": 2,
    },
    "slides": {
        "models": ["rnn", "lstm", "transformer", "distilbert", "linear"],
        "unlabelled": values.NONE,
        "vocabulary_size": 5000,
        "sequence_length": 64,
        "truncation_side": RIGHT,
        "word_vectors": values.NONE,
        "mask": False,
        "initialization": "torch",
        "norm_first": False,
        "block_dropout": 0.3,
        "word_dropout": 0.0,
        "student_word_dropout": 0.0,
        "batch_size": 16,
        "epochs": 20,
        "early_stopping_patience": 3,
        "plateau_patience": 3,
        "backbone_cleaned": True,
        "pooling": "first",
        "head_batch_size": 8,
        "head_learning_rate": 2e-5,
    },
}
