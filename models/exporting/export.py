"""One model after another, one format after another: written aside, proven, and only then put into its place."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from data.files import UNFINISHED, read_json, restore_folder
from data.messages import reason_of
from models.catalog import CATALOG, Family
from models.children import MemoryExceeded, exit_name, run_in_child, start_fork_server
from models.exporting.parity import check, refusal
from models.exporting.placing import put_into_place, reference_of
from models.exporting.writing import WRITTEN, write_formats
from models.run_folder import RunFolder, RunFolderError
from models.serving.formats import Format, with_needs

ON_CTRL_C = "Stopping; press Ctrl-C again to stop at once."


@dataclass(frozen=True)
class Exporter:
    """Exports the trained models of one run.

    Attributes:
        run: the run folder.
        formats: what to write, each behind what it is made from.
        memory_limit_mb: most memory of each process that writes or proves, in MB.
    """

    run: RunFolder
    formats: list[Format]
    memory_limit_mb: float

    def export(self, model: str) -> bool:
        """Exports the best seed of one model; whether every format was written and proven.

        A format that is refused leaves the one of the same trained model that is there already, and where none can be
        had the folder stays as it is. The folder is replaced in one step: its files always belong together, and
        `parity.json` says what came out.

        Raises:
            RunFolderError: a file of the trial is missing or damaged.
            OSError: the folder cannot be written.
        """
        seed, folder, formats = best_seed(self.run, model), self.run.export(model), self.formats_of(model)
        if not formats:
            print(f"{model:<12} not exported: none of these formats is for it", flush=True)
            return False
        restore_folder(folder)
        _remove_remnants(folder.parent)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_prefix(os.getpid())) as name:
            aside = Path(name)
            found = self._write(model, seed, aside)
            for entry in formats:
                found[entry.name] |= self._prove(model, seed, aside, entry, found)
                print(f"{model:<12} {entry.name:<12} {_outcome(entry, found[entry.name])}", flush=True)
            reference = reference_of(self.run.predictions(model, seed), aside)
            put_into_place(folder, aside, {"model": model, "seed": seed, "reference": reference, "formats": found})
        return not any(entry["refused"] for entry in found.values())

    def formats_of(self, model: str) -> list[Format]:
        """Those of the formats that are for models of its family."""
        return [entry for entry in self.formats if entry.is_for(CATALOG[model].family)]

    def _write(self, model: str, seed: int, aside: Path) -> dict[str, dict]:
        """By format, what `written.json` says of it; where a process ends in the midst of one, another one goes on."""
        found: dict[str, dict] = {}
        while waiting := [entry.name for entry in self.formats_of(model) if entry.name not in found]:
            written = aside / WRITTEN
            written.unlink(missing_ok=True)
            method = "forkserver" if takes_framework(model, self.formats_of(model)) else "spawn"
            ended = self._in_child(method, write_formats, self.run.path, model, seed, waiting, aside)
            loaded = written.exists()
            found |= read_json(written) if loaded else {}
            rest = [name for name in waiting if name not in found]
            # Where the model could not even be loaded the next process would fare no better.
            found |= {name: {"refused": ended or "it was not written"} for name in (rest[:1] if loaded else rest)}
        return found

    def _prove(self, model: str, seed: int, aside: Path, entry: Format, found: dict[str, dict]) -> dict:
        """Asks the export in a fresh process, one without TensorFlow where it must do without."""
        if found[entry.name]["refused"]:
            return {}
        if entry.made_from and found[entry.made_from]["refused"]:
            return {"refused": f"it is made from {entry.made_from}, which is refused"}
        result = aside / f"{entry.name}.json"
        method = "forkserver" if entry.needs_tensorflow else "spawn"
        ended = self._in_child(method, check, self.run.path, model, seed, aside, entry.name, result)
        if not result.exists():
            return {"refused": f"loading and asking it failed: {ended}"}
        measured = read_json(result)
        return measured if "refused" in measured else measured | {"refused": refusal(entry, measured)}

    def _in_child(self, method: str, target: Callable[..., None], *arguments) -> str | None:
        """Runs `target` in a child process; what ended it before its time."""
        limit = self.memory_limit_mb
        try:
            code = run_in_child(method, target, *arguments, memory_limit_mb=limit, on_ctrl_c=ON_CTRL_C)
        except MemoryExceeded as error:
            return f"it took {error}, more than --memory-limit of {limit:,.0f} MB"
        return None if code == 0 else f"its process ended with {exit_name(code)}"


def export_all(run: RunFolder, models: Sequence[str], formats: Sequence[str], memory_limit_mb: float) -> bool:
    """Exports each model's best seed and says how faithful each export is; one that fails stops none behind it.

    Args:
        run: the run folder.
        models: architectures with at least one finished trial.
        formats: names of formats.
        memory_limit_mb: of each process that writes or proves, in MB.

    Returns:
        Whether every export was written and proven.
    """
    exporter, complete = Exporter(run, with_needs(formats), memory_limit_mb), True
    if any(takes_framework(model, exporter.formats) for model in models):
        start_fork_server("models.framework")
    for model in models:
        try:
            complete &= exporter.export(model)
        except (RunFolderError, OSError) as error:
            print(f"{model:<12} not exported: {reason_of(error)}", flush=True)
            complete = False
    return complete


def takes_framework(model: str, formats: Sequence[Format]) -> bool:
    """Whether Keras and TensorFlow are needed to write a model in some formats; the linear model is plain arrays."""
    return CATALOG[model].family is not Family.LINEAR or any(entry.made_of_graph for entry in formats)


def best_seed(run: RunFolder, model: str) -> int:
    """The seed of the finished trial with the least validation log loss; one that collapsed only where all did.

    Raises:
        RunFolderError: a `metrics.json` is damaged.
    """
    ranks: dict[int, tuple[bool, float]] = {}
    for path in run.path.glob(f"{model}/*/metrics.json"):
        try:
            validation = read_json(path)["validation"]
            ranks[int(path.parent.name)] = validation["collapsed"], validation["log_loss"]
        except (ValueError, KeyError, TypeError) as error:
            raise RunFolderError(f"{path} is damaged: train the model again.") from error
    return min(ranks, key=lambda seed: ranks[seed])


def _prefix(pid: int) -> str:
    return f"{UNFINISHED}export-{pid}-"


def _remove_remnants(folder: Path) -> None:
    """Removes what exporting processes that were killed have left in the folder of a model."""
    for remnant in folder.glob(f"{UNFINISHED}export-*"):
        pid = remnant.name.removeprefix(f"{UNFINISHED}export-").partition("-")[0]
        if not (pid.isdecimal() and psutil.pid_exists(int(pid))):
            shutil.rmtree(remnant, ignore_errors=True)


def _outcome(entry: Format, found: dict) -> str:
    if found["refused"]:
        return f"refused: {found['refused']}"
    nearness = f"largest difference {found['largest_difference']:.0e}"
    if entry.may_change_answers:
        nearness = f"validation accuracy {100 * found['validation_accuracy_change']:+.1f} points"
    return (
        f"{found['megabytes']:7.1f} MB  {nearness}, same label for {found['label_agreement']:.2%} of "
        f"{found['texts']:,} texts  one text in {found['latency_ms']['1']:.1f} ms"
    )
