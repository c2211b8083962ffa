"""An export is used by somebody who has neither this project nor TensorFlow."""

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
import yaml

from models.classifier import exported_models, load_classifier
from models.exporting.alone.packing import NEEDS

pytestmark = pytest.mark.slow
TEXTS = ["a good thing", "", "Nothing \u00e9\u4e2d\U0001f600 of it.", "\ud800"]
# Only the packages that requirements.txt names, and what these need, can be imported; nothing is fetched.
ONLY = """
import importlib.abc, importlib.metadata, re, sys
names, waiting = set(), list({needs})
while waiting:
    name = waiting.pop()
    if name in names:
        continue
    try:
        needed = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:  # of another system
        continue
    names.add(name)
    for required in needed:
        if "extra ==" not in required:
            waiting.append(re.match(r"[A-Za-z0-9._-]+", required)[0])
allowed = {{file.parts[0].removesuffix(".py") for name in names if (found := importlib.metadata.distribution(name))
           for file in found.files or []}}
class Others(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in allowed and top not in sys.stdlib_module_names and top != "classify":
            raise ModuleNotFoundError(name, name=top)
sys.meta_path.insert(0, Others())
"""


@pytest.fixture(scope="module")
def packed(exported_run, tmp_path_factory, command):
    """The folder of each model that was unpacked somewhere else."""
    folder = tmp_path_factory.mktemp("packed")
    for model in exported_models(exported_run):
        done = command("models.exporting", exported_run, "--models", model, "--pack", folder / f"{model}.zip")
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        zipfile.ZipFile(folder / f"{model}.zip").extractall(folder)
    return folder


def test_it_answers_as_the_project_does_with_nothing_but_what_it_asks_for(packed, exported_run):
    for folder in sorted(path for path in packed.iterdir() if path.is_dir()):
        required = (folder / "requirements.txt").read_text().split()
        assert [re.match("[a-z]+", line)[0] for line in required] == list(NEEDS)
        code = ONLY.format(needs=NEEDS) + (
            "import json; from classify import classify\n"
            f"print(json.dumps([list(one['probabilities'].values()) for one in classify({TEXTS!r})]))\n"
            "try:\n    import keras\nexcept ModuleNotFoundError:\n    print('alone')\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env=_bare(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        rows, alone = done.stdout.splitlines()
        assert alone == "alone"
        expected = load_classifier(exported_run, folder.name, "onnx").predict_proba(TEXTS)
        np.testing.assert_allclose(json.loads(rows), expected, atol=1e-5, err_msg=folder.name)


def _bare():
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {"PYTHONUTF8": "1"}


def test_as_a_command_it_reads_arguments_and_lines(packed):
    script = packed / "lstm" / "classify.py"
    for arguments, given in ((["a good thing", "bad"], ""), ([], "a good thing\r\nbad\n")):
        done = subprocess.run(
            [sys.executable, str(script), *arguments],
            input=given,
            capture_output=True,
            text=True,
            check=True,
            env=_bare(),
        )
        lines = [line.split("\t") for line in done.stdout.splitlines()]
        assert [text for _, _, text in lines] == ["a good thing", "bad"]
        assert all(0 <= float(share) <= 1 for _, share, _ in lines)


def test_its_page_has_the_head_that_hubs_read(packed):
    _, head, page = (packed / "lstm" / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    found = yaml.safe_load(head)
    assert found["pipeline_tag"] == "text-classification"
    (result,) = found["model-index"][0]["results"]
    assert 0 <= result["metrics"][0]["value"] <= 1
    assert page.startswith("# lstm\n")
    assert "python classify.py" in page


def test_what_cannot_be_packed_is_one_sentence(exported_run, command, tmp_path):
    for arguments, said in (
        (["--pack", tmp_path / "x.tar"], "is no zip file: call it x.zip"),
        (["--models", "lstm", "linear", "--pack", tmp_path / "x.zip"], "is for one model"),
    ):
        done = command("models.exporting", exported_run, *arguments)
        assert done.returncode == 2
        assert said in done.stderr
    assert not list(tmp_path.iterdir())


def test_in_a_fresh_environment(packed, tmp_path):
    """What requirements.txt names is enough, from the package index on."""
    if not os.environ.get("CI") and not os.environ.get("FRESH"):
        pytest.skip("fetches packages: set FRESH=1")
    venv.create(tmp_path / "venv", with_pip=True)
    python, folder = tmp_path / "venv" / "bin" / "python", Path(packed / "lstm")
    install = [python, "-m", "pip", "install", "--quiet", "--requirement", folder / "requirements.txt"]
    subprocess.run(install, check=True, env=_bare())
    done = subprocess.run(
        [python, folder / "classify.py", "good"], capture_output=True, text=True, check=True, env=_bare()
    )
    assert done.stdout.endswith("\tgood\n")
