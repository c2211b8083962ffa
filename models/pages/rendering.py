"""The pages of the service, from the templates beside this file; they ask for nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

PAGES = Path(__file__).parent
# All that a page holds stands in it; it may ask its own server, and nobody else.
POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def render(template: str, **values: object) -> str:
    """Fills a template; a name it needs and does not get is an error."""
    return _own().get_template(template).render(**values)


def templates(folder: Path, **options: Any) -> Environment:
    """The templates of a folder, of text unless `autoescape` is among the options; a name not given is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **options
    )


@cache
def _own() -> Environment:
    from markupsafe import Markup

    found = templates(PAGES, autoescape=True)
    style = "".join((PAGES / name).read_text(encoding="utf-8") for name in ("colors.css", "page.css"))
    found.globals["css"] = Markup(style)
    return found
