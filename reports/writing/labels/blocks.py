"""Parts of a section, sentences with a table or a figure, for the page and for the Markdown report alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from reports.numbers import MISSING
from reports.writing.evidence import Cell
from reports.writing.table import escape, in_one_line, pipe_table
from reports.writing.templating import render


class Head(NamedTuple):
    """The head of a column.

    Attributes:
        title: what stands in it.
        unit: small print below.
        is_text: whether its cells are words, which may be many.
    """

    title: str
    unit: str = ""
    is_text: bool = False


@dataclass(frozen=True)
class Block:
    """A part of a section.

    Attributes:
        title: of the part, where the section has several.
        sentences: paragraphs.
        heads: of the table's columns; the first is that of the rows' names. None where there is no table.
        rows: their cells.
        caption: of the table.
        figure: as SVG, with `legend` and `figure_caption`; Markdown goes without.
        small: small print below.
    """

    title: str = ""
    sentences: Sequence[str] = ()
    heads: Sequence[Head] = ()
    rows: Sequence[Sequence[Cell]] = ()
    caption: str = ""
    figure: Markup = Markup("")
    legend: Markup = Markup("")
    figure_caption: str = ""
    small: Sequence[str] = field(default=())


def blocks_html(blocks: Sequence[Block]) -> Markup:
    """The parts as HTML; nothing where there are none."""
    return Markup(render("blocks.html", blocks=blocks)) if blocks else Markup("")


def blocks_markdown(title: str, blocks: Sequence[Block]) -> list[str]:
    """The parts as Markdown, the section's heading first; nothing where there are none."""
    found = [f"## {title}"] if blocks else []
    for block in blocks:
        found += [f"### {escape(block.title)}"] if block.title else []
        found += map(escape, block.sentences)
        if block.rows:
            heads = [in_one_line(head.title, head.unit) for head in block.heads]
            found.append(pipe_table([[in_one_line(*cell) for cell in row] for row in block.rows], heads))
        found += [escape(text) for text in (block.caption if block.rows else "", *block.small) if text]
    return found


def cell(text: str | None, second: str = "") -> Cell:
    """A cell, with a dash where there is nothing to say."""
    return Cell(text or MISSING, second)
