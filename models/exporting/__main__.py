"""Exports the trained models of a run, each proven to answer as the trained model does.

python -m models.exporting runs/latest
python -m models.exporting runs/latest --models lstm --formats saved_model onnx onnx_int8 openvino
python -m models.exporting runs/latest --models lstm --pack lstm.zip
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import yaml

from data.amounts import memory_mb
from data.exits import EXIT_FAILED, EXIT_INTERRUPTED, attempt, refuse
from data.messages import escape_what_cannot_be_shown, reason_of
from models.run_folder import RunFolder
from models.serving.formats import DEFAULT, FORMATS


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="python -m models.exporting", description=__doc__.splitlines()[0])
    result.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    result.add_argument("--models", nargs="+", metavar="MODEL", help="only these (default: all that were trained)")
    result.add_argument(
        "--formats",
        nargs="+",
        choices=list(FORMATS),
        help=f"what to write: {', '.join(FORMATS)} (default: what the run's settings say)",
    )
    result.add_argument(
        "--memory-limit",
        type=memory_mb,
        default="10GB",
        metavar="SIZE",
        help="most memory of each process that writes or proves, such as 800MB (default: %(default)s)",
    )
    result.add_argument(
        "--pack",
        type=Path,
        metavar="ZIP",
        help="put the export of one model (--models, or the recommended one) that is there into an archive that needs "
        "nothing of this project",
    )
    return result


def main(arguments: list[str] | None = None) -> int:
    """Exports what the command line asks for; returns the exit code: 1 if something was refused, 2 for bad input."""
    escape_what_cannot_be_shown()
    options = parser().parse_args(arguments)
    run = RunFolder(options.run)
    try:
        settings = yaml.safe_load(run.settings.read_text(encoding="utf-8")) if run.settings.is_file() else {}
        trained = [model for model in settings.get("models", []) if any(run.path.glob(f"{model}/*/metrics.json"))]
    except (OSError, ValueError, AttributeError, TypeError, yaml.YAMLError) as error:
        return refuse(f"{run.settings} is damaged ({reason_of(error)}): start a new run.")
    if not trained:
        return refuse(f"{run.path} is no run folder with a trained model: python -m training.run makes one.")
    for model in options.models or []:
        if model not in trained:
            return refuse(f"{run.path} has no trained {model}: choose from {', '.join(trained)}.")
    if options.pack:
        return _pack(run, options.models, options.pack)
    formats = options.formats or settings.get("formats")
    if not formats:
        return refuse(f"{run.path} was made without exports: say with --formats which, such as {' '.join(DEFAULT)}.")
    # `.keras` files are the same for every backend, and only TensorFlow writes SavedModels.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    from models.exporting.export import export_all

    try:
        return 0 if export_all(run, options.models or trained, formats, options.memory_limit) else EXIT_FAILED
    except KeyboardInterrupt:
        print("Interrupted. What was exported before is kept.", file=sys.stderr)
        return EXIT_INTERRUPTED


def _pack(run: RunFolder, models: list[str] | None, archive: Path) -> int:
    """Packs one export; the exit code."""
    from models.classifier import find_export
    from models.exporting.alone.packing import pack
    from models.serving.engines import ExportUnusable

    if models and len(models) > 1:
        return refuse("--pack is for one model: name it with --models.")
    if archive.suffix != ".zip":
        return refuse(f"--pack {archive} is no zip file: call it {archive.with_suffix('.zip').name}.")

    def work() -> None:
        export = find_export(run.path, models[0] if models else None)
        pack(export, archive)
        print(f"{export.parent.name}: {archive}")

    return attempt(work, archive, ExportUnusable)


if __name__ == "__main__":
    sys.exit(main())
