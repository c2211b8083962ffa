"""Files that are there whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Writes `text` aside and renames it into place, so that a process killed halfway leaves no half file."""
    aside = path.with_name(f".{path.name}.unfinished")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)


def write_json(path: Path, value: dict | list) -> None:
    """Writes `value` as indented JSON, whole or not at all; NaN is refused, since it is not JSON."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict | list:
    """What `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))
