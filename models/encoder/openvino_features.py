"""A frozen encoder run by OpenVINO, where it gives the features that Keras gives, sooner.

OpenVINO answers as many batches at once as there are cores, each on one of them. MiniLM-L6, posts of 91 word pieces on
average, two cores: 12 to 13 ms a text in full precision where Keras takes 18, the largest difference 2e-6; 7 ms in
bfloat16 on a processor that has it, with differences up to 0.01. The encoder is converted once
(`models.encoder.openvino_conversion`), and kept in the user's cache with what was measured then.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from filelock import FileLock

from data.files import read_json, write_json
from models.children import call_module
from models.encoder.backbones import BackboneFiles
from models.encoder.feature_files import text_digest
from models.encoder.weights import file_digest
from models.serving.runtimes import import_openvino

ENOUGH_TEXTS = 1000  # from which converting an encoder pays
LARGEST_DIFFERENCE = 1e-4  # of a feature in full precision
LEAST_COSINE = 0.999  # of the features of a text in bfloat16 with those in full precision
FASTER = 1.1  # times; less is noise of the measurement
BATCH_SIZE = 8  # larger ones are no faster
CONVERSION = "models.encoder.openvino_conversion"
FLOAT32, BFLOAT16 = "f32", "bf16"  # as OpenVINO names them


@dataclass(frozen=True)
class Outcome:
    """What converting an encoder came to, measured beside Keras.

    Attributes:
        refused: why it could not be converted; empty where it was.
        weights_digest, graph_digest: SHA-256 of the two files.
        times_faster: processor time that Keras took, as a multiple of OpenVINO's, by precision.
        largest_difference: of a feature in full precision from Keras's.
        least_cosine: of a text's features in bfloat16 with Keras's.
    """

    refused: str = ""
    weights_digest: str = ""
    graph_digest: str = ""
    times_faster: dict[str, float] | None = None
    largest_difference: float = 0.0
    least_cosine: float = 0.0

    @property
    def precisions(self) -> tuple[str, ...]:
        """Those in which it is worth using: the same numbers sooner, or nearly the same ones sooner still."""
        if self.times_faster is None or self.largest_difference > LARGEST_DIFFERENCE:
            return ()
        full, half = self.times_faster[FLOAT32], self.times_faster[BFLOAT16]
        worthwhile = {
            FLOAT32: full >= FASTER,
            BFLOAT16: half >= FASTER * max(full, 1) and self.least_cosine >= LEAST_COSINE,
        }
        return tuple(name for name, worth_it in worthwhile.items() if worth_it)


@dataclass(frozen=True)
class Conversion:
    """Where an encoder's files for OpenVINO are, or would be.

    Attributes:
        path: of the `.xml` file; `.bin` and `.json` are beside it.
    """

    path: Path

    @property
    def weights(self) -> Path:
        """The encoder's weights."""
        return self.path.with_suffix(".bin")

    @property
    def outcome(self) -> Path:
        """The file of the `Outcome`."""
        return self.path.with_suffix(".json")

    def keep(self, outcome: Outcome) -> None:
        """Writes down what came out, once the other files are there."""
        write_json(self.outcome, asdict(outcome))

    def known(self) -> Outcome | None:
        """What came out; `None` where nothing was tried, or what was written then is damaged."""
        try:
            found = Outcome(**read_json(self.outcome))
            digests = () if found.refused else (file_digest(self.weights), file_digest(self.path))
            sound = bool(found.refused) or digests == (found.weights_digest, found.graph_digest)
        except (OSError, ValueError, TypeError):
            return None
        return found if sound else None


def find_conversion(files: BackboneFiles, pooling: str, directory: Path, processor: str) -> Conversion | None:
    """Where an encoder's files belong; `None` without OpenVINO.

    Args:
        files: of the encoder.
        pooling: that its features have.
        directory: the folder of all such files.
        processor: its identity: what is quicker on one may not be on another that shares the folder.
    """
    try:
        decisive = version("keras-hub"), version("openvino"), processor
    except PackageNotFoundError:
        return None
    return Conversion(directory / f"{text_digest(files.key, *decisive, pooling).hex()}.xml")


def convert(files: BackboneFiles, pooling: str, conversion: Conversion) -> None:
    """Has the encoder converted and measured, in a process of its own that needs TensorFlow; some ten seconds.

    Raises:
        OSError: the folder cannot be made.
    """
    conversion.path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(conversion.path.with_suffix(".lock")):  # another run that begins now measures once, and undisturbed
        if conversion.known() is None:
            call_module(CONVERSION, files.name, pooling, str(conversion.path))


class OpenvinoEncoder:
    """From tokens to features.

    Args:
        path: the `.xml` file of a `Conversion`.
        precision: `f32` or `bf16`.

    Attributes:
        precision: likewise.
        identity: what of it decides a feature.
    """

    def __init__(self, path: Path, precision: str = FLOAT32):
        self.path, self.precision = path, precision
        self.identity = ("openvino", version("openvino"), precision)

    @cached_property
    def loaded(self):
        """The model, and what answers, as many batches at once as suit the processor."""
        openvino = import_openvino()
        options = {"INFERENCE_PRECISION_HINT": self.precision, "PERFORMANCE_HINT": "THROUGHPUT"}
        model = openvino.Core().compile_model(self.path, "CPU", options)
        return model, openvino.AsyncInferQueue(model)

    def release(self) -> None:
        """Gives back the memory, 150 MB of MiniLM-L6 and twice that once it has encoded; it can be loaded again."""
        self.__dict__.pop("loaded", None)

    def features(self, token_ids: np.ndarray, padding_mask: np.ndarray) -> np.ndarray:
        """Both of shape `(n, tokens)`, `int32`, to `float32` of shape `(n, width)`."""
        lengths = padding_mask.sum(axis=1)
        order = np.argsort(-lengths, kind="stable")  # texts of like length share a batch, cut to its longest
        model, queue = self.loaded
        features = np.zeros((len(token_ids), model.output(0).partial_shape[1].get_length()), "float32")

        def keep(request, rows: np.ndarray) -> None:
            features[rows] = request.get_output_tensor(0).data

        queue.set_callback(keep)
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            length = lengths[rows[0]]
            tokens = {"token_ids": token_ids[rows, :length], "padding_mask": padding_mask[rows, :length]}
            queue.start_async(tokens, rows)
        queue.wait_all()
        return features
