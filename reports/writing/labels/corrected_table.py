"""The user's table with the labels that `labels.csv` corrects; where the source is no table, one of the run's texts."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.classes import MERGE
from data.cleaning import Cleaner
from data.messages import shell_path
from data.preparing import load_leaked
from data.reading.columns import LABEL, TEXT
from data.reading.text_encoding import AUTO
from data.sources.catalog import HOW_SPLIT
from data.sources.labels import UNKNOWN, class_finder
from data.splits.split import PARTS
from models.run_folder import RunFolder, RunFolderError
from reports.reading.facts import read_data
from reports.reading.judged_labels import read_corrections
from reports.reading.run_texts import RunTexts
from reports.reading.source_table import is_table, read_source_table, source_files
from reports.writing.labels.user_tables import Cells, encode_entities, read_again, refuse_output, write_table

TEST = "test"
DIALECT = ("encoding", "delimiter", "quoting")  # settings of the source that do not hold for what is written here


@dataclass(frozen=True)
class Corrected:
    """What was written.

    Attributes:
        changed: labels that were exchanged, by split.
        left: corrections of the test split that were left out.
        unwritten: corrections to a class that no single label of the table stands for.
        same_split: whether the table says in which split each text was.
        command: what trains the same models on it.
        new_run: where the run will then be, as a shell takes it.
    """

    changed: dict[str, int]
    left: int
    unwritten: int
    same_split: bool
    command: str
    new_run: str


@dataclass(frozen=True)
class _Table:
    """Rows to write: columns, cells, which columns hold texts and labels, and whether the split was added."""

    names: list[str]
    rows: list[Cells]
    texts: Sequence[str]
    label: str
    split: str | None


def write_corrected(texts: RunTexts, output: Path, include_test: bool) -> Corrected:
    """Writes the table, whole or not at all. Rows with the same text and label are corrected alike.

    Args:
        texts: of the run, whose `labels.csv` has been written.
        output: where to; a file that is not there.
        include_test: whether labels of the test split are corrected too.

    Raises:
        DataError: the table may not be written there.
        RunFolderError: `labels.csv` or the user's table cannot be read, or is not what it was.
    """
    refuse_output(output, source_files(texts.plan))
    new, left = _new_classes(texts, include_test)
    corrector = _Corrector(texts, new)
    table = _of_source(texts, corrector) if is_table(texts.plan) else _of_run(texts, corrector)
    write_table(output, table.names, table.rows)
    return Corrected(
        changed=corrector.changed,
        left=left,
        unwritten=corrector.unwritten,
        same_split=table.split is not None,
        command=" ".join(_options(texts, output, table)),
        new_run=shlex.quote(str(Path(texts.plan.settings.get("output", "runs")) / "latest")),
    )


def _new_classes(texts: RunTexts, include_test: bool) -> tuple[dict[tuple[str, int], tuple[str, int]], int]:
    """Split and corrected class by text and class, and how many corrections of the test split were left out."""
    corrections = read_corrections(texts.plan.path, texts.class_names)
    new, left = {}, 0
    for name, part in texts.parts.items():
        for at, (index, label) in enumerate(zip(part.index.tolist(), part.labels.tolist(), strict=True)):
            corrected = corrections.pop((name, index), label)
            if corrected == label:
                continue
            if name == TEST and not include_test:
                left += 1
            else:
                new[part.texts[at], label] = (name, corrected)
    if corrections:
        name, index = next(iter(corrections))
        raise RunFolderError(
            f"{RunFolder(texts.plan.path).labels} corrects text {index} of {name}, which the run does not have: judge "
            "the labels again."
        )
    return new, left


class _Corrector:
    """Says which class a text has now, and counts."""

    def __init__(self, texts: RunTexts, new: dict[tuple[str, int], tuple[str, int]]):
        self.new, self.waiting = new, set(new)
        self.changed = dict.fromkeys(PARTS, 0)
        self.unwritten = 0
        self.path = texts.plan.path

    def correct(self, text: str, label: int, form_of: dict[int, str]) -> str | None:
        """How the corrected label is written, `None` where it stays as it is."""
        key = text, label
        if key not in self.new:
            return None
        self.waiting.discard(key)
        part, corrected = self.new[key]
        if corrected not in form_of:
            self.unwritten += 1
            return None
        self.changed[part] += 1
        return form_of[corrected]


def _of_source(texts: RunTexts, corrector: _Corrector) -> _Table:
    """The user's own table; which split a text was in is added where the same is to be had again that way."""
    rows = list(read_source_table(texts.plan))
    if not rows:
        raise RunFolderError("The table behind the run has no rows any more: bring them back.")
    merged = texts.plan.settings.get("rare") == MERGE  # every label that is no class means the last one then
    find, last = class_finder(texts.class_names), len(texts.class_names) - 1
    found = [find(row.label) for row in rows]
    forms: dict[int, Counter[str]] = {}
    for row, label in zip(rows, found, strict=True):
        if label is not None and label != UNKNOWN:
            forms.setdefault(label, Counter())[row.label] += 1
    written = {label: counts.most_common(1)[0][0] for label, counts in forms.items()}
    names = list(dict.fromkeys(name for row in rows for name in row.cells))
    split, splits = _free_name(names) if _splits_are_drawn(texts) else None, _splits(texts)
    cells: list[Cells] = []
    index = 0  # in the corpus, which has the rows with a label
    for row, known in zip(rows, found, strict=True):
        label = last if known == UNKNOWN and merged else known
        changed = None if label is None else corrector.correct(row.text, label, written)
        cells.append(row.cells if changed is None else row.cells | {row.choice.label or "": changed})
        if split:
            has_class = label is not None and label != UNKNOWN
            cells[-1] = {**cells[-1], split: splits.get(index, "validation") if has_class else "train"}
            index += has_class
    if missing := _missing(texts, corrector):
        raise RunFolderError(
            f"The table behind the run lacks {missing:,} of the texts whose label is corrected, or they have another "
            "label there: bring back the table that the run was trained on."
        )
    choice = rows[0].choice
    return _Table([*names, *([split] if split else [])], cells, choice.texts, choice.label or "", split)


