"""What a run trained, read back from its folder as an `Exportable`, whichever backend trained it.

Keras must run on TensorFlow here; the `.keras` files are the same for every backend.
"""

from __future__ import annotations

import functools
from pathlib import Path

import yaml

from data.files import read_json
from data.preparing import load_vocabulary
from models.exporting.exportable import Description, Exportable, ExportRefused
from models.run_folder import RunFolder

WORD_BATCH, ENCODER_BATCH = 256, 32


def describe(run: RunFolder, model: str, seed: int) -> Description:
    """What goes beside the exports of one trial."""
    card = read_json(run.data_card)
    return Description(
        model=model,
        title=read_json(run.metrics(model, seed))["title"],
        seed=seed,
        class_names=card["class_names"],
        batch_size=ENCODER_BATCH if model == "distilbert" else WORD_BATCH,
        data_card=card,
    )


def load(run: RunFolder, model: str, seed: int) -> Exportable:
    """The trained model of one trial.

    Raises:
        ExportRefused: the pretrained weights behind it are not to be had, or its tokenizer cannot be exported.
        OSError, ValueError: a file of the trial is missing or damaged.
    """
    keep_negations = read_json(run.data_card)["keep_negations"]
    if model == "linear":
        from models.exporting.linear_export import LinearExport
        from models.linear import LinearModel

        return LinearExport(LinearModel.load(run.trial(model, seed) / "model.npz"), keep_negations)
    settings = yaml.safe_load(run.settings.read_text(encoding="utf-8"))
    if model == "distilbert":
        return _load_encoder(run, seed, settings, keep_negations)
    return _load_word_model(run.trial(model, seed), run.prepared(seed), settings["sequence_length"], keep_negations)


def _load_word_model(trial: Path, prepared: Path, sequence_length: int, keep_negations: bool) -> Exportable:
    import keras

    import models.architectures.layers  # noqa: F401  the Transformer's layers must be known to Keras
    from models.exporting.network import Network
    from models.exporting.text_input import WordInput
    from models.exporting.tokenizer_file import word_tokenizer

    vocabulary = load_vocabulary(prepared)
    return Network(
        keras.saving.load_model(trial / "model.keras", compile=False, safe_mode=True),
        WordInput(vocabulary, keep_negations, sequence_length),
        functools.partial(word_tokenizer, vocabulary, keep_negations, sequence_length),
    )


def _load_encoder(run: RunFolder, seed: int, settings: dict, keep_negations: bool) -> Exportable:
    import keras
    import keras_nlp

    from models.encoder.backbones import BackboneUnavailable, locate_backbone
    from models.encoder.head import build_head, join
    from models.encoder.unfreezing import join_split, split_at
    from models.exporting.network import Network
    from models.exporting.text_input import EncoderInput
    from models.exporting.tokenizer_file import word_piece_tokenizer

    trained = read_json(run.metrics("distilbert", seed))
    try:
        found = locate_backbone(settings["backbone"])
        if found.key != trained["weights_key"]:
            raise ExportRefused(
                f"the weights behind {trained['title']} have changed since training ({found.label} is found now): "
                "bring them back, or train again"
            )
        backbone = found.load()
    except BackboneUnavailable as error:
        raise ExportRefused(str(error)) from error
    if not isinstance(backbone.tokenizer, keras_nlp.tokenizers.WordPieceTokenizer):
        raise ExportRefused(
            f"{type(backbone.tokenizer).__name__} does not run within an exported graph: encoders with a WordPiece "
            "tokenizer (BERT, DistilBERT, ELECTRA) can be exported"
        )
    trial = run.trial("distilbert", seed)
    if settings["unfreeze"]:
        lower, upper = split_at(backbone, settings["unfreeze"], settings["pooling"])
        head = build_head(upper.output_shape[-1], len(read_json(run.data_card)["class_names"]))
        model = join_split(lower, upper, head)
        model.load_weights(trial / "unfrozen.weights.h5")
    else:
        head = keras.saving.load_model(trial / "model.keras", compile=False, safe_mode=True)
        model = join(backbone, head, settings["pooling"])
    length, cleaned = settings["backbone_length"], settings["backbone_cleaned"]
    return Network(
        model,
        EncoderInput(backbone, cleaned, keep_negations, length),
        functools.partial(word_piece_tokenizer, backbone.tokenizer, cleaned, keep_negations, length),
    )
