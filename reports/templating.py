"""The templates beside this file, with text kept text: escaped in HTML by Jinja, in Markdown by ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports import numbers
from reports.table import escape

TEMPLATES = Path(__file__).with_name("templates")
FILTERS = (
    numbers.bare_p,
    numbers.count,
    numbers.decimals,
    numbers.decimals_range,
    numbers.percent,
    numbers.percent_range,
    numbers.points,
    numbers.points_range,
    numbers.rounded,
    numbers.significant,
    numbers.tiny,
)


def render(template: str, **values: object) -> str:
    """Fills a template; a name it needs and does not get is an error."""
    kind = "markdown" if template.endswith(".md") else "html"
    text = _environment(kind).get_template(template).render(**values)
    # A number stays on one line with its unit.
    return text if kind == "markdown" else text.replace(" %", "\u00a0%")


@cache
def _environment(kind: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=kind == "html",
        finalize=None if kind == "html" else lambda value: escape(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({filter.__name__: filter for filter in FILTERS})
    return environment
