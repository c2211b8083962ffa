"""What an estimator keeps of a run: the files of the trained model's exports, as bytes, and what was measured."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.exits import EXIT_BAD_INPUT
from data.files import read_json
from models.children import call_module, exit_name
from models.classifier import Classifier, load_classifier
from models.exporting.placing import PARITY
from models.run_folder import RunFolder
from models.serving.engines import CLASSIFIER, TOKENIZER
from models.serving.formats import FORMATS
from training import command_line
from training.estimator.handed_over import HandedOver
from training.settings import Settings

PROCESS = "training.estimator.process"
OF_TEST = ("test", "leaked", "accuracy_by_group", "accuracy_per_million_parameters", "texts_per_second")


@dataclass
class Fitted:
    """A trained and exported model, which can be pickled.

    Attributes:
        files: of its export folder, by their paths in it.
        formats: names of its exports; the first answers.
        metrics: what was measured in training and on validation, see `metrics.json` of a run.
    """

    files: dict[str, bytes]
    formats: list[str]
    metrics: dict[str, Any]
    _loaded: Classifier | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_loaded": None}

    @property
    def classifier(self) -> Classifier:
        """The first export, loaded."""
        if self._loaded is None:
            with tempfile.TemporaryDirectory() as folder:
                self.write(Path(folder), self.formats[0])
                self._loaded = load_classifier(folder, format=self.formats[0])
        return self._loaded

    def write(self, folder: Path, name: str) -> None:
        """Writes one export, and what stands beside it, into a folder that `models.classifier` and `predict` read.

        Raises:
            ValueError: the model was not exported in that format.
        """
        if name not in self.formats:
            raise ValueError(
                f"The model is there as {', '.join(self.formats)}, not as {name!r}: name it in `formats` and fit again."
            )
        wanted = (CLASSIFIER, TOKENIZER, PARITY, *FORMATS[name].files)
        for path, content in self.files.items():
            if path.split("/")[0] in wanted:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)


def fit(settings: Settings, model: str, given: HandedOver, verbose: bool) -> Fitted:
    """Trains and exports one model in a process of its own, in a run folder that is gone afterwards.

    Raises:
        ValueError: the texts cannot be used; the message says what is wrong with them.
        RuntimeError: the model could not be trained or exported.
    """
    with tempfile.TemporaryDirectory(prefix="text-classifier-") as folder:
        run = RunFolder(Path(folder))
        command_line.save(settings, run.settings)
        given.save(run.path)
        code, errors = call_module(PROCESS, folder, model, say=print if verbose else None)
        if code:
            raise error_of(code, errors)
        export = run.export(model)
        files = {path.relative_to(export).as_posix(): path.read_bytes() for path in export.rglob("*") if path.is_file()}
        return Fitted(files, list(settings.formats), _without_test(read_json(run.metrics(model, settings.seed))))


def error_of(code: int, errors: str) -> Exception:
    """The error of a process that ended with an exit code other than 0, by what it wrote to standard error."""
    lines = errors.strip().splitlines()
    sentences = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if sentences:
        return ValueError(sentences[-1]) if code == EXIT_BAD_INPUT else RuntimeError(sentences[-1])
    return RuntimeError(f"The process that trains ended with {exit_name(code)}: {(lines or ['it said nothing'])[-1]}")


def _without_test(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics without what stands on test texts, of which there were none."""
    return {name: value for name, value in metrics.items() if name not in OF_TEST}
