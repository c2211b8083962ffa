"""Many files of texts answered side by side on a Ray cluster, the answers to each in a file of its own.

Ray Data hands the files to actors, each of which has loaded the export once, and to another one where a node is lost.
A file is read and its answers are written as on one machine, so they are the same, in the same columns and rows. The
export travels to the nodes; the files themselves do not: every node has to see them, and the folder of the answers.
"""

from __future__ import annotations

import glob
import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from data.corpus import DataError
from data.files import UNFINISHED
from data.messages import shorten
from data.reading.table import Reading, stem_of
from data.sources.text_stream import stream_rows
from models.classifier import Classifier, load_classifier
from models.cluster.connection import ClusterUnusable, Connection, connected
from models.cluster.packing import Packed, pack, unpack
from models.serving.answer_file import refuse_to_overwrite
from models.serving.answer_writers import style_of
from models.serving.answering import write_answers
from models.serving.engines import CLASSIFIER, TOKENIZER
from models.serving.formats import FORMATS
from models.serving.scoring import Scores

if TYPE_CHECKING:
    from ray import ObjectRef

SHARE = "every node has to see the files and the folder of the answers, at the same paths"


@dataclass(frozen=True)
class Shard:
    """One of the files.

    Attributes:
        source: its path from the root.
        output: where its answers go, likewise.
        style: how they are written.
    """

    source: str
    output: str
    style: str


@dataclass(frozen=True)
class Asked:
    """How every file is read and answered.

    Attributes:
        reading, text_columns, label_column: see `data.sources.text_stream.stream_rows`.
        abstain: share of the least sure texts that is left unanswered.
    """

    reading: Reading
    text_columns: Sequence[str]
    label_column: str
    abstain: float | None


def find_shards(pattern: str, output: str, style: str | None) -> list[Shard]:
    """The files that a pattern names, and where the answers to each go: under its own name, in the same folders.

    Args:
        pattern: such as `shards/*.parquet`.
        output: the folder of the answers.
        style: how answers are written; by default as each file is.

    Raises:
        DataError: there is no such file, one would be overwritten, or two would have the same answers.
    """
    names = glob.glob(pattern, recursive=True)  # noqa: PTH207 -- Path.glob has no absolute patterns
    sources = sorted(Path(name).absolute() for name in names if Path(name).is_file())
    if not sources:
        raise DataError(f"--input {shorten(pattern)} names no file: quote the pattern, as in 'shards/*.parquet'.")
    folder = Path(os.path.commonpath([source.parent for source in sources]))
    found: dict[Path, Shard] = {}
    for source in sources:
        written = style or style_of(source.name)
        answers = Path(output).absolute() / source.relative_to(folder).with_name(f"{stem_of(source)}.{written}")
        refuse_to_overwrite(str(source), str(answers))
        if answers in found:
            raise DataError(f"The answers to {found[answers].source} and {source} would both be {answers}: rename one.")
        found[answers] = Shard(str(source), str(answers), written)
    return list(found.values())


def answer_shards(
    classifier: Classifier, shards: Sequence[Shard], asked: Asked, address: str
) -> tuple[Scores, str | None]:
    """Answers all files.

    Args:
        classifier: loaded from an export, which the nodes are sent.
        shards: the files.
        asked: how they are answered.
        address: of the cluster.

    Returns:
        How right the answers are, and the column of the labels; `None` where there is none.

    Raises:
        DataError: a file cannot be read or written, there is no such cluster, or its nodes lack something.
        OSError: the folder of the answers cannot be made.
    """
    from ray.exceptions import RayError
    from tqdm import tqdm

    if classifier.folder is None:
        raise ValueError("A classifier that came from no export cannot be sent to other machines.")
    for folder in {Path(shard.output).parent for shard in shards}:
        folder.mkdir(parents=True, exist_ok=True)
    scores, label_column = Scores([str(name) for name in classifier.classes_]), None
    earlier = {shard.output: _identity(shard.output) for shard in shards}
    try:
        with connected(address) as cluster, tqdm(unit=" texts", file=sys.stderr) as progress:
            for answered in _answer_all(cluster, classifier, shards, asked):
                if answered["refused"]:
                    raise DataError(answered["refused"])
                scores.merge(json.loads(answered["scores"]))
                label_column = label_column or answered["label_column"]
                progress.update(answered["texts"])
    except ClusterUnusable as error:
        raise DataError(str(error)) from error
    except RayError as error:
        reason = shorten(str(getattr(error, "cause", None) or error).strip().splitlines()[-1], 200)
        raise DataError(
            f"A node failed with {reason}: install the same version of this project on all nodes."
        ) from error
    finally:
        _remove_unfinished(shards)
    if missing := [output for output, before in earlier.items() if _identity(output) in (None, before)]:
        raise DataError(f"{missing[0]} was written where only a node sees it: {SHARE}.")
    return scores, label_column


