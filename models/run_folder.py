"""Where things lie in a run folder: the only channel between the processes of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# In the folder of a trial that is not finished: of its first phase, and of its second where it has one.
CHECKPOINTS = ("checkpoint.npz", "second-checkpoint.npz")


class RunFolderError(Exception):
    """A folder is no run folder, or a file in it is missing or damaged; the message is one sentence."""


@dataclass(frozen=True)
class RunFolder:
    """The paths of one run.

    Attributes:
        path: the folder itself.
    """

    path: Path

    @classmethod
    def of_export(cls, folder: Path) -> RunFolder:
        """The run that an export folder is in, where it still is in one."""
        return cls(folder.absolute().parent.parent)

    @property
    def settings(self) -> Path:
        """The settings, complete."""
        return self.path / "settings.yaml"

    @property
    def environment(self) -> Path:
        """Machine, versions, backend."""
        return self.path / "environment.json"

    @property
    def data_card(self) -> Path:
        """What the data is and what was removed."""
        return self.path / "data_card.json"

    @property
    def explanations(self) -> Path:
        """What the words of some test texts do to each model's answer."""
        return self.path / "explanations.json"

    @property
    def attention(self) -> Path:
        """The Transformer's attention weights for these texts."""
        return self.path / "attention.npz"

    @property
    def labels(self) -> Path:
        """Every labelled text with how probable its label is; the user may edit it."""
        return self.path / "labels.csv"

    @property
    def judged_labels(self) -> Path:
        """What was found of the labels, for the report."""
        return self.path / "labels.json"

    @property
    def judged_data(self) -> Path:
        """What was found of the data beside its labels, for the report."""
        return self.path / "judged_data.json"

    def prepared(self, seed: int) -> Path:
        """Texts, vocabulary and arrays of a seed's split."""
        return self.path / "data" / str(seed)

    def trial(self, model: str, seed: int) -> Path:
        """What one architecture left behind for one seed."""
        return self.path / model / str(seed)

    def predictions(self, model: str, seed: int) -> Path:
        """Probabilities on validation and test, a text a row."""
        return self.trial(model, seed) / "predictions.csv"

    def learned_from(self, model: str, seed: int) -> Path:
        """Probabilities on the texts that were learned from, training and unlabelled ones."""
        return self.trial(model, seed) / "learned_from.npz"

    def probes(self, model: str, seed: int) -> Path:
        """Answers to `data.probes`."""
        return self.trial(model, seed) / "probes.json"

    def shown_in_tensorboard(self, model: str, seed: int) -> Path:
        """There once a trial's outcome is among its events, which lie beside it."""
        return self.trial(model, seed) / "tensorboard.done"

    def description(self, model: str, seed: int) -> Path:
        """What the trained model says of itself, see `models.description`."""
        return self.trial(model, seed) / "model.json"

    def descriptions(self, model: str) -> list[Path]:
        """The same of all trials of a model that were begun, those of a search too."""
        return sorted([*self.path.glob(f"{model}/*/model.json"), *self.search.path.glob(f"{model}/*/model.json")])

    def metrics(self, model: str, seed: int) -> Path:
        """There once the trial is finished."""
        return self.trial(model, seed) / "metrics.json"

    def failure(self, model: str, seed: int) -> Path:
        """There instead where the trial could not be finished: `kind` (`missing` or `failed`) and `reason`."""
        return self.trial(model, seed) / "failure.json"

    def with_fewer_labels(self, labels: int) -> RunFolder:
        """A run of the same models and seeds, each trained with so many labels only."""
        return RunFolder(self.path / "label_curve" / str(labels))

    @property
    def search(self) -> RunFolder:
        """Where the trials of a search lie: as in a run, with the number of the trial in the place of the seed."""
        return RunFolder(self.path / "search")

    def chosen(self, model: str) -> Path:
        """There once the settings of a model were searched: which were chosen."""
        return self.search.path / model / "chosen.json"

    def export(self, model: str) -> Path:
        """The architecture as others can load it: SavedModel, ONNX ..., and how faithful they are."""
        return self.path / model / "export"

    @property
    def comparison(self) -> Path:
        """Everything measured, and which model is recommended."""
        return self.path / "comparison.json"
