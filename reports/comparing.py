"""The comparison of a run from Python, for notebooks: a data frame goes in, table, picture and verdict come out.

```python
from reports.comparing import compare

comparison = compare(frame, text="review", label="stars", models=["lstm", "cnn", "linear"])
comparison  # in a notebook: the verdict, the table, the picture
comparison.best.predict(["The launch was moved to Friday."])
```
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.exits import EXIT_BAD_INPUT, EXIT_INTERRUPTED
from data.files import write_text
from data.messages import listed
from data.reading.cells import is_missing
from models.children import call_module

if TYPE_CHECKING:
    from models.classifier import Classifier
    from reports.evaluation import Evaluation

RUN = "training.run"
TABLES = "tables"  # beside the run folders
FOLDER = re.compile(r"Run folder: (.*)")
BESIDE = ("group_column", "time_column", "split_column")  # settings that name a column


class ComparedRun:
    """A finished run, as a notebook shows it.

    Attributes:
        path: the run folder, which every command reads.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)

    @cached_property
    def evaluation(self) -> Evaluation:
        """All that was measured and judged."""
        from reports.evaluation import evaluate

        return evaluate(self.path)

    @cached_property
    def best(self) -> Classifier:
        """The recommended model, loaded.

        Raises:
            ExportUnusable: none is recommended, or it was not exported.
        """
        from models.classifier import load_classifier

        return load_classifier(self.path)

    def report(self) -> Path:
        """The page of the run, to be opened in a browser."""
        return self.path / "report.html"

    def __str__(self) -> str:
        from reports.writing.table import render

        return f"{render(self.evaluation, 'simple')}\n\n{self.evaluation.recommended.reason}"

    def __repr__(self) -> str:
        return f"ComparedRun({str(self.path)!r})"

    def _repr_html_(self) -> str:
        from models.metrics import Table
        from reports.figures import accuracy
        from reports.writing.columns import columns
        from reports.writing.table import caption, cells, headings
        from reports.writing.templating import render

        found = self.evaluation
        shown = columns(Table.SUMMARY, found)
        picture = base64.b64encode(accuracy.as_file(found).encode()).decode() if found.comparison.rows else ""
        return render(
            "notebook.html",
            reason=found.recommended.reason,
            headings=headings(shown),
            lines=cells(found, shown),
            caption=caption(found.comparison),
            picture=picture,
            picture_title=accuracy.TITLE,
            verdicts=found.verdicts,
        )


def compare(
    frame: Any,
    text: str | Sequence[str] = "text",
    label: str = "label",
    output: str | Path = "runs",
    progress: bool = True,
    **settings: Any,
) -> ComparedRun:
    """Trains and compares models on the texts of a data frame: `python -m training.run`, with its settings by name.

    Args:
        frame: a pandas or Polars data frame, or anything else with columns by name, such as a dictionary of lists.
        text: column of the texts, or several that are joined.
        label: column of the labels; rows without one are unlabelled texts.
        output: folder that gets a folder for this run; the texts are kept beside it, so that it can be continued.
        progress: print the lines of the run as they come, up to its table.
        settings: of the run, such as `models=["lstm", "linear"]`, `sample="all"` or `group_column="author"`.

    Raises:
        ValueError: texts or settings cannot be used; the message says what is wrong.
        RuntimeError: the run failed.
        KeyboardInterrupt: on Ctrl-C; what is finished is kept in the run folder.
    """
    texts = [text] if isinstance(text, str) else list(text)
    asked = [str(settings[name]) for name in BESIDE if settings.get(name) is not None]
    table = _write_table(frame, [*texts, label, *asked], Path(output))
    given = {"data": str(table.absolute()), "text_column": texts, "label_column": label} | settings
    shown = _Shown(progress)
    code, errors = call_module(RUN, *_flags(given | {"output": str(output)}), say=shown)
    sentence = (errors.strip().splitlines() or [f"the run ended with code {code}"])[-1].removeprefix("error: ")
    if code == EXIT_INTERRUPTED:
        raise KeyboardInterrupt(sentence)
    if code == EXIT_BAD_INPUT:
        raise ValueError(sentence)
    if shown.folder is None:
        raise RuntimeError(sentence)
    if code:
        print(errors.strip())
    return ComparedRun(shown.folder)


class _Shown:
    """Prints the lines of a run up to its table, which the object shows too, and notes its folder."""

    def __init__(self, progress: bool):
        self.progress = progress
        self.folder: str | None = None

    def __call__(self, line: str) -> None:
        if found := FOLDER.search(line):
            self.folder = found[1]
        self.progress = self.progress and bool(line)  # an empty line stands before the table
        if self.progress:
            print(line, flush=True)


def _flags(settings: Mapping[str, Any]) -> list[str]:
    """Settings as a command line has them.

    >>> _flags({"epochs": 2, "models": ["rnn", "cnn"], "explain": False, "test": None})
    ['--epochs=2', '--models', 'rnn', 'cnn', '--no-explain']
    """
    flags = []
    for name, value in settings.items():
        flag = name.replace("_", "-")
        if value is None:
            continue
        if isinstance(value, bool):
            flags.append(f"--{flag}" if value else f"--no-{flag}")
        elif isinstance(value, list | tuple):
            flags += [f"--{flag}", *map(str, value)]
        else:
            flags.append(f"--{flag}={value}")
    return flags


def _write_table(frame: Any, names: Sequence[str], output: Path) -> Path:
    """Writes columns of a frame as JSON Lines, into a file that is named after what is in it.

    Raises:
        ValueError: a column is missing, or they are of different lengths.
    """
    columns = [[_plain(cell) for cell in _column(frame, name)] for name in names]
    lines = [
        json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=True) for cells in zip(*columns, strict=True)
    ]
    content = "\n".join(lines) + "\n"
    path = output / TABLES / f"frame-{hashlib.sha256(content.encode()).hexdigest()[:8]}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, content)
    return path


def _column(frame: Any, name: str) -> Iterable[Any]:
    try:
        return frame[name]
    except Exception as error:  # each kind of frame has its own
        columns = getattr(frame, "columns", frame)
        there = [str(column) for column in columns]
        raise ValueError(f"The frame has no column {name!r}: there are {listed(there)}.") from error


def _plain(cell: Any) -> str | int | float | bool | None:
    """A cell as JSON has it; `None` for one that is missing."""
    if is_missing(cell):
        return None
    if hasattr(cell, "isoformat"):
        return cell.isoformat()
    cell = cell.item() if hasattr(cell, "item") else cell
    return cell if isinstance(cell, str | int | float) else str(cell)
