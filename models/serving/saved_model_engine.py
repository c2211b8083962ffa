"""Runs `saved_model/1/` with TensorFlow.

A SavedModel is a program: a graph of TensorFlow's operations, some of which read and write files, and TensorFlow runs
part of it while it loads. Load only those that you made, or whose makers you trust
(https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.quiet import no_garbage, quiet_stderr
from models.serving.engines import OUTPUT, Answer, EngineMissing, as_utf8, read_classifier
from models.serving.formats import Format


class SavedModelEngine:
    """Answers with a SavedModel.

    Args:
        folder: the SavedModel.
        encoder: whether it holds a pretrained encoder, whose graph needs the operations of TensorFlow Text.
    """

    def __init__(self, folder: Path, encoder: bool):
        try:
            with quiet_stderr(), no_garbage():
                import tensorflow

                if encoder:
                    import tensorflow_text  # noqa: F401  its operations are known once it is imported
        except ImportError as error:
            raise EngineMissing(
                f"{folder} needs tensorflow{' and tensorflow-text' if encoder else ''} ({error}): install them, or "
                "choose another export with --format."
            ) from error
        self.constant, self.string = tensorflow.constant, tensorflow.string
        with quiet_stderr():
            self.model = tensorflow.saved_model.load(str(folder))  # kept: the signature does not hold its variables
        self.serve = self.model.signatures["serving_default"]

    def answer(self, texts: Sequence[str]) -> Answer:
        found = self.serve(text=self.constant([as_utf8(text) for text in texts], self.string))
        return Answer(found[OUTPUT].numpy(), found["tokens_seen"].numpy())


def load(folder: Path, entry: Format) -> SavedModelEngine:
    """The engine of the SavedModel in an export folder."""
    (name,) = entry.files
    return SavedModelEngine(folder / name / "1", read_classifier(folder)["has_word_pieces"])
