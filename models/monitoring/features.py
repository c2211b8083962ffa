"""What is measured of a text and of the answer to it, so that later texts can be compared with those of validation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from data.cleaning import Cleaner
from data.languages.detecting import detect_language

LOOKED_AT = 5_000  # characters of a text


@dataclass(frozen=True)
class Feature:
    """One of them.

    Attributes:
        name: in files and metrics.
        title: in sentences.
        unit: of its mean; `%` for a share, which is written as a hundred times what it is.
        is_number: or else one of a few kinds.
    """

    name: str
    title: str
    unit: str = ""
    is_number: bool = True


FEATURES = (
    Feature("characters", "length", "characters"),
    Feature("words", "words that are left once a text is cleaned", "words"),
    Feature("unknown", "words that the training texts do not have", "%"),
    Feature("removed", "characters that cleaning takes away", "%"),
    Feature("confidence", "how sure the model is", "%"),
    Feature("language", "language", is_number=False),
    Feature("label", "answer", is_number=False),
)


@dataclass
class Measured:
    """The features of n texts, a list of n values by name of the feature."""

    values: dict[str, list] = field(default_factory=lambda: {feature.name: [] for feature in FEATURES})

    def __len__(self) -> int:
        return len(self.values[FEATURES[0].name])

    def extend(self, other: Measured) -> None:
        """Adds texts."""
        for name, values in self.values.items():
            values.extend(other.values[name])

    def take(self, count: int) -> Measured:
        """Takes the first texts out."""
        taken = Measured({name: values[:count] for name, values in self.values.items()})
        for values in self.values.values():
            del values[:count]
        return taken


def measure(
    texts: Sequence[str],
    labels: Sequence[str],
    confidences: Sequence[float],
    cleaner: Cleaner,
    known: Collection[str],
) -> Measured:
    """The features of n texts.

    Args:
        texts: as they came.
        labels, confidences: of the answers.
        cleaner: how the model's texts are cleaned.
        known: words of the training texts.
    """
    found = Measured()
    for text, label, confidence in zip(texts, labels, confidences, strict=True):
        looked_at = text[:LOOKED_AT]
        words = cleaner.clean(looked_at).split()
        letters = sum(not character.isspace() for character in looked_at)
        values = {
            "characters": len(text),
            "words": len(words),
            "unknown": sum(word not in known for word in words) / len(words) if words else 0.0,
            "removed": 1 - sum(map(len, words)) / letters if letters else 0.0,
            "confidence": confidence,
            "language": detect_language([looked_at]),
            "label": label,
        }
        for name, value in values.items():
            found.values[name].append(round(value, 4) if isinstance(value, float) else value)
    return found
