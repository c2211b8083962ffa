"""What the data card says of the split of one seed: what was removed, and how much of it is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from reports.reading.files import build

ByPart = dict[str, Any]  # by `train`, `validation` and `test`


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
        taken: from which the small models learned words, and a student the answers of its teacher.
        further: others, from which the small models learned words alone; none in older runs.
    """

    candidates: int = 0
    empty: int = 0
    in_validation_or_test: int = 0
    near: int = 0
    repeated: int = 0
    taken: int = 0
    further: int = 0

    @property
    def sentence(self) -> str:
        """All of it, for a reader."""
        if not self.candidates:
            return "There are no unlabelled texts."
        further = f", {self.further:,} more for their words alone" if self.further else ""
        return (
            f"{self.taken:,} of {self.candidates:,} unlabelled texts are used{further}; passed over were "
            f"{self.empty:,} that clean to nothing, {self.in_validation_or_test:,} that are also in validation or "
            f"test, {self.near:,} that nearly are, and {self.repeated:,} repetitions."
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
class ReadByOthers:
    """How much of the texts is read by networks of a run that do not read what most of them do.

    Attributes:
        models: their names in the catalog.
        sequence_length: words of a text that they read.
        longer_than_sequence, words_cut, words_in_vocabulary, vocabulary_coverage: as of `SplitFacts`.
    """

    models: list[str]
    sequence_length: int
    longer_than_sequence: ByPart
    words_cut: ByPart
    words_in_vocabulary: int
    vocabulary_coverage: ByPart


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
        read_by_others: what networks over words read that know or read more, or less, than those before.
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
    read_by_others: list[ReadByOthers] = field(default_factory=list)
    unlabelled: UnlabelledFacts = UnlabelledFacts()
    near_duplicates: NearDuplicates = NearDuplicates()
    characters_removed: dict[str, Any] = field(default_factory=dict)
    training_sample: int | None = None


def read_split(split: dict[str, Any]) -> SplitFacts:
    """What the data card says of one split."""
    return replace(
        build(SplitFacts, split),
        samples=build(Removals, split["samples"]),
        overlaps=build(Removals, split["overlaps"]),
        read_by_others=[build(ReadByOthers, read) for read in split.get("read_by_others", ())],
        unlabelled=build(UnlabelledFacts, split.get("unlabelled", {})),
        near_duplicates=build(NearDuplicates, split.get("near_duplicates", {})),
    )
