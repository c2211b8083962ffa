"""Answers as a table, as CSV and as JSON Lines, each written as it comes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import TextIO

from data.messages import printable, shorten

TABLE, CSV, JSON_LINES = "table", "csv", "jsonl"
SHOWN = 60  # characters of a text in the table


def _write_table(file: TextIO, names: list[str]) -> Callable[[dict], None]:
    width = max(len("label"), *(len(printable(name)) for name in names))
    file.write(f"{'label':<{width}}  confidence  tokens  text\n")

    def write(answer: dict) -> None:
        text = printable(shorten(" ".join(answer["text"].split()), SHOWN))
        file.write(
            f"{printable(answer['label']):<{width}}  {answer['confidence']:10.1%}  {answer['tokens_seen']:6}  {text}\n"
        )

    return write


def _write_csv(file: TextIO, names: list[str]) -> Callable[[dict], None]:
    rows = csv.writer(file)
    rows.writerow(["text", "label", "confidence", *(f"probability_{name}" for name in names), "tokens_seen"])

    def write(answer: dict) -> None:
        probabilities = (f"{value:.6f}" for value in answer["probabilities"].values())
        rows.writerow(
            [
                _plain(answer["text"]),
                answer["label"],
                f"{answer['confidence']:.6f}",
                *probabilities,
                answer["tokens_seen"],
            ]
        )

    return write


def _write_json_lines(file: TextIO, _names: list[str]) -> Callable[[dict], None]:
    def write(answer: dict) -> None:
        file.write(json.dumps(answer) + "\n")

    return write


WRITERS = {TABLE: _write_table, CSV: _write_csv, JSON_LINES: _write_json_lines}


def _plain(text: str) -> str:
    """The text with a question mark for half a surrogate pair, which no file can hold."""
    return text.encode("utf-8", "replace").decode()
