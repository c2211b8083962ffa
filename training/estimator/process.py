"""The process in which an estimator is fitted: trains in a run folder what its settings name, and exports the last.

    python -m training.estimator.process RUN MODEL

It takes the steps of `training.run` that a fitted model needs, by the same code, and leaves out report, explanations
and TensorBoard.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from data.exits import EXIT_FAILED, attempt


class NotFitted(Exception):
    """The model could not be trained or exported; the message is one sentence."""


def main(arguments: list[str]) -> int:
    """Fits; returns the exit code: 1 where training failed, 2 for texts that cannot be used."""
    from data.corpus import DataError
    from models.children import end_with_caller
    from training.environment import BackendUnusable
    from training.run import end_fork_server
    from training.run_folders import RunFailed

    end_with_caller()
    path, model = Path(arguments[0]), arguments[1]
    try:
        return attempt(lambda: _fit(path, model), path, DataError, RunFailed, BackendUnusable)
    except NotFitted as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_FAILED
    finally:
        end_fork_server()


def _fit(path: Path, model: str) -> None:
    from data.files import read_json
    from data.preparing import save_text_weights
    from models.catalog import in_order
    from models.children import start_fork_server
    from models.run_folder import RunFolder
    from training import command_line
    from training.environment import DEFAULT_BACKEND, choose_backend, prepare_environment
    from training.estimator.handed_over import HandedOver
    from training.experiment import prepare_seed
    from training.setting_values import AUTO
    from training.trial_processes import train_trial

    run = RunFolder(path)
    settings = command_line.load(run.settings)
    # The fork server of TensorFlow has imported all that exporting takes.
    choose_backend(DEFAULT_BACKEND if settings.backend == AUTO else settings.backend)
    prepare_environment(settings.device)
    deadline = settings.time_limit_seconds and time.monotonic() + settings.time_limit_seconds
    start_fork_server("models.framework")
    given, seed = HandedOver.load(path), settings.seed
    settings = prepare_seed(run, settings, seed, given.corpus)
    if given.weights is not None:
        import numpy as np

        save_text_weights(np.array([*given.weights, 1.0, 1.0]), run.prepared(seed))
    for name in in_order(settings.models):
        train_trial(run, settings, name, seed, deadline)
    if not run.metrics(model, seed).exists():  # which there is of what a time limit cut short too
        raise NotFitted(f"{model} could not be trained: {read_json(run.failure(model, seed))['reason']}.")
    _export(run, model)


def _export(run, model: str) -> None:
    """Exports the model, and refuses it where one format cannot be had.

    Raises:
        NotFitted: it says which, and why.
    """
    from data.files import read_json
    from models.catalog import CATALOG
    from models.children import run_command
    from models.exporting.export import Exporter
    from models.exporting.placing import PARITY
    from models.serving.formats import FORMATS, with_needs
    from training import command_line
    from training.environment import DEFAULT_BACKEND, backend

    settings = command_line.load(run.settings)
    if backend() == DEFAULT_BACKEND:  # whose fork server has imported all that exporting takes
        Exporter(run, with_needs(settings.formats), settings.memory_limit_mb).export(model)
    else:
        run_command("models.exporting", str(run.path), "--models", model, "--memory-limit", settings.memory_limit)
    parity = run.export(model) / PARITY
    formats = read_json(parity)["formats"] if parity.exists() else {}
    for name in settings.formats:
        is_for_it = FORMATS[name].is_for(CATALOG[model].family)
        missing = "the process that exports it failed" if is_for_it else "it is for other models"
        if reason := formats.get(name, {"refused": missing})["refused"]:
            raise NotFitted(f"{model} could not be exported as {name}: {reason}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
