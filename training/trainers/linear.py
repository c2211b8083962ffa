"""Fits the linear reference on the whole cleaned texts."""

from __future__ import annotations

import numpy as np

from data.preparing import Part
from models.run_folder import RunFolder
from training import memory
from training.settings import Settings
from training.trainers.trained import Trained, progress_title, rows


def train(name: str, settings: Settings, run: RunFolder, seed: int, parts: dict[str, Part], classes: int) -> Trained:
    """Fits every candidate; validation chooses."""
    from models import linear
    from models.linear import LinearModel

    train, validation, test = (parts[part] for part in ("train", "validation", "test"))
    estimate = memory.linear_mb(train.cleaned)
    memory.require(estimate, settings)
    pipeline, chosen = linear.fit(train.cleaned, train.labels, validation.cleaned, validation.labels, seed)
    print(f"{progress_title(name, settings, seed):<22} TF-IDF of {chosen}, chosen on validation", flush=True)
    LinearModel.from_pipeline(pipeline).save(run.trial(name, seed) / "model.npz")
    parameters = linear.parameter_count(pipeline)
    return Trained(
        title=name,
        probabilities={part: pipeline.predict_proba(found.cleaned) for part, found in parts.items()},
        answer=lambda size: pipeline.predict_proba(rows(np.array(test.cleaned, dtype=object), size)),
        answer_texts=lambda _, cleaned: pipeline.predict_proba(cleaned),
        parameters=parameters,
        trainable_parameters=parameters,
        facts={"estimated_memory_mb": estimate, "chosen": chosen, "reads": "the whole cleaned text"},
    )
