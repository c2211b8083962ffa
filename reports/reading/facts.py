"""What a run was: its settings, its machine and its data, each from a file of the run folder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from data.cleaning import Cleaner
from models.run_folder import RunFolder
from reports.reading.files import build, require_mapping, understood

ByPart = dict[str, Any]  # by `train`, `validation` and `test`


@dataclass(frozen=True)
class Environment:
    """The machine and the versions.

    Attributes:
        backend: of Keras.
        python, system, processor: in words.
        cores: that the run could use.
        packages: versions by name.
        begun: the date, `None` where the folder does not say it.
        command: that began the run, as it is typed; `None` likewise.
    """

    backend: str
    python: str
    system: str
    processor: str
    cores: int
    packages: dict[str, str]
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
class Removals:
    """Counts before and after what was removed: of texts by part, or of shared texts by pair of parts."""

    before: dict[str, int]
    after: dict[str, int]


@dataclass(frozen=True)
class UnlabelledFacts:
    """Texts without a label, as `data.splits.unlabelled` counts them.

    Attributes:
        candidates: how many there were.
        empty: passed over, since nothing is left of them once cleaned.
        in_validation_or_test: passed over, since they are texts of these.
        near: passed over, since they are nearly texts of these.
        repeated: passed over, since they repeat another or a training text.
        taken: from which the small models learned words.
    """

    candidates: int = 0
    empty: int = 0
    in_validation_or_test: int = 0
    near: int = 0
    repeated: int = 0
    taken: int = 0

    @property
    def sentence(self) -> str:
        """All of it, for a reader."""
        if not self.candidates:
            return "There are no unlabelled texts."
        return (
            f"{self.taken:,} of {self.candidates:,} unlabelled texts are used; passed over were {self.empty:,} that "
            f"clean to nothing, {self.in_validation_or_test:,} that are also in validation or test, {self.near:,} that "
            f"nearly are, and {self.repeated:,} repetitions."
        )


@dataclass(frozen=True)
class NearDuplicates:
    """Texts that were taken out since they are nearly one of an earlier part, as `data.splits.near_duplicates` has it.

    Attributes:
        threshold: least similarity, 0 where none were looked for.
        removed: by part.
        examples: the most similar ones: `part`, `similarity`, `text` and `earlier`.
    """

    threshold: float = 0
    removed: dict[str, int] = field(default_factory=dict)
    examples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """All of it, for a reader; nothing where none was found."""
        found = sum(self.removed.values())
        if not found:
            return ""
        texts = "text of validation or test was" if found == 1 else "texts of validation and test were"
        return (
            f"{found:,} {texts} taken out as nearly a text of an earlier split: at least {100 * self.threshold:.0f} % "
            "of the runs of three words in either stand in both."
        )


@dataclass(frozen=True)
class SplitFacts:
    """The split of one seed; shares and counts are those of `data.card`.

    Attributes:
        seed: that drew it.
        samples: texts by part.
        empty_after_cleaning: texts dropped since nothing was left of them, by part.
        duplicates_within: texts that repeat another of the same part, by part.
        overlaps: texts that stand in two parts, by pair of parts.
        label_conflicts: different texts that stand with more than one label.
        class_shares: share of each class, by part and class.
        length_percentiles: words of a cleaned text, by part and percentile.
        longer_than_sequence: share of texts that are longer than the small models read, by part.
        words_cut: share of the running words that stand too late in a text to be read, by part; empty in older runs.
        words_in_vocabulary: how many words the small models know; `None` where there are no such models.
        vocabulary_coverage: share of the running words that are among them, by part; empty likewise.
        positive_share: of the second class over all parts, `None` unless there are two.
        unlabelled: the texts without a label.
        near_duplicates: what was taken out of validation and test as such; nothing in older runs.
        characters_removed: what cleaning took away, `share` of the characters and `by_script`; empty in older runs.
        training_sample: most training texts that the run folder has one by one, a sample; `None` where it has all.
    """

    seed: int
    samples: Removals
    empty_after_cleaning: ByPart
    duplicates_within: ByPart
    overlaps: Removals
    label_conflicts: int
    class_shares: ByPart
    length_percentiles: ByPart
    longer_than_sequence: ByPart
    words_in_vocabulary: int | None = None
    vocabulary_coverage: ByPart = field(default_factory=dict)
    positive_share: float | None = None
    words_cut: ByPart = field(default_factory=dict)
    unlabelled: UnlabelledFacts = UnlabelledFacts()
    near_duplicates: NearDuplicates = NearDuplicates()
    characters_removed: dict[str, Any] = field(default_factory=dict)
    training_sample: int | None = None


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
            splits=[_split(split) for split in card["splits"]],
            published=[build(Published, entry) for entry in card.get("published", ())],
        )


def read_class_names(path: Path) -> list[str]:
    """The names of the classes of a run, by number.

    Raises:
        RunFolderError: the folder has no data card, or it is damaged.
    """
    return require_mapping(RunFolder(path).data_card, {"class_names"})["class_names"]


def _split(split: dict[str, Any]) -> SplitFacts:
    return replace(
        build(SplitFacts, split),
        samples=build(Removals, split["samples"]),
        overlaps=build(Removals, split["overlaps"]),
        unlabelled=build(UnlabelledFacts, split.get("unlabelled", {})),
        near_duplicates=build(NearDuplicates, split.get("near_duplicates", {})),
    )
