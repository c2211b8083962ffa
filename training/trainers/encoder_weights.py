"""Which pretrained weights a run stands on: decided by its first trial that needs some, and the same for all others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.description import Description
from training import command_line
from training.trainers.trained import Task

if TYPE_CHECKING:
    from models.encoder.backbones import BackboneFiles


class OtherWeights(Exception):
    """The weights are not those that the run was trained on before; the message is one sentence."""


def described_trials(task: Task) -> list[Description]:
    """The trials of the task's model that the run has begun so far, those of a search too."""
    return [Description.load(path) for path in task.run.descriptions(task.architecture.name)]


def decide_weights(task: Task) -> BackboneFiles:
    """Finds the weights that `--backbone` names, and writes into `settings.yaml` what it turned out to mean.

    What `auto` means depends on the machine and the moment. Other seeds, a resumed run and whoever repeats it shall
    have the same weights, so that a mean over seeds is one of equals.

    Raises:
        BackboneUnavailable: they cannot be had.
        OtherWeights: another seed of the run, or what is there of this one, was trained on others.
    """
    from models.encoder.backbones import locate_backbone

    run = task.run
    files = locate_backbone(task.settings.backbone)
    for before in described_trials(task):
        if before.weights_key != files.key:
            raise OtherWeights(
                f"the weights found now ({files.label}) are not those that seed {before.seed} was trained on "
                f"({before.weights}): bring those back, or start a new run"
            )
    if files.name != task.settings.backbone:
        # A trial's own settings may differ from the run's.
        command_line.save(replace(command_line.load(run.settings), backbone=files.name), run.settings)
    return files
