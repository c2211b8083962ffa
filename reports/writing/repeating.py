"""How to repeat a run: the command, the machine and the settings."""

from __future__ import annotations

import yaml

from data.messages import shell_path
from models.run_folder import RunFolder
from reports.reading.facts import RunFacts


def command(run: RunFacts) -> str:
    """What repeats the run, typed in any folder."""
    settings = shell_path(RunFolder(run.path).settings)
    return f"KERAS_BACKEND={run.environment.backend} python -m training.run --config {settings}"


def begun_with(run: RunFacts) -> str:
    """What began the run; where its folder does not say it, what repeats it."""
    begun = run.environment.command
    return f"KERAS_BACKEND={run.environment.backend} {begun}" if begun else command(run)


def computed_on(run: RunFacts) -> str:
    """What it computed on: the processor, and the GPU or other device where there was one."""
    environment = run.environment
    device = f", {environment.device}" if environment.device else ""
    return f"{environment.processor}, {environment.cores} cores{device}"


def machine(run: RunFacts) -> str:
    """Where it was trained, with what."""
    environment = run.environment
    packages = ", ".join(f"{name} {version}" for name, version in environment.packages.items())
    return f"Python {environment.python}, {environment.system}, {computed_on(run)}; {packages}."


def settings_yaml(run: RunFacts) -> str:
    """All settings."""
    return yaml.safe_dump(run.settings, sort_keys=False, allow_unicode=True).strip()
