"""Classifies texts with the model beside this file; it needs what requirements.txt names, and nothing else.

python classify.py "The launch was moved to Friday."
python classify.py < texts.txt

As a module: `from classify import classify; classify(["The launch was moved to Friday."])`.
"""

import json
import os
import sys
from itertools import islice
from pathlib import Path

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # or else ONNX Runtime reports each use to its maker
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
CARD = json.loads((HERE / "classifier.json").read_text(encoding="utf-8"))
WRITTEN = json.loads((HERE / "tokenizer.json").read_text(encoding="utf-8"))
# The mean of several models has a tokenizer for each.
PARTS = {f"{name}_": WRITTEN[name] for name in CARD["members"]} or {"": WRITTEN}
TOKENIZERS = {prefix: Tokenizer.from_str(json.dumps(part)) for prefix, part in PARTS.items()}
MODEL = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])


def classify(texts):
    """A list with a dictionary for each of at least one text: `label`, `confidence`, `probabilities` by class."""
    texts = [text.encode("utf-8", "replace").decode() for text in texts]  # a model reads no half of a surrogate pair
    tokens: dict[str, np.ndarray] = {}
    for prefix, tokenizer in TOKENIZERS.items():
        found = tokenizer.encode_batch(texts)
        ids = np.array([entry.ids for entry in found], np.int32)
        mask = np.array([entry.attention_mask for entry in found], np.int32)
        if not ids.size:  # no text has a word that the model reads
            ids = mask = np.zeros((len(texts), 1), np.int32)
        tokens |= {f"{prefix}token_ids": ids, f"{prefix}padding_mask": mask}
    rows = MODEL.run(["probabilities"], {entry.name: tokens[entry.name] for entry in MODEL.get_inputs()})[0]
    answers = [dict(zip(CARD["class_names"], row.tolist(), strict=True)) for row in rows]
    return [
        {"label": max(row, key=row.__getitem__), "confidence": max(row.values()), "probabilities": row}
        for row in answers
    ]


if __name__ == "__main__":
    lines = (line.decode("utf-8", "replace").rstrip("\r\n") for line in sys.stdin.buffer)
    waiting = iter(sys.argv[1:] or lines)
    while batch := list(islice(waiting, CARD["batch_size"])):
        for text, answer in zip(batch, classify(batch), strict=True):
            print(f"{answer['label']}\t{answer['confidence']:.4f}\t{' '.join(text.split())}")
