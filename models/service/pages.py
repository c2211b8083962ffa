"""The pages of the service, from the templates in `models/pages`; they ask for nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PAGES = Path(__file__).parents[1] / "pages"
# All that a page holds stands in it; it may ask its own server, and nobody else.
POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def render(template: str, **values: object) -> str:
    """Fills a template; a name it needs and does not get is an error."""
    from markupsafe import Markup

    css = Markup("".join((PAGES / name).read_text(encoding="utf-8") for name in ("colors.css", "page.css")))
    return _environment().get_template(template).render(css=css, **values)


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(PAGES), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
