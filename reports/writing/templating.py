"""The templates beside this file, with text kept text: escaped in HTML by Jinja, in Markdown by ours."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment
from markupsafe import Markup
from markupsafe import escape as escape_html

from models.pages.rendering import templates
from reports import numbers
from reports.figures.axes import TEMPLATES
from reports.writing.table import escape

FILTERS = (
    numbers.bare_p,
    numbers.count,
    numbers.decimals,
    numbers.decimals_range,
    numbers.margin_points,
    numbers.percent,
    numbers.percent_range,
    numbers.points,
    numbers.points_range,
    numbers.rounded,
    numbers.significant,
    numbers.tiny,
)
# A number stays on one line with its unit, or with the letter it is the value of.
_HELD_TOGETHER = re.compile(r"(?<=\d) (?:%|ms|MB|s|points)\b|(?<=\d) %|\b[pn] (?:=|&lt;|&gt;) (?=\d)")


def with_options(text: str) -> Markup:
    """A sentence in which the options of a command line stand out and stay whole.

    >>> print(with_options("a < b: use --mask"))
    a &lt; b: use <code>--mask</code>
    """
    return Markup(
        re.sub(
            r"(?<!\S)\(?(--[a-z-]+)",
            lambda found: found[0].replace(found[1], f"<code>{found[1]}</code>"),
            str(escape_html(text)),
        )
    )


def render(template: str, **values: object) -> str:
    """Fills a template; a name it needs and does not get is an error."""
    kind = "markdown" if template.endswith(".md") else "html"
    text = _environment(kind).get_template(template).render(**values)
    return text if kind == "markdown" else _HELD_TOGETHER.sub(lambda found: found[0].replace(" ", "\u00a0"), text)


@cache
def _environment(kind: str) -> Environment:
    environment = templates(
        TEMPLATES,
        autoescape=kind == "html",
        finalize=None if kind == "html" else lambda value: escape(value) if isinstance(value, str) else value,
    )
    environment.filters["with_options"] = with_options
    environment.filters.update({filter.__name__: filter for filter in FILTERS})
    return environment
