"""`predictions.csv`: what a trained model answered, text by text, as training writes it and others read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.files import write_text
from models.run_folder import RunFolderError

PARTS = ("validation", "test")


@dataclass(frozen=True)
class Answers:
    """The answers of one model, trained with one seed, to the n texts of one split.

    Attributes:
        index: places of the texts in the corpus, integer array of shape `(n,)`; no two are the same.
        labels: true classes, integer array of shape `(n,)`.
        predicted: classes answered, integer array of shape `(n,)`.
        probabilities: of shape `(n, classes)`, to six decimals as the file has them.
    """

    index: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """Whether each answer is the label, boolean array of shape `(n,)`."""
        return self.predicted == self.labels

    def take(self, at: np.ndarray) -> Answers:
        """The answers at some places, in that order."""
        return Answers(self.index[at], self.labels[at], self.predicted[at], self.probabilities[at])


# By model, then by seed, then by split.
AllAnswers = dict[str, dict[int, dict[str, Answers]]]


def write_predictions(path: Path, answers: Mapping[str, Answers], class_names: Sequence[str]) -> None:
    """Writes every answer, one text a row, whole or not at all."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["part", "index", "label", "predicted", *(f"probability_{name}" for name in class_names)])
    for part, found in answers.items():
        columns = zip(found.index, found.labels, found.predicted, found.probabilities, strict=True)
        for index, label, predicted, row in columns:
            writer.writerow([part, index, class_names[label], class_names[predicted], *(f"{p:.6f}" for p in row)])
    write_text(path, table.getvalue())


def read_predictions(path: Path, class_names: Sequence[str]) -> dict[str, Answers]:
    """What `write_predictions` wrote, by split; a split without texts is left out.

    Raises:
        RunFolderError: the file is damaged, or its classes are others.
        FileNotFoundError: there is no such file.
    """
    numbers = {name: at for at, name in enumerate(class_names)}
    rows: dict[str, list[list[str]]] = {part: [] for part in PARTS}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                rows[row[0]].append(row)
        return {
            part: Answers(
                np.array([int(row[1]) for row in found]),
                np.array([numbers[row[2]] for row in found]),
                np.array([numbers[row[3]] for row in found]),
                np.array([row[4:] for row in found], dtype=float).reshape(len(found), len(class_names)),
            )
            for part, found in rows.items()
            if found
        }
    except (StopIteration, KeyError, IndexError, ValueError, csv.Error) as error:
        raise RunFolderError(f"{path} is damaged or of other classes than data_card.json names.") from error


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p that two models are right equally often, from the texts that one of them alone got right.

    Source: McNemar 1947, https://doi.org/10.1007/BF02295996; exact as a binomial test of one half.

    >>> mcnemar(0, 5)  # 2 * 0.5 ** 5
    0.0625
    """
    from scipy import stats  # takes a second

    differing = only_first + only_second
    return float(stats.binomtest(only_first, differing).pvalue) if differing else 1.0
