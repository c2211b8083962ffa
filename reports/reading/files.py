"""Reads the small files of a run folder into dataclasses, and says in one sentence which of them is damaged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from data.messages import reason_of
from models.run_folder import RunFolderError

Kind = TypeVar("Kind")


def read_mapping(path: Path) -> dict[str, Any] | None:
    """What a YAML or JSON file holds, `None` where there is no such file.

    Raises:
        RunFolderError: the file is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, yaml.YAMLError) as error:
        raise damaged(path, error) from error


def require_mapping(path: Path, names: set[str]) -> dict[str, Any]:
    """What a file of a run folder holds.

    Raises:
        RunFolderError: there is no such file, it is damaged, or it lacks one of the names.
    """
    content = read_mapping(path)
    if not isinstance(content, dict) or not names <= content.keys():
        state = "is not in it" if content is None else "is not one that python -m training.run writes"
        raise RunFolderError(f"{path.parent} is no run folder: {path.name} {state}.")
    return content


def build(kind: type[Kind], values: Mapping[str, Any]) -> Kind:
    """A dataclass from the values that it has names for; others, of a newer version perhaps, are passed over.

    Raises:
        TypeError: a value without a default is missing.
    """
    return kind(**{field.name: values[field.name] for field in fields(kind) if field.name in values})  # type: ignore[arg-type]


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Does meanwhile what may fail only where the content of a file is not what is written there.

    Raises:
        RunFolderError: in place of what that failed with.
    """
    try:
        yield
    except (TypeError, LookupError, AttributeError, ValueError, ArithmeticError) as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> RunFolderError:
    """The sentence for a file that cannot be understood."""
    return RunFolderError(f"{path} is damaged: {reason_of(error)}.")