def _answer_all(
    cluster: Connection, classifier: Classifier, shards: Sequence[Shard], asked: Asked
) -> Iterable[dict[str, Any]]:
    """What became of each file, see `_Answering`, as they come."""
    import ray.data

    logging.getLogger("ray.data").setLevel(logging.WARNING)
    ray.data.DataContext.get_current().enable_progress_bars = False
    folder, entry = cast(Path, classifier.folder), FORMATS[classifier.format]
    export = ray.put(pack(folder, [folder / name for name in (CLASSIFIER, TOKENIZER, *entry.files)]))
    answered = ray.data.from_items([asdict(shard) for shard in shards], override_num_blocks=len(shards)).map(
        cast(Any, _Answering),  # Ray's types know functions only
        fn_constructor_args=[export, classifier.format, classifier.batch_size, asked],
        num_cpus=cluster.cores,
        concurrency=(1, max(1, min(cluster.places, len(shards)))),
    )
    return answered.iter_rows()


class _Answering:
    """What an actor does: loads the export once, and answers one file after another."""

    def __init__(self, export: ObjectRef[Packed], format: str, batch_size: int, asked: Asked):
        import ray

        self.asked = asked
        self.folder = tempfile.TemporaryDirectory(prefix="sentiment-export-")
        unpack(ray.get(export), Path(self.folder.name))
        self.classifier = load_classifier(self.folder.name, format=format, batch_size=batch_size)
        if asked.abstain:
            self.classifier.abstain(asked.abstain)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Answers a file, given as `Shard` has it, and says how many texts it held, or why it was refused."""
        shard, scores = Shard(**row), Scores([str(name) for name in self.classifier.classes_])
        try:
            texts, label_column = self._answer(shard, scores)
        except DataError as error:
            return {"refused": str(error), "texts": 0, "label_column": None, "scores": ""}
        except OSError as error:
            refused = f"{error.filename or shard.source}: {error.strerror or error} on a node of the cluster: {SHARE}."
            return {"refused": refused, "texts": 0, "label_column": None, "scores": ""}
        return {"refused": "", "texts": texts, "label_column": label_column, "scores": json.dumps(scores.counted())}

    def _answer(self, shard: Shard, scores: Scores) -> tuple[int, str | None]:
        asked = self.asked
        Path(shard.source).stat()
        rows = stream_rows(shard.source, asked.text_columns, asked.reading, asked.label_column, scores.are_classes)
        return write_answers(self.classifier, rows, scores, shard.output, shard.style, quiet=True)


def _identity(path: str) -> tuple[int, int] | None:
    """Tells a file from the one that replaces it; `None` where there is none."""
    try:
        stat = Path(path).stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _remove_unfinished(shards: Sequence[Shard]) -> None:
    """Removes what workers left that were lost."""
    outputs = {Path(shard.output) for shard in shards}
    for folder in {output.parent for output in outputs}:
        for remnant in folder.glob(f"{UNFINISHED}*"):
            if folder / remnant.name.removeprefix(UNFINISHED).partition("-")[2] in outputs:
                remnant.unlink(missing_ok=True)