def _missing(texts: RunTexts, corrector: _Corrector) -> int:
    """Corrections that no row had; test texts of a file of their own are in no row."""
    own_file = texts.plan.settings.get("test") is not None
    return sum(not (own_file and corrector.new[key][0] == TEST) for key in corrector.waiting)


def _of_run(texts: RunTexts, corrector: _Corrector) -> _Table:
    """The texts of the run, those without a label too, with the split of each."""
    written = dict(enumerate(texts.class_names))
    rows: list[Cells] = []
    for name, part in texts.parts.items():
        for text, label in zip(part.texts, part.labels.tolist(), strict=True):
            form = corrector.correct(text, label, written) or written[label]
            rows.append({TEXT: encode_entities(text), LABEL: form, "split": name})
    rows += [{TEXT: encode_entities(text), LABEL: None, "split": "train"} for text in texts.unlabelled.texts]
    return _Table([TEXT, LABEL, "split"], rows, [TEXT], LABEL, "split")


def _splits_are_drawn(texts: RunTexts) -> bool:
    """Whether all texts were drawn, by chance alone: then a column can say which split each was in."""
    settings = texts.plan.settings
    if settings.get("folds") or any(settings.get(name) is not None for name in HOW_SPLIT):
        return False
    data = read_data(texts.plan.path)
    split = next((split for split in data.splits if split.seed == texts.seed), None)
    if split is None or split.training_sample is not None:
        return False
    return sum(split.samples.before.values()) == data.texts


def _splits(texts: RunTexts) -> dict[int, str]:
    """The split that each text was drawn for, by its place in the corpus; only some of those of validation that were
    taken out, as empty or a repetition, are lacking.
    """
    leaked = load_leaked(RunFolder(texts.plan.path).prepared(texts.seed))
    found = dict.fromkeys(leaked.index.tolist(), TEST) if leaked else {}
    return found | {index: name for name, part in texts.parts.items() for index in part.index.tolist()}


def _free_name(names: Sequence[str]) -> str:
    name = "split"
    while name in names:
        name = f"run_{name}"
    return name


def _options(texts: RunTexts, output: Path, table: _Table) -> Iterator[str]:
    settings, run = texts.plan.settings, RunFolder(texts.plan.path.resolve())
    yield f"python -m training.run --config {shell_path(run.settings)} --data {read_again(output)}"
    yield f"--text-column {shlex.join(table.texts)} --label-column {shlex.quote(table.label)}"
    for name in DIALECT:
        if settings.get(name, AUTO) != AUTO:
            yield f"--{name} {AUTO}"
    if table.split:
        yield f"--split-column {shlex.quote(table.split)} --sample all --seeds 1 --seed {texts.seed}"
    if not is_table(texts.plan):  # what its source said of the texts
        cleaner: Cleaner = read_data(texts.plan.path).cleaning
        yield f"--language {cleaner.language} --{'' if cleaner.keep_negations else 'no-'}keep-negations"
