"""One trial that a node of the cluster is given to train: of the run, of a search, or with fewer labels."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.run_folder import RunFolder
from training.search.space import Values


@dataclass(frozen=True)
class Searched:
    """What makes a trial one of a search.

    Attributes:
        number: of the trial, from 0.
        values: its settings.
    """

    number: int
    values: Values = field(compare=False)


@dataclass(frozen=True)
class Job:
    """One trial.

    Attributes:
        model: its name in the catalog.
        seed: whose split and first weights it has.
        labels: how many of them it is trained with, `None` for all.
        searched: `None` for a trial of the run itself.
    """

    model: str
    seed: int
    labels: int | None = None
    searched: Searched | None = None

    def folder(self, run: RunFolder) -> RunFolder:
        """The run folder it is trained in: the run's, or the one with fewer labels inside of that."""
        return run if self.labels is None else run.with_fewer_labels(self.labels)

    def place(self, folder: RunFolder) -> RunFolder:
        """Where in that folder its trial lies, under `number`."""
        return folder.search if self.searched else folder

    @property
    def number(self) -> int:
        """The number of the trial: its seed, or that in a search."""
        return self.searched.number if self.searched else self.seed

    @property
    def title(self) -> str:
        """What it is called in a line."""
        if self.searched:
            return f"{self.model}, search trial {self.number + 1}"
        fewer = "" if self.labels is None else f" with {self.labels:,} labels"
        return f"{self.model}, seed {self.seed}{fewer}"
