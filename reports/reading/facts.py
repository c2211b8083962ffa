"""What a run was: its settings, its machine and its data, each from a file of the run folder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from data.cleaning import Cleaner
from models.run_folder import RunFolder
from reports.reading.files import build, require_mapping, understood
from reports.reading.split_facts import SplitFacts, read_split


@dataclass(frozen=True)
class Environment:
    """The machine and the versions.

    Attributes:
        backend: of Keras.
        python, system, processor: in words.
        cores: that the run could use.
        packages: versions by name.
        device: the GPU or other device that networks were trained on, `None` for the processor.
        begun: the date, `None` where the folder does not say it.
        command: that began the run, as it is typed; `None` likewise.
    """

    backend: str
    python: str
    system: str
    processor: str
    cores: int
    packages: dict[str, str]
    device: str | None = None
    begun: str | None = None
    command: str | None = None


@dataclass(frozen=True)
class Plan:
    """What a run was to do.

    Attributes:
        path: its folder.
        settings: all of them, by name.
    """

    path: Path
    settings: dict[str, Any]

    @property
    def name(self) -> str:
        """Of the folder itself, also where a link such as `latest` was named."""
        return self.path.resolve().name

    @property
    def recipe(self) -> str:
        """The set of settings it began from."""
        return self.settings["recipe"]

    @property
    def models(self) -> list[str]:
        """The models it was to train, each once."""
        return list(dict.fromkeys(self.settings["models"]))

    @property
    def seeds(self) -> list[int]:
        """The seeds it was to train with."""
        return list(range(self.settings["seed"], self.settings["seed"] + self.settings["seeds"]))


@dataclass(frozen=True)
class RunFacts(Plan):
    """A run: what it was to do, and where.

    Attributes:
        environment: the machine it was trained on.
    """

    environment: Environment


@dataclass(frozen=True)
class Published:
    """What others measured on the same source.

    Attributes:
        model: name of its entry in the catalog.
        accuracy: share of right answers.
        source: where it was published, in words.
    """

    model: str
    accuracy: float
    source: str


@dataclass(frozen=True)
class DataFacts:
    """The texts a run was trained and tested on.

    Attributes:
        name: short, for captions.
        source: where the texts came from, in words.
        notes: what a reader must know beside every number.
        texts: how many there are in all.
        class_names: with two of them the second is the positive one.
        class_shares: share of each class among all texts.
        cleaning: how texts became words.
        splits: one for each seed that was begun.
        meaning: what the labels mean, in words; `None` where only the user knows.
        group_kind: what a group of texts is, such as `newsgroup`; `None` where nothing says it.
        sentiment: whether the labels say how the writer feels.
        published: what others measured on this source.
        split_rule: what decides in which split a text is, in words; `None` where nothing says it.
        same_test: whether the test split is the same for every seed.
    """

    name: str
    source: str
    notes: list[str]
    texts: int
    class_names: list[str]
    class_shares: dict[str, float]
    cleaning: Cleaner
    splits: list[SplitFacts]
    meaning: str | None = None
    group_kind: str | None = None
    sentiment: bool = False
    published: list[Published] = field(default_factory=list)
    split_rule: str | None = None
    same_test: bool = False


def read_plan(path: Path) -> Plan:
    """The settings of a run folder.

    Raises:
        RunFolderError: the folder is no run folder, or the file is damaged.
    """
    return Plan(path, require_mapping(RunFolder(path).settings, {"recipe", "models", "seed", "seeds"}))


def read_run(path: Path) -> RunFacts:
    """Settings and environment of a run folder.

    Raises:
        RunFolderError: the folder is no run folder, or one of the two files is damaged.
    """
    names = {"backend", "processor", "cores", "python", "system", "packages"}
    plan = read_plan(path)
    environment = build(Environment, require_mapping(RunFolder(path).environment, names))
    return RunFacts(plan.path, plan.settings, environment)


def read_data(path: Path) -> DataFacts:
    """The data card of a run folder.

    Raises:
        RunFolderError: the folder has none, or it is damaged.
    """
    card_path = RunFolder(path).data_card
    names = {"name", "source", "notes", "texts", "class_names", "class_shares", "splits"}
    card = require_mapping(card_path, names)
    with understood(card_path):
        return replace(
            build(DataFacts, card | {"cleaning": Cleaner.of(card)}),
            splits=[read_split(split) for split in card["splits"]],
            published=[build(Published, entry) for entry in card.get("published", ())],
        )


def read_class_names(path: Path) -> list[str]:
    """The names of the classes of a run, by number.

    Raises:
        RunFolderError: the folder has no data card, or it is damaged.
    """
    return require_mapping(RunFolder(path).data_card, {"class_names"})["class_names"]
