"""`--precision mixed` and `--device cpu`, from the command to the exports."""

import json
import os

import pytest

from models.catalog import Family, of_family
from models.run_folder import RunFolder

FLAGS = "--data sample --sample 240 --sequence-length 16 --width 8 --backbone-length 16 --epochs 2 --unfreeze 1"
LIMITS = "--unfreeze-epochs 1 --no-explain --formats saved_model --device cpu --precision mixed"
NETWORK = of_family(Family.WORDS)[1]
(ENCODER,) = of_family(Family.ENCODER)


@pytest.mark.long
def test_what_was_trained_in_mixed_precision_answers_and_is_exported_in_full(command, preset_folders, tmp_path):
    done = command(
        "training.run", *FLAGS.split(), *LIMITS.split(), "--models", NETWORK, ENCODER,
        "--backbone", preset_folders["bert"], "--output", tmp_path,
        SENTIMENT_ARCHITECTURES_CACHE=str(tmp_path / "kept"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    run = RunFolder(tmp_path / "latest")
    for model in (NETWORK, ENCODER):
        # The proof of an export: the same probabilities, within 1e-4, as those that were evaluated.
        assert json.loads((run.export(model) / "parity.json").read_text())["formats"]["saved_model"]["refused"] is None
        assert json.loads(run.metrics(model, 0).read_text())["peak_device_memory_mb"] is None
    assert json.loads(run.environment.read_text())["device"] is None
    kept = {name.partition("-")[0] for name in os.listdir(tmp_path / "kept" / "features")}
    assert len(kept) == 2  # the features that it learned from, and those that it answers from
