"""The section of the page: what it says, and that hostile texts stay texts."""

import html.parser
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from models.run_folder import RunFolderError
from reports.figures.axes import style_sheet
from reports.figures.heat import heat_map
from reports.writing import inside

VARIABLES = {"text", "muted", "background", "surface", "border", "accent", "good", "bad", "sans"}
VOID = {"br", "meta", "path", "img", "link"}
HOSTILE = "<script>alert('x')</script>"


def explanations():
    answer = {
        "probabilities": [0.1, 0.9],
        "answer": 1,
        "without": [0.9, 0.55, 0.95],
        "log_odds": [0.0, 2.0, -0.75],
        "unread": {"0": "cleaned away", "1": "unknown"},
    }
    text = {
        "index": 17,
        "reason": "confidently wrong",
        "label": 0,
        "group": "sci.<b>",
        "words": ["the", HOSTILE, "film"],
        "total_words": 5,
        "answers": {"lstm": answer},
    }
    return {
        "seed": 5,
        "class_names": ["bad & ugly", "good"],
        "models": {"lstm": {"title": "lstm <i>", "reads": "the first 64 words"}},
        "missing": [{"model": "distilbert", "reason": "no weights & no network."}],
        "texts": [text],
        "attention": [{"tokens": ["film", HOSTILE], "unknown": [1]}],
    }


@pytest.fixture
def run(tmp_path):
    (tmp_path / "explanations.json").write_text(json.dumps(explanations()))
    maps = np.zeros((2, 2, 2, 2))
    maps[0, 0] = [[0.5, 0.5], [0.5, 0.5]]
    maps[1, 1] = [[0.25, 0.75], [1, 0]]
    np.savez(tmp_path / "attention.npz", **{"0": maps})
    return tmp_path


class Tags(html.parser.HTMLParser):
    """The tags that are open at each moment, and the text."""

    def __init__(self, content):
        super().__init__()
        self.open, self.seen, self.text, self.titles = [], set(), "", []
        self.feed(content)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        self.titles += [value for name, value in attributes if name == "title"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, _):
        self.seen.add(tag)

    def handle_data(self, data):
        self.text += data


def test_it_says_what_was_measured(run):
    content = Tags(inside.render(run))
    text = " ".join(content.text.split())
    assert "Confidently wrong: text 17, true class bad & ugly, sci.<b>" in text
    assert "lstm <i> good, 90.0 % ✗ wrong" in text
    assert f"For: {HOSTILE} +2.00, 55.0 % without it" in text
    assert "Against: film −0.75, 95.0 % without it" in text
    assert "and 2 more words" in text
    assert "seed 5" in text
    assert "the first 64 words" in text
    assert "no weights & no network." in text
    assert content.titles == [
        "not read: taken out by the cleaning",
        "not in the vocabulary; +2.00; 55.0% without it",
        "−0.75; 95.0% without it",
    ]


def test_hostile_texts_stay_texts(run):
    content = Tags(inside.render(run))
    assert "script" not in content.seen
    assert HOSTILE in content.text
    assert "<script" not in inside.render(run)


def test_a_text_that_no_word_moves_says_so(run):
    found = explanations()
    found["texts"][0]["answers"]["lstm"]["log_odds"] = [0.0, 0.05, -0.09]
    (run / "explanations.json").write_text(json.dumps(found))
    text = Tags(inside.render(run)).text
    assert "No single word adds 0.1 or more." in text
    assert "For:" not in text


def test_each_head_has_its_map(run):
    text = " ".join(Tags(inside.render(run)).text.split())
    assert "Block 2, head 2: at most 1.00, <script>alert('x')</script> → film" in text
    assert "Block 1, head 1: all words alike, at most 0.50" in text  # of two words each gets a half
    assert inside.render(run).count("<svg") == 4


def test_without_explanations_there_is_no_section(tmp_path):
    assert inside.render(tmp_path) == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("explanations.json", b"{"),
        ("explanations.json", b"[]"),
        ("explanations.json", b'{"texts": []}'),
        ("explanations.json", json.dumps(explanations() | {"class_names": []}).encode()),
        ("attention.npz", b"no archive"),
        ("attention.npz", b""),
    ],
)
def test_a_damaged_file_is_named(run, name, content):
    (run / name).write_bytes(content)
    with pytest.raises(RunFolderError, match=r"explanations\.json or attention\.npz is damaged"):
        inside.render(run)


def test_the_section_needs_no_color_that_the_page_does_not_give(run):
    used = set(re.findall(r"var\(--([a-z0-9-]+)", style_sheet("inside.css") + inside.render(run)))
    assert used <= VARIABLES
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b|url\(|@import", style_sheet("inside.css").replace("#inside", ""))


def test_a_page_of_its_own_is_whole():
    found = explanations()
    page = inside.render_own(found["texts"][0], {"lstm": found["models"]["lstm"] | {"seed": 5}}, found["class_names"])
    content = Tags(page)
    assert HOSTILE in content.text
    assert "script" not in content.seen
    assert "right" not in content.text.split("Which words", 2)[2]  # nobody knows the true class of one's own text


@pytest.mark.slow
def test_it_is_rendered_without_a_deep_learning_library(run):
    code = (
        "import sys, pathlib; from reports.writing import inside; inside.render(pathlib.Path(sys.argv[1]));"
        "print(sorted({'keras', 'tensorflow', 'torch', 'jax', 'sklearn', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, run], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_heat_map_outlines_each_shade_once():
    # rows of 12 units below 68 of words, columns right of 72: the two full cells of row 0 are one rectangle
    drawn = heat_map(np.array([[0.8, 0.8], [0.4, 0.0]]), ["one", "two"], "a head", 0.8)
    assert drawn.paths == [(0.5, "M72 80h12v12h-12z"), (1.0, "M72 68h24v12h-24z")]
    assert drawn.highest == (0.8, "one", "one")


def test_a_heat_map_of_nothing_is_empty():
    assert heat_map(np.zeros((1, 1)), ["one"], "a head", 0.0).paths == []
