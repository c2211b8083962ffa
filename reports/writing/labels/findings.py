"""`judged_data.json`, and the sections of the page and of the Markdown report that show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from data.files import write_json
from models.run_folder import RunFolder
from reports.judging import changes, reactions, weaknesses
from reports.reading.files import understood
from reports.reading.judged_data import DataFindings, read_findings
from reports.writing.labels import raising, reacting, weak_places
from reports.writing.labels.blocks import Block, blocks_html, blocks_markdown


class Shown(NamedTuple):
    """A section of findings.

    Attributes:
        name: of the section, within a page.
        title: of it.
        blocks: from what was found to its parts; none where that was not looked at.
    """

    name: str
    title: str
    blocks: Callable[[DataFindings], list[Block]]


SHOWN = (
    Shown("raising", changes.TITLE, raising.blocks),
    Shown("weak", weaknesses.TITLE, weak_places.blocks),
    Shown("changed", reactions.TITLE, reacting.blocks),
)


def write_findings(run: Path, findings: DataFindings) -> None:
    """Writes the file."""
    write_json(RunFolder(run).judged_data, asdict(findings))


def findings_html(run: Path) -> list[tuple[str, str, Markup]]:
    """Name, title and body of each section, an empty body where there is nothing to show.

    Raises:
        RunFolderError: the file is damaged.
    """
    findings = read_findings(run)
    with understood(RunFolder(run).judged_data):
        return [(shown.name, shown.title, blocks_html(shown.blocks(findings) if findings else [])) for shown in SHOWN]


def findings_markdown(run: Path) -> list[str]:
    """The sections as parts of Markdown.

    Raises:
        RunFolderError: the file is damaged.
    """
    findings = read_findings(run)
    if findings is None:
        return []
    with understood(RunFolder(run).judged_data):
        return [part for shown in SHOWN for part in blocks_markdown(shown.title, shown.blocks(findings))]
