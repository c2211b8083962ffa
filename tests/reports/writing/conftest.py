"""Writing a run's page and reading what is on it."""

import json

import html5lib
import pytest

from reports.page import main


@pytest.fixture(scope="session")
def read_page():
    """A page as a tree and as text, valid and not too large: `read_page(path)`."""

    def read(path):
        text = path.read_text(encoding="utf-8")
        assert len(text.encode()) < 3e6
        return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text), text

    return read


@pytest.fixture(scope="session")
def write_page(read_page):
    """Writes a run and its page: `write_page(run, *arguments)`, which gives what `read_page` does."""

    def write(run, *arguments):
        run.write()
        assert main([str(run.folder), *map(str, arguments)]) == 0
        return read_page(run.folder / "report.html")

    return write


@pytest.fixture(scope="session")
def text_of():
    """The words of an element: `text_of(element)`."""
    return lambda element: " ".join("".join(element.itertext()).replace("\u00a0", " ").split())


@pytest.fixture(scope="session")
def lead_of(text_of):
    """The verdict that a page opens with: `lead_of(tree)`."""
    return lambda tree: text_of(tree.find(".//p[@class='lead']"))


@pytest.fixture(scope="session")
def read_comparison():
    """A run's `comparison.json`: `read_comparison(run)`."""
    return lambda run: json.loads((run.folder / "comparison.json").read_text(encoding="utf-8"))
