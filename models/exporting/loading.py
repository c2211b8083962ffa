"""What a run trained, read back from its folder as an `Exportable`, whichever backend trained it.

Keras must run on TensorFlow here; the `.keras` files are the same for every backend.
"""

from __future__ import annotations

import functools
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from data.files import read_json
from data.words.arrays import load_vocabulary
from models.catalog import Family
from models.description import Description
from models.exporting.exportable import Exportable, ExportCard, ExportRefused
from models.predictions import read_predictions
from models.run_folder import RunFolder, RunFolderError

ONNX = "onnx"
# Texts per step that answer fast. The states of more than some texts of an encoder leave the processor's cache: ONNX
# Runtime took 31 ms of processor time a text at 4 and 8 together, 33 at 16 and 40 at 32; TensorFlow 31 to 33 at all.
BATCH_SIZE, ENCODER_BATCH_SIZE = 256, 8
LARGEST_TEXTS_BY_CLASSES = 4096  # the linear model has a number for each term of each text and each class at once


def describe(run: RunFolder, model: str, seed: int) -> ExportCard:
    """What goes beside the exports of one trial."""
    card, description = read_json(run.data_card), _describe(run, model, seed)
    members = [_describe(run, name, seed) for name in description.members]
    families = {part.family for part in (description, *members)}
    return ExportCard(
        model=description.name,
        family=description.family,
        title=description.title,
        seed=seed,
        class_names=card["class_names"],
        batch_size=min(_batch_size(family, len(card["class_names"])) for family in families),
        members=description.members,
        word_cleaning={
            part.name: asdict(part.cleaning)
            for part in members or [description]
            if part.family in (Family.WORDS, Family.LINEAR)
        },
        has_word_pieces=Family.ENCODER in families,
        truncation_side=description.truncation_side,
        confidences=_confidences(run, model, seed, card["class_names"]),
        data_card=card,
    )


def _confidences(run: RunFolder, model: str, seed: int, class_names: list[str]) -> list[float]:
    """Percentiles of the probability that the model gave to its answers on validation."""
    answers = read_predictions(run.predictions(model, seed), class_names)["validation"]
    return np.percentile(answers.probabilities.max(axis=1), range(101)).round(6).tolist()


def _describe(run: RunFolder, model: str, seed: int) -> Description:
    return Description.load(run.description(model, seed))


def _batch_size(family: Family, classes: int) -> int:
    if family is Family.LINEAR:
        return max(1, min(BATCH_SIZE, LARGEST_TEXTS_BY_CLASSES // classes))
    return ENCODER_BATCH_SIZE if family is Family.ENCODER else BATCH_SIZE


def load(run: RunFolder, model: str, seed: int) -> Exportable:
    """The trained model of one trial.

    Raises:
        ExportRefused: the pretrained weights behind it are not to be had, or its tokenizer cannot be exported.
        RunFolderError: its `model.json` is missing or damaged.
        OSError, ValueError: another file of the trial is.
    """
    description, trial = _describe(run, model, seed), run.trial(model, seed)
    if description.family is Family.COMBINED:
        from models.exporting.combined import Combined
        from models.exporting.placing import proven_file

        graphs = {name: proven_file(run, name, seed, ONNX) for name in description.members}
        members = {name: load(run, name, seed) for name in description.members}
        return Combined(members, {name: path for name, path in graphs.items() if path is not None})
    if description.family is Family.LINEAR:
        from models.exporting.linear.export import LinearExport
        from models.linear.arrays import LinearModel

        return LinearExport(LinearModel.load(trial / description.files["model"]), description.cleaning)
    if description.family is Family.ENCODER:
        return _load_encoder(description, trial, len(read_json(run.data_card)["class_names"]))
    return _load_word_model(description, trial, load_vocabulary(run.prepared(seed) / description.arrays))


def _load_word_model(description: Description, trial: Path, vocabulary: list[str]) -> Exportable:
    import keras

    import models.architectures.layers  # noqa: F401  layers of our own must be known to Keras
    from models.exporting.network import Network
    from models.exporting.text_input import WordInput
    from models.exporting.tokenizer_file import word_tokenizer

    reading = description.cleaning, _given(description, "sequence_length"), description.truncation_side
    return Network(
        keras.saving.load_model(trial / description.files["model"], compile=False, safe_mode=True),
        WordInput(vocabulary, *reading),
        functools.partial(word_tokenizer, vocabulary, *reading),
    )


def _load_encoder(description: Description, trial: Path, classes: int) -> Exportable:
    import keras
    import keras_nlp

    from models.encoder.backbones import BackboneUnavailable, locate_backbone
    from models.encoder.head import build_head, join
    from models.encoder.unfreezing import join_split, split_at
    from models.exporting.network import Network
    from models.exporting.text_input import EncoderInput
    from models.exporting.tokenizer_file import word_piece_tokenizer

    try:
        found = locate_backbone(_given(description, "backbone"))
        if found.key != description.weights_key:
            raise ExportRefused(
                f"the weights behind {description.title} have changed since training ({found.label} is found now): "
                "bring them back, or train again"
            )
        backbone = found.load(description.truncation_side)
    except BackboneUnavailable as error:
        raise ExportRefused(str(error)) from error
    if not isinstance(backbone.tokenizer, keras_nlp.tokenizers.WordPieceTokenizer):
        raise ExportRefused(
            f"{type(backbone.tokenizer).__name__} does not run within an exported graph: encoders with a WordPiece "
            "tokenizer (BERT, DistilBERT, ELECTRA) can be exported"
        )
    pooling = _given(description, "pooling")
    if description.unfrozen:
        lower, upper = split_at(backbone, description.unfrozen, pooling)
        model = join_split(lower, upper, build_head(upper.output_shape[-1], classes))
        model.load_weights(trial / description.files["unfrozen"])
    else:
        head = keras.saving.load_model(trial / description.files["model"], compile=False, safe_mode=True)
        model = join(backbone, head, pooling)
    reading = description.cleaning if description.cleaned else None, _given(description, "sequence_length")
    return Network(
        model,
        EncoderInput(backbone, *reading),
        functools.partial(word_piece_tokenizer, backbone.tokenizer, *reading, description.truncation_side),
    )


def _given(description: Description, field: str) -> Any:
    """A field of `model.json` that models of this family have.

    Raises:
        RunFolderError: this one lacks it.
    """
    value = getattr(description, field)
    if value is None:
        raise RunFolderError(f"model.json of {description.name} lacks {field}: train the model again.")
    return value
