"""One small run of all five models on the backend under test, exported in every format."""

import json
import os
import subprocess
import sys

import pytest

from models.engines import FILES

SMALL = ("--sample", "240", "--epochs", "2", "--sequence-length", "16", "--width", "8", "--vocabulary-size", "300")


@pytest.fixture(scope="session")
def exported_run(tmp_path_factory, preset_folders):
    """The run folder. Copy it before changing it."""
    output = tmp_path_factory.mktemp("exported")
    environment = os.environ | {"SENTIMENT_ARCHITECTURES_CACHE": str(output / "cache")}
    train = [
        "training.run",
        "--data",
        "sample",
        *SMALL,
        "--backbone",
        str(preset_folders["bert"]),
        "--backbone-length",
        "24",
    ]
    for command in (
        [*train, "--output", str(output)],
        ["models.exporting", str(output / "latest"), "--formats", *FILES],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        # OpenVINO cannot read the linear model; everything else is to be written.
        assert done.returncode == (1 if "--formats" in command else 0), done.stdout + done.stderr
    return output / "latest"


@pytest.fixture(scope="session")
def test_texts(exported_run):
    """Raw texts of the test split."""
    lines = (exported_run / "data" / "0" / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    return [record["text"] for record in map(json.loads, lines) if record["part"] == "test"]
