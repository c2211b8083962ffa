"""An export format stands in one place: one entry, from which everything else follows."""

import ast
import importlib
import subprocess
import sys

import pytest

from models.serving.formats import DEFAULT, FORMATS, with_needs

FOLDERS = ("models", "training", "reports")
HOMES = ("models/serving/formats.py",)


@pytest.mark.parametrize("name", FORMATS)
def test_an_entry_is_complete(name):
    entry = FORMATS[name]
    assert entry.name == name
    assert callable(importlib.import_module(entry.writer).write)
    assert callable(importlib.import_module(entry.engine).load)
    assert entry.made_from is None or entry.made_from in list(FORMATS)[: list(FORMATS).index(name)]
    others = {file for other in FORMATS.values() if other is not entry for file in other.files}
    assert entry.files
    assert not others & set(entry.files)


def test_what_a_format_is_made_from_is_written_first():
    assert [entry.name for entry in with_needs(["onnx_int8", "openvino"])] == ["onnx", "openvino", "onnx_int8"]
    assert set(DEFAULT) == {"saved_model", "onnx", "arrays"}


def compared(tree):
    """Every string that is compared or matched, with its line."""
    for node in ast.walk(tree):
        parts = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        parts += [node.value] if isinstance(node, ast.MatchValue) else []
        parts += [item for part in parts if isinstance(part, ast.Tuple | ast.List | ast.Set) for item in part.elts]
        yield from ((part.value, part.lineno) for part in parts if isinstance(part, ast.Constant))


def test_no_code_compares_the_name_of_a_format(root):
    found = [
        f"{path.relative_to(root)}:{line}: {value!r}"
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*.py"))
        if path.relative_to(root).as_posix() not in HOMES
        for value, line in compared(ast.parse(path.read_text(encoding="utf-8")))
        if value in FORMATS
    ]
    assert found == []


@pytest.mark.slow
def test_the_catalog_is_light(root):
    """Settings and every command's choices come from it, so nothing heavy may hang on it."""
    asked = "import sys, models.serving.formats; print(sorted({'numpy', 'onnx', 'tensorflow'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
