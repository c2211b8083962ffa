"""The page as a browser shows it: accessible in light and dark, asking for nothing, fitting a phone and paper."""

import json
from types import SimpleNamespace

import pytest

from models.run_folder import RunFolder
from reports.page import main

pytestmark = pytest.mark.slow

SUSPICIOUS = {
    **{"split": "train", "index": "17", "row": "reviews.csv:19", "label": "alt.comp.label", "looks_like": "good"},
    **{"probability_of_label": "0.0123", "words": "lovely, " * 3 + "w" * 60, "text": f"lovely {'x' * 90} warm " * 5},
}
JUDGED = {
    **{"seed": 5, "models": ["linear"], "without_encoder": "", "most_suspicious": [SUSPICIOUS] * 20},
    **dict.fromkeys(("texts", "suspicious"), {"train": 398, "validation": 97, "test": 100}),
    "recovery": {"turned": 20, "first": 20, "right": 17, "flagged": 24, "flagged_right": 18},
}
TEXT = {
    **{"text": f"lovely {'x' * 90} warm " * 5, "place": "validation, text 3", "label": "alt.comp.label"},
    **{"answered": "good", "probability": 0.9712, "suspicious": True},
}
IN_SLICE = {"texts": 25, "accuracy": 0.52, "elsewhere": 0.845}
WEAK = {
    **{"kind": "alt.comp.group", "name": "at most 8 words", "model": "transformer", "p": 0.0123},
    **{"examples": [TEXT], "validation": IN_SLICE, "test": IN_SLICE},
}
SCORE = {"accuracy": 0.6, "interval": [0.55, 0.65]}
NAME = "logistic regression on the features of MiniLM-L6 weights"
CURVE = {
    **{"model": NAME, "last_step": 0.2, "last_interval": None, "undetermined": None},
    "points": [
        {"labels": labels, "seeds": [0], "validation": SCORE, "test": SCORE} for labels in (195, 389, 681, 974, 1947)
    ],
    "extrapolation": {"labels": 2447, "gain": 0.01, "interval": [0.0, 0.02], "curve": [[195, 0.6], [2447, 0.61]]},
}
CHANGE = {"name": "read 128 words instead of 64 with rnn, lstm and transformer", "model": NAME, "measured": "fitted"}
MODELS = ["rnn", "lstm", "transformer", "distilbert", "linear", "ensemble", "student"]
REACTION = {
    **{"kind": "negation added", "should_turn": True, "texts": 60},
    "models": [{"model": name, "changed": 0.1, "interval": [0.04, 0.21], "less_sure": 0.6} for name in MODELS],
    "examples": [
        {
            **{"model": "transformer", "before": "x" * 120, "after": "lovely " * 17, "answered_before": "good"},
            **{"answered_after": "alt.comp.label", "probability": 0.61},
        }
    ],
}
TURNING = {"model": "transformer", "answer": "good", "words": ["w" * 40] * 5, "turned_to": "bad", "probability": 0.613}
FOUND = {
    "seed": 5,
    "reactions": {"models": MODELS, "kinds": [REACTION] * 3},
    "counterfactuals": [
        {"text": TEXT["text"], "place": "test, text 7", "label": "alt.comp.label", "turnings": [TURNING] * 3}
    ],
    "changes": {
        **{"changes": [CHANGE | {"gain": 0.01, "interval": [0.004, 0.02], "undetermined": None}] * 3, "quick": True},
        "curves": [CURVE, CURVE | {"model": "linear (1- to 2-grams, complement naive Bayes (alpha=0.03))"}],
    },
    "weaknesses": {
        **{"models": ["rnn", "linear"], "texts": 97, "slices": {"class": 2, "length": 4}, "all_wrong": 10},
        **{"weak": [WEAK] * 10, "misleading": [TEXT] * 10},
    },
}
# Pairs of texts of one figure whose boxes overlap by more than a pixel each way, and texts that leave their figure.
COLLISIONS = """() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    const found = boxes.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(([words]) => words + ' leaves its figure');
    boxes.forEach(([words, a], at) => boxes.slice(at + 1).forEach(([other, b]) => {
        if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1) found.push(words + ' on ' + other);
    }));
    return found;
})"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory, empty_run, filled):
    """Files: reports of two classes, twelve with long names and twenty-five, and a comparison of the first two."""
    folder = tmp_path_factory.mktemp("browser")
    two = filled(empty_run(folder / "two"))
    two.trials = [found | {"other_work": 0.56} for found in two.trials]  # the longest remark there is
    two = two.write()
    RunFolder(two).judged_labels.write_text(json.dumps(JUDGED))
    RunFolder(two).judged_data.write_text(json.dumps(FOUND))
    twelve = empty_run(folder / "twelve")
    filled(twelve, [f"{'alt.comp.' * (at % 4)}group_{at}" for at in range(12)], n=200, models=["rnn", "linear"])
    twelve.settings["models"] += ["lstm", "distilbert"]
    twelve.failures = [
        ("lstm", 5, "failed", "its process ended with SIGKILL"),
        ("distilbert", 5, "missing", "no network"),
    ]
    twelve.write()
    many = filled(empty_run(folder / "many"), [f"{'alt.comp.' * (at % 4)}group_{at}" for at in range(25)], n=5000)
    many.write()
    for run in (two, twelve.folder, many.folder):
        assert main([str(run)]) == 0
    assert main([str(two), str(twelve.folder)]) == 0
    picture = folder / "picture.html"
    picture.write_text(f'<!DOCTYPE html><html lang="en"><title>x</title><body>{(two / "accuracy.svg").read_text()}')
    return {
        "two": two / "report.html",
        "twelve": twelve.folder / "report.html",
        "many": many.folder / "report.html",
        "runs": two / "comparison.html",
        "picture": picture,
    }


@pytest.fixture
def shown(browser, pages):
    """Opens a page: `shown(name, width, scheme)` has the `page` and the `requests` it made."""
    contexts = []

    def show(name, width=1100, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page, requests = context.new_page(), []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(pages[name].as_uri())
        return SimpleNamespace(page=page, requests=requests)

    yield show
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("name", "scheme", "options"),
    [
        ("two", "light", None),
        ("twelve", "light", None),
        ("runs", "light", None),
        # What else is checked does not depend on colors.
        ("two", "dark", {"runOnly": ["color-contrast"]}),
        ("runs", "dark", {"runOnly": ["color-contrast"]}),
    ],
)
def test_accessible(shown, name, scheme, options):
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(shown(name, scheme=scheme).page, options=options)
    assert results.response["passes"]
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("name", ["two", "twelve", "runs"])
def test_no_request_leaves_the_page(shown, pages, name):
    found = shown(name)
    found.page.emulate_media(media="print")
    found.page.pdf(format="A4")
    assert found.requests == [pages[name].as_uri()]


def test_a_remark_stays_in_its_cell(shown):
    beyond = """() => [...document.querySelectorAll('th.name')].flatMap(cell =>
        [...cell.querySelectorAll('.tag')].filter(tag =>
            tag.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1).map(tag => tag.textContent))"""
    page = shown("two", 1100).page
    assert page.get_by_text("slowed: other programs took 56 % of the cores").count() == 5
    assert page.evaluate(beyond) == []


@pytest.mark.parametrize("width", [390, 1100, 1200])
@pytest.mark.parametrize("name", ["two", "twelve", "many", "runs"])
def test_nothing_is_wider_than_the_window(shown, name, width):
    page = shown(name, width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_matrix_of_many_classes_is_seen_whole(shown):
    page = shown("many", 1200).page
    widths = """() => [...document.querySelectorAll('.scroll')].filter(
        region => region.getAttribute('aria-label').startsWith('Confusion matrix')).map(
        region => [region.scrollWidth, region.clientWidth, region.querySelectorAll('tbody tr').length])"""
    regions = page.evaluate(widths)
    assert len(regions) == 5
    for content, room, lines in regions:
        assert lines == 25
        assert content <= room
    # On paper, 182 mm between the margins, nothing can scroll.
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})
    for content, room, _ in page.evaluate(widths):
        assert content <= room


def test_a_matrix_on_a_phone_scrolls_by_itself_with_its_classes_in_sight(shown):
    page = shown("many", 390).page
    left = page.evaluate("""() => {
        const region = document.querySelector('.many').parentElement;
        region.scrollLeft = 200;
        return [region.scrollLeft, region.querySelector('tbody th').getBoundingClientRect().left,
                region.getBoundingClientRect().left];
    }""")
    assert left[0] == 200
    assert left[1] == left[2]


@pytest.mark.parametrize("name", ["two", "twelve", "picture"])
def test_words_of_figures_do_not_collide(shown, name):
    assert shown(name).page.evaluate(COLLISIONS) == []


def test_words_of_figures_can_be_read_on_a_phone(shown):
    page = shown("two", 390).page
    heights = page.evaluate("""() => [...document.querySelectorAll('svg[role=img] text')].map(
        text => parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a)""")
    assert min(heights) >= 7.5


def test_figures_turn_dark_with_the_page(shown):
    colors = [
        shown("two", scheme=scheme).page.evaluate(
            "[document.body, document.querySelector('svg text'), document.querySelector('svg .mark')].map("
            "(element, at) => getComputedStyle(element)[at ? 'fill' : 'backgroundColor'])"
        )
        for scheme in ("light", "dark")
    ]
    assert all(light != dark for light, dark in zip(*colors, strict=True))
