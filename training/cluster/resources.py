"""What a trial asks of a node, before anything of it is there to be measured."""

from __future__ import annotations

from data.amounts import MEBIBYTE
from data.files import read_json
from models.catalog import CATALOG, Family
from models.run_folder import RunFolder
from training.measuring import memory
from training.settings import Settings

FRAMEWORK_MB = 700  # what a process holds that has imported Keras and its backend
ENCODER_MB = 3000  # of the pretrained encoders that `--backbone auto` takes
ANSWERS_MB = 500  # of a model that is made of other models' answers
MATRICES_OF_A_BLOCK = 12  # as wide as they are high: those of attention and of the layers behind it


def expected_mb(run: RunFolder, settings: Settings, model: str, seed: int) -> float:
    """Peak memory of a trial, in MB: what another seed of it was said to take, or an estimate from the settings."""
    known = list(run.path.glob(f"{model}/*/metrics.json"))
    if known:
        return max(read_json(path)["estimated_memory_mb"] for path in known)
    entry = CATALOG[settings.student] if CATALOG[model].taught else CATALOG[model]
    if entry.family is Family.LINEAR:
        characters = sum(path.stat().st_size for path in run.prepared(seed).glob("*.json*"))
        return ANSWERS_MB + memory.BYTES_PER_CHARACTER * characters / MEBIBYTE
    if entry.family is Family.COMBINED:
        return ANSWERS_MB
    if entry.family is Family.ENCODER:
        return ENCODER_MB
    read = settings.arrays_of(model)
    trained = read.vocabulary_size * settings.width + entry.blocks * MATRICES_OF_A_BLOCK * settings.width**2
    taken = memory.network_mb(
        trained,
        settings.student_batch_size if CATALOG[model].taught else settings.batch_size,
        read.sequence_length,
        settings.width,
        entry.heads,
        entry.blocks,
        settings.devices,
    )
    return taken - memory.held_mb() + FRAMEWORK_MB
