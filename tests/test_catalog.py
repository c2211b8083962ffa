"""What a model is and what a data set means stand in one place each: nothing else compares their names."""

import ast
import importlib

import pytest

from models.catalog import CATALOG, DEFAULT, Family

FOLDERS = ("data", "models", "training", "reports")
NAMES = {*CATALOG, "20newsgroups", "sample"}
HOMES = ("models/catalog.py", "data/sources/")


def sources(root):
    return [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]


def compared(tree):
    """Every string constant that is compared, matched or looked up with, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        elif isinstance(node, ast.Dict):
            parts = [key for key in node.keys if key is not None]
        elif isinstance(node, ast.Subscript):
            parts = [node.slice]
        else:
            continue
        parts += [item for part in parts if isinstance(part, ast.Tuple | ast.List | ast.Set) for item in part.elts]
        yield from ((part.value, part.lineno) for part in parts if isinstance(part, ast.Constant))


def test_no_code_compares_the_name_of_a_model_or_a_source(root):
    found = [
        f"{path.relative_to(root)}:{line}: {value!r}"
        for path in sources(root)
        if not str(path.relative_to(root)).startswith(HOMES)
        for value, line in compared(ast.parse(path.read_text(encoding="utf-8")))
        if value in NAMES
    ]
    assert found == []


def test_no_template_compares_the_name_of_a_model_or_a_source(root):
    quoted = [f'"{name}"' for name in NAMES] + [f"'{name}'" for name in NAMES]
    found = [
        f"{path.name}: {name}"
        for path in (root / "reports" / "templates").iterdir()
        for name in quoted
        if name in path.read_text(encoding="utf-8")
    ]
    assert found == []


@pytest.mark.parametrize("name", CATALOG)
def test_an_entry_is_complete(name):
    entry = CATALOG[name]
    assert entry.name == name
    assert (entry.module is not None) == (entry.family is Family.WORDS and not entry.taught)
    before = [CATALOG[other] for other in list(CATALOG)[: list(CATALOG).index(name)]]
    assert entry.needs <= len(before)
    assert all(other.needs <= entry.needs or entry.taught for other in before)  # what needs none stands first
    if entry.module:
        assert importlib.import_module(entry.module).__doc__


def test_the_default_run_trains_what_was_published_and_the_linear_model():
    assert DEFAULT == ("rnn", "lstm", "transformer", "distilbert", "linear", "ensemble", "student")
