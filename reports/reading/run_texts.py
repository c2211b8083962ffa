"""The texts of a run, with the encoder's features of them where these are still kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.cleaning import strip_markup
from data.preparing import load_texts, load_unlabelled
from data.splits.leakage import UNLABELLED
from data.splits.parts import Part
from data.splits.unlabelled import Unlabelled
from models.catalog import CATALOG, Family
from models.description import Description
from models.encoder.feature_files import kept_features
from models.encoder.weights import cache_directory
from models.run_folder import RunFolder, RunFolderError
from reports.reading.facts import Plan, read_class_names, read_plan


@dataclass(frozen=True)
class Features:
    """What a frozen encoder says of texts.

    Attributes:
        encoder: which weights it has, in words.
        by_part: `float32` arrays of shape `(n, width)` by name of the split, and of the unlabelled texts where theirs
            are kept too.
    """

    encoder: str
    by_part: dict[str, np.ndarray]


@dataclass(frozen=True)
class RunTexts:
    """The texts of one seed.

    Attributes:
        plan: the run's settings.
        seed: of the split.
        class_names: the classes by number.
        parts: the labelled texts by name of the split.
        unlabelled: those without a label.
        features: of an encoder that the run trained a head on, `None` without one.
        without: why there are none, as a sentence; nothing where there are some.
    """

    plan: Plan
    seed: int
    class_names: list[str]
    parts: dict[str, Part]
    unlabelled: Unlabelled
    features: Features | None = None
    without: str = ""


def read_run_texts(run: Path, features: bool = True) -> RunTexts:
    """The texts of the first seed that a run has prepared.

    Args:
        run: its folder.
        features: whether the encoder's are wanted.

    Raises:
        RunFolderError: the folder is no run folder, or has no texts that can be read.
    """
    plan, folder = read_plan(run), RunFolder(run)
    class_names = read_class_names(run)
    seed = next((seed for seed in plan.seeds if folder.prepared(seed).is_dir()), None)
    if seed is None:
        raise RunFolderError(f"{run} has no texts yet: train with python -m training.run.")
    try:
        parts, unlabelled = load_texts(folder.prepared(seed)), load_unlabelled(folder.prepared(seed))
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise RunFolderError(f"The texts of {run} (seed {seed}) cannot be read: {error!r}: train again.") from error
    found, without = _features(folder, plan, seed, parts, unlabelled) if features else (None, "")
    return RunTexts(plan, seed, class_names, parts, unlabelled, found, without)


def _features(
    folder: RunFolder, plan: Plan, seed: int, parts: dict[str, Part], unlabelled: Unlabelled
) -> tuple[Features | None, str]:
    """The features of the first encoder that has them, or why there are none."""
    described = [folder.description(model, seed) for model in plan.models if _is_encoder(model)]
    descriptions = [Description.load(path) for path in described if path.exists()]
    if not descriptions:
        return None, "The run has no pretrained encoder"
    for description in descriptions:
        if description.features_key is None:
            continue
        directory = cache_directory() / "features"
        texts = {name: part.cleaned if description.cleaned else part.texts for name, part in parts.items()}
        texts[UNLABELLED] = unlabelled.cleaned if description.cleaned else unlabelled.texts
        by_part = {}
        for name, found in texts.items():
            read = found if description.cleaned else [strip_markup(text) for text in found]
            learned = name in ("train", UNLABELLED) and description.learned_features_key
            kept = kept_features(directory, learned or description.features_key, read) if read else None
            if kept is not None:
                by_part[name] = kept
        if parts.keys() <= by_part.keys():
            return Features(description.weights or description.title, by_part), ""
    return None, "What the encoder made of the texts is no longer kept on this machine"


def _is_encoder(model: str) -> bool:
    return model in CATALOG and CATALOG[model].family is Family.ENCODER
