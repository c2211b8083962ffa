"""The files that keep features of texts: rows under a key of all that decides them but the text. Needs no Keras."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data.files import whole


def kept_features(directory: Path, key: str, texts: Sequence[str]) -> np.ndarray | None:
    """The features of `texts`, `float32` of shape `(n, width)`; `None` unless those of all are there.

    Args:
        directory: the folder of the files.
        key: of `models.encoder.features.text_key`.
        texts: n texts as the encoder reads them, at least one.
    """
    digests = [text_digest(text) for text in texts]
    known = read_rows(directory, key, set(digests))
    return np.stack([known[digest] for digest in digests]) if known.keys() >= set(digests) else None


def missing(directory: Path, key: str, texts: Sequence[str]) -> int:
    """How many of `texts`, each counted once, have no features under `key` in the files of `directory`."""
    digests = {text_digest(text) for text in texts}
    return len(digests - read_rows(directory, key, digests).keys())


def text_digest(*texts: str) -> bytes:
    """Identity of texts in their order, 16 bytes."""
    digest = hashlib.blake2b(digest_size=16)
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)  # the length keeps neighbours apart
    return digest.digest()


def read_rows(directory: Path, key: str, wanted: set[bytes]) -> dict[bytes, np.ndarray]:
    """The sound rows of the texts `wanted`, by digest of the text.

    A file whose content is damaged is removed. One that cannot be read now, for want of rights or of a disk that
    answers, is left for the next run.
    """
    found = {}
    for path in directory.glob(f"{key}-*.npy"):
        try:
            table = np.load(path, mmap_mode="r")
            digests = [bytes(digest) for digest in table["text"]]
        except (EOFError, ValueError, IndexError):  # cut short, or no such array
            with contextlib.suppress(OSError):  # it is somebody else's
                path.unlink(missing_ok=True)
            continue
        except OSError:
            continue
        for row, digest in enumerate(digests):
            if digest in wanted and zlib.crc32(table["features"][row].tobytes()) == table["checksum"][row]:
                found[digest] = np.array(table["features"][row])
    return found


def write_rows(directory: Path, key: str, digests: list[bytes], features: np.ndarray) -> None:
    """Adds a file with the rows `features`, of shape `(len(digests), width)`; it appears whole or not at all."""
    table = np.empty(len(digests), [("text", "V16"), ("checksum", "<u4"), ("features", "<f4", features.shape[1:])])
    table["text"] = [np.void(digest) for digest in digests]
    table["checksum"] = [zlib.crc32(row.tobytes()) for row in features]
    table["features"] = features
    directory.mkdir(parents=True, exist_ok=True)
    name = hashlib.blake2b(b"".join(digests), digest_size=8).hexdigest()
    with whole(directory / f"{key}-{name}.npy") as aside:
        np.save(aside, table)
