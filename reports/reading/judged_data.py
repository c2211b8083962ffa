"""What was found of the data of a run: where its models are weak, and what could raise accuracy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.messages import printable, shorten
from models.run_folder import RunFolder
from reports.measuring.label_curve import Extrapolation, ModelCurve, Point, Score
from reports.reading.files import build, read_mapping, understood
from reports.reading.reactions import Counterfactual, Reactions, counterfactuals_of, reactions_of

SEEN = 0.0005  # of accuracy: 0.05 points, which a report rounds to 0.1


@dataclass(frozen=True)
class Example:
    """A text and what was answered to it.

    Attributes:
        text: shortened.
        place: its split and its place in the corpus, in words.
        label: its class.
        answered: the class that was answered.
        probability: of that class.
        suspicious: whether its label looks wrong.
    """

    text: str
    place: str
    label: str
    answered: str
    probability: float
    suspicious: bool = False


@dataclass(frozen=True)
class InSlice:
    """How a model does in a slice of a split, and elsewhere; `None` where there are no texts."""

    texts: int
    accuracy: float | None
    elsewhere: float | None


@dataclass(frozen=True)
class Weakness:
    """A slice in which a model is worse than elsewhere.

    Attributes:
        kind: what texts are told apart by.
        name: what those of the slice have.
        model: which model.
        p: corrected for all that was tested.
        validation: where it was found.
        test: how it is there, for description.
        examples: validation texts of the slice that the model gets wrong, those it is surest of first.
    """

    kind: str
    name: str
    model: str
    p: float
    validation: InSlice
    test: InSlice
    examples: list[Example] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The name as a sentence can hold it: a group's is whatever stands in the user's table."""
        return shorten(printable(self.name))


@dataclass(frozen=True)
class Weaknesses:
    """Where models are weak.

    Attributes:
        models: that were looked at, by name.
        texts: of validation.
        slices: how many were tested, by kind.
        weak: those that are weak, least p first.
        all_wrong: how many validation texts every model gets wrong.
        misleading: some of these, those that models are surest of first.
    """

    models: list[str]
    texts: int
    slices: dict[str, int]
    weak: list[Weakness]
    all_wrong: int
    misleading: list[Example]


@dataclass(frozen=True)
class Change:
    """A change of the data, or of what is read of it, and what it gained on validation.

    Attributes:
        name: of the change, in words.
        model: with which it was measured.
        measured: how, as the end of a sentence.
        gain: of validation accuracy; `None` where it could not be determined.
        interval: of the gain, 95 %; `None` likewise.
        undetermined: why it could not be.
    """

    name: str
    model: str
    measured: str
    gain: float | None = None
    interval: list[float] | None = None
    undetermined: str | None = None

    @property
    def raises(self) -> bool:
        """Whether the gain is above zero by more than chance, and by enough to be seen in a report."""
        return self.interval is not None and self.interval[0] >= SEEN


@dataclass(frozen=True)
class Changes:
    """What could raise accuracy, as far as it was measured.

    Attributes:
        changes: that of the largest gain first.
        curves: accuracy by number of labels, by model.
        quick: whether these are of quick models; else they are of the run's own.
    """

    changes: list[Change]
    curves: list[ModelCurve] = field(default_factory=list)
    quick: bool = True


@dataclass(frozen=True)
class DataFindings:
    """Everything that was found; `None` for what was not looked at.

    Attributes:
        seed: whose split was judged.
        changes: what could raise accuracy.
        weaknesses: of the models.
        reactions: of the models to changed texts.
        counterfactuals: what turns the answers to explained texts; none where there are no explanations.
    """

    seed: int
    changes: Changes | None = None
    weaknesses: Weaknesses | None = None
    reactions: Reactions | None = None
    counterfactuals: list[Counterfactual] = field(default_factory=list)


def read_findings(run: Path) -> DataFindings | None:
    """What was found of the data, `None` where it was not judged.

    Raises:
        RunFolderError: the file is damaged.
    """
    path = RunFolder(run).judged_data
    found = read_mapping(path)
    if found is None:
        return None
    with understood(path):
        return DataFindings(
            found["seed"],
            **{name: read(found[name]) for name, read in _READ.items() if found.get(name) is not None},
        )


def _weaknesses(found: dict[str, Any]) -> Weaknesses:
    weak = [
        build(
            Weakness,
            entry
            | {part: build(InSlice, entry[part]) for part in ("validation", "test")}
            | {"examples": _examples(entry["examples"])},
        )
        for entry in found["weak"]
    ]
    return build(Weaknesses, found | {"weak": weak, "misleading": _examples(found["misleading"])})


def _examples(found: list[dict[str, Any]]) -> list[Example]:
    return [build(Example, entry) for entry in found]


def _changes(found: dict[str, Any]) -> Changes:
    changes = [build(Change, entry) for entry in found["changes"]]
    return build(Changes, found | {"changes": changes, "curves": [_curve(entry) for entry in found["curves"]]})


def _curve(found: dict[str, Any]) -> ModelCurve:
    points = [
        build(Point, entry | {part: build(Score, entry[part]) for part in ("validation", "test")})
        for entry in found["points"]
    ]
    further = found["extrapolation"]
    extrapolation = build(Extrapolation, further) if further else None
    return build(ModelCurve, found | {"points": points, "extrapolation": extrapolation})


_READ: dict[str, Callable[[Any], Any]] = {
    "changes": _changes,
    "weaknesses": _weaknesses,
    "reactions": reactions_of,
    "counterfactuals": counterfactuals_of,
}
