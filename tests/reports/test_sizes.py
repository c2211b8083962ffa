"""Tables of what runs of several sizes took, from lines written by hand."""

import json

import pytest

from reports.sizes import fitted_line, main


def row(texts, **parts):
    environment = {"processor": "a processor", "cores": 2, "python": "3.11", "backend": "jax"}
    memory = {"memory_mb_together": 1500.0, "memory_mb_by_process": {"the run itself": 600.0}}
    return {"texts": texts, "seconds": 9.0, "seconds_by_part": parts, "environment": environment} | memory


def test_a_line_through_the_seconds_of_each_part(tmp_path, capsys):
    rows = [row(100_000, reading=12.0, cnn=50.0), row(10_000, reading=3.0)]  # 2 s, and 10 s for 100,000
    (tmp_path / "sizes.jsonl").write_text("".join(json.dumps(found) + "\n" for found in rows))
    assert main([str(tmp_path / "sizes.jsonl")]) == 0
    written = (tmp_path / "sizes.md").read_text()
    assert written in capsys.readouterr().out
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in written.splitlines() if line[:1] == "|"]
    assert cells[0] == ["seconds of", "10,000 texts", "100,000 texts", "at all", "for 100,000 texts"]
    assert cells[2] == ["reading", "3.00", "12", "2.0", "10"]
    assert cells[3] == ["cnn", "–", "50", "–", "–"]  # of one size there is no line


def test_the_line_makes_relative_errors_least():
    # Between 1 s and 3 s at the same size the one nearer to 1 is wrong by as large a share.
    _, each = fitted_line([1_000, 1_000, 2_000], [1.0, 3.0, 2.4])
    assert each > 0


@pytest.mark.parametrize("content", ["", "no JSON", "[]", '{"texts": 3}'])
def test_a_file_of_something_else_is_refused(content, tmp_path, capsys):
    (tmp_path / "other.jsonl").write_text(content)
    assert main([str(tmp_path / "other.jsonl")]) == 2
    assert "training.benchmark.sizes wrote" in capsys.readouterr().err
