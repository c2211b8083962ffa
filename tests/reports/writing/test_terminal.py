"""Explanations on a terminal, with colors and without."""

import re

from reports.writing.terminal import show

MODELS = {"lstm": {"title": "lstm", "reads": "the first 64 words"}}
EXPLAINED = {
    "words": ["the", "good", "f\x1b[2Jilm", "mediocre"],
    "total_words": 9,
    "skipped": 0,
    "answers": {
        "lstm": {
            "probabilities": [0.1, 0.9],
            "answer": 1,
            "without": [0.9, 0.55, 0.95, 0.9],
            "log_odds": [0.0, 2.0, -0.3, 0.05],
            "unread": {"0": "cleaned away"},
        }
    },
}


def test_without_colors_the_numbers_stand_behind_the_words():
    shown = show(EXPLAINED, MODELS, ["bad", "good"], color=False)
    lines = [line.strip() for line in shown.splitlines()]
    assert lines[0] == "lstm: good 90.0%  (reads the first 64 words)"
    assert lines[1] == "the good[+2.0] f�[2Jilm[-0.3] mediocre"
    assert lines[2] == "for:     good +2.00 (55.0% without it)"
    assert lines[3] == "against: f�[2Jilm -0.30 (95.0% without it)"
    assert "Only the first 4 words were looked at" in shown
    assert "\x1b" not in shown


def test_colors_say_the_same_and_a_text_cannot_command_the_terminal():
    shown = show(EXPLAINED, MODELS, ["bad", "good"], color=True)
    assert "\x1b[44;97mgood\x1b[0m" in shown
    assert "\x1b[31;4mf�[2Jilm\x1b[0m" in shown
    assert "\x1b[2mthe\x1b[0m" in shown
    assert set(re.findall(r"\x1b\[[0-9;]*(.)", shown)) == {"m"}


def test_lines_end_before_a_hundred_columns():
    words = [f"word{number}" for number in range(60)]
    answer = EXPLAINED["answers"]["lstm"] | {"without": [0.9] * 60, "log_odds": [0.2] * 60}
    shown = show(
        {"words": words, "total_words": 60, "skipped": 0, "answers": {"lstm": answer}}, MODELS, ["bad", "good"], False
    )
    assert max(map(len, shown.splitlines())) <= 100
    assert all(word in shown for word in words)
