"""What a search chose for a model, and the settings that a trial of the run therefore has."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from data.files import read_json, write_json
from models.run_folder import RunFolder
from training import command_line
from training.search.space import Value, Values
from training.settings import Settings


@dataclass(frozen=True)
class Chosen:
    """The outcome of the search of one model's settings.

    Attributes:
        wanted: how many trials there were to be.
        finished: how many of them were finished.
        seed: whose split and first weights all of them had.
        trial: the number of the one with the least validation loss; `None` where none was finished, and the run's own
            settings stay.
        settings: its values.
        validation_loss, validation_accuracy: of its answers to the validation texts.
        ended_by: the setting that ended the search before all its trials were tried.
    """

    wanted: int
    finished: int
    seed: int
    trial: int | None = None
    settings: Values = field(default_factory=dict)
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    ended_by: str | None = None

    @property
    def sentence(self) -> str | None:
        """What was chosen on validation, in words; `None` where nothing was."""
        if self.trial is None:
            return None
        of = f"{self.finished} search trials" if self.finished > 1 else "one search trial"
        return f"{described(self.settings)}: the least validation loss of {of} with seed {self.seed}"

    def save(self, path: Path) -> None:
        """Writes it as JSON, whole or not at all."""
        write_json(path, asdict(self))


def load_chosen(run: RunFolder, model: str) -> Chosen | None:
    """What a search chose for a model, `None` where there was none or it has not ended."""
    path = run.chosen(model)
    return Chosen(**read_json(path)) if path.exists() else None


def settings_of(run: RunFolder, model: str) -> Settings:
    """The settings that a model of the run is trained with: the run's, with what a search chose for it."""
    settings, chosen = command_line.load(run.settings), load_chosen(run, model)
    return replace(settings, **chosen.settings) if chosen else settings  # type: ignore[arg-type]


def described(values: Values) -> str:
    """Values of settings, in words.

    >>> described({"dropout": 0.3, "learning_rate": 0.001, "width": 64})
    'dropout 0.3, learning rate 0.001, width 64'
    """
    return ", ".join(f"{name.replace('_', ' ')} {_written(value)}" for name, value in values.items())


def _written(value: Value) -> str:
    return f"{value:g}"
