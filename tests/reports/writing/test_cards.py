"""The cards: what is measured, and text that stays text."""

import re

import pytest
import yaml


def test_the_cards(full_run, write_page, text_of, read_comparison):
    full_run.card |= {"meaning": "which newsgroup a post was sent to: a topic, not a sentiment."}
    tree, _ = write_page(full_run)
    data = (full_run.folder / "data_card.md").read_text()
    assert "which newsgroup a post was sent to: a topic, not a sentiment." in data
    assert "which newsgroup a post was sent to: a topic, not a sentiment." in text_of(
        tree.find(".//section[@id='data']")
    )
    assert "| share of good | 50.0 % | 50.0 % | 50.0 % |" in data
    model = (full_run.folder / "model_card.md").read_text()
    assert "What these classes mean: which newsgroup a post was sent to" in model
    comparison = read_comparison(full_run)
    for row in comparison["rows"]:
        spread = f"{100 * row['accuracy']:.1f} ± {100 * row['accuracy_std']:.1f}"
        assert f"| {row['model']} | {spread} (" in model
    assert "|\n|:--|--:|--:|--:|--:|--:|--:|--:|:--|\n|" in model
    assert comparison["recommended"]["reason"] in model
    assert "into 2 classes: bad and good." in model
    for heading in ("## Intended use", "## Measured results", "## Limits"):
        assert heading in model


def test_hubs_can_read_the_heads(full_run, write_page, read_comparison):
    full_run.card |= {"name": "reviews: *all* | <b>"}
    write_page(full_run)
    data, model = (
        yaml.safe_load((full_run.folder / name).read_text().split("---\n")[1])
        for name in ("data_card.md", "model_card.md")
    )
    assert data["pretty_name"] == "reviews: *all* | <b>"
    assert data["task_categories"] == ["text-classification"]
    rows = [row for row in read_comparison(full_run)["rows"] if not row["failed"]]
    assert [entry["name"] for entry in model["model-index"]] == [row["model"] for row in rows]
    for entry, row in zip(model["model-index"], rows, strict=True):
        (result,) = entry["results"]
        assert result["metrics"][0] == {"type": "accuracy", "name": "accuracy", "value": round(row["accuracy"], 4)}


@pytest.mark.slow
def test_cards_keep_text_text(fake_run, filled, write_page):
    filled(fake_run, ["<i>a|b", "*c*"])
    write_page(fake_run)
    for card in ("data_card.md", "model_card.md"):
        text = (fake_run.folder / card).read_text()
        assert "\\<i>a\\|b" in text
        assert not re.search(r"(?<!\\)<i>", text)
