"""What was found of the data of a run: where its models are weak, and what could raise accuracy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.run_folder import RunFolder
from reports.reading.files import build, damaged, read_mapping


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
class DataFindings:
    """Everything that was found; `None` for what was not looked at.

    Attributes:
        seed: whose split was judged.
        weaknesses: of the models.
    """

    seed: int
    weaknesses: Weaknesses | None = None


def read_findings(run: Path) -> DataFindings | None:
    """What was found of the data, `None` where it was not judged.

    Raises:
        RunFolderError: the file is damaged.
    """
    path = RunFolder(run).judged_data
    found = read_mapping(path)
    if found is None:
        return None
    try:
        weaknesses = found.get("weaknesses")
        return DataFindings(found["seed"], weaknesses=_weaknesses(weaknesses) if weaknesses else None)
    except (TypeError, KeyError, AttributeError) as error:
        raise damaged(path, error) from error


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
