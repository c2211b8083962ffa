"""Writes `saved_model/1/`, which TensorFlow and TensorFlow Serving load."""

from __future__ import annotations

from models.exporting.exportable import ExportTask
from models.serving.engines import CLASSIFIER, OUTPUT


def write(task: ExportTask) -> None:
    """Writes `saved_model/1/`, laid out as TensorFlow Serving wants it.

    Its signature `serving_default` takes `text`, strings of shape `(batch,)`, and gives `label`, strings `(batch,)`,
    `probabilities`, `float32 (batch, classes)`, and `tokens_seen`, `int32 (batch,)`. The `classifier.json` that is in
    the task's folder goes in as an asset.
    """
    import tensorflow as tf

    class Served(tf.Module):
        def __init__(self):
            super().__init__()
            self.model = task.exportable.graph
            self.class_names = tf.constant(task.card.class_names)
            self.description = tf.saved_model.Asset(str(task.folder / CLASSIFIER))

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")], autograph=False)
        def serve(self, text):
            tokens = self.model.tokens(text)
            probabilities = self.model.probabilities(tokens)
            return {
                "label": tf.gather(self.class_names, tf.argmax(probabilities, axis=1)),
                OUTPUT: probabilities,
                "tokens_seen": self.model.tokens_seen(tokens),
            }

    served = Served()
    tf.saved_model.save(served, str(task.target / "1"), signatures={"serving_default": served.serve})
