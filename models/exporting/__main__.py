"""Exports the trained models of a run, each proven to answer as the trained model does.

python -m models.exporting runs/latest
python -m models.exporting runs/latest --models lstm --formats saved_model onnx onnx_int8 openvino
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import yaml

from models.run_folder import RunFolder
from models.serving.formats import DEFAULT, FORMATS

EXIT_FAILED, EXIT_BAD_INPUT = 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Exports what the command line asks for; returns the exit code: 1 if something was refused, 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m models.exporting", description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="the run folder, such as runs/latest")
    parser.add_argument("--models", nargs="+", metavar="MODEL", help="only these (default: all that were trained)")
    parser.add_argument(
        "--formats",
        nargs="+",
        choices=list(FORMATS),
        help=f"what to write: {', '.join(FORMATS)} (default: what the run's settings say)",
    )
    parser.add_argument(
        "--memory-limit",
        type=float,
        default=10,
        metavar="GB",
        help="most memory of the converting process (default: 10)",
    )
    options = parser.parse_args(arguments)
    run = RunFolder(options.run)
    settings = yaml.safe_load(run.settings.read_text(encoding="utf-8")) if run.settings.is_file() else {"models": []}
    trained = [model for model in settings["models"] if any(run.path.glob(f"{model}/*/metrics.json"))]
    if not trained:
        parser.error(f"{run.path} is no run folder with a trained model: python -m training.run makes one.")
    for model in options.models or []:
        if model not in trained:
            parser.error(f"{run.path} has no trained {model}: choose from {', '.join(trained)}.")
    formats = options.formats or settings.get("formats")
    if not formats:
        parser.error(
            f"{run.path} was made without exports: say with --formats which ones, such as {' '.join(DEFAULT)}."
        )
    # `.keras` files are the same for every backend, and only TensorFlow writes SavedModels.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from models.exporting.export import export_all

    try:
        return 0 if export_all(run, options.models or trained, formats, options.memory_limit) else EXIT_FAILED
    except KeyboardInterrupt:
        print("Interrupted. What was exported before is kept.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"error: {error}: free some space or mend the folder, and export again.", file=sys.stderr)
        return EXIT_BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
