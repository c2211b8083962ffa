"""Table and pictures of a benchmark, from lines written by hand."""

import json

import pytest

from reports.reading.benchmark import BenchmarkUnusable, growth_of, peers_of, read_lines, speeds_of
from reports.speeds import main

SIZES = {"texts": 2_000, "length": 64, "vocabulary": 5_000, "batch": 16}


def line(seconds, model="lstm", backend="jax", **sizes):
    measured = {"seconds_per_epoch": seconds, "epoch_seconds": [seconds] * 5, "start_seconds": 3.0}
    measured |= {"compile_seconds": 1.5, "texts_per_second": {"1": 900.0, "32": 9_000.0}, "peak_memory_mb": 500.0}
    return {"model": model, "backend": backend} | SIZES | sizes | measured | {"other_work": 0.1}


@pytest.fixture
def rows():
    # Three processes of one case; then four times the texts take four times as long, four times the batch half as long.
    return [line(1.0), line(3.0), line(2.0), line(8.0, texts=8_000), line(1.0, batch=64), line(5.0, "lstm", "torch")]


def test_processes_of_a_case_are_taken_together(rows):
    first, *others = speeds_of(rows)
    assert (first.seconds, first.spread, first.processes) == (2.0, (1.0, 3.0), 3)
    assert [(speed.backend, speed.sizes) for speed in others] == [
        ("jax", (8_000, 64, 5_000, 16)),
        ("jax", (2_000, 64, 5_000, 64)),
        ("torch", (2_000, 64, 5_000, 16)),
    ]


def test_exponents(rows):
    found = {growth.axis: growth for growth in growth_of(speeds_of(rows))}
    assert set(found) == {"texts", "batch"}
    assert found["texts"].exponent == pytest.approx(1.0)  # 2 s and 8 s
    assert found["batch"].exponent == pytest.approx(-0.5)  # 2 s and 1 s
    assert found["batch"].points == ([16, 64], [2.0, 1.0])


def test_a_peer_is_held_against_the_model_it_is_called_after(rows):
    speed = speeds_of([*rows, line(2.0, "lstm-wide")])[0]
    peers = [
        {"model": name, "batch": batch, "seconds_per_epoch": seconds}
        for name, batch, seconds in [
            ("lstm", 16, 4.0),
            ("lstm", 32, 1.0),
            ("lstm-packed", 16, 2.5),
            ("lstm-wide", 16, 9.0),
            ("rnn", 16, 1.0),
        ]
    ]
    assert peers_of(speed, peers, ["lstm", "lstm-wide"]) == {"lstm": 4.0, "lstm-packed": 2.5}


def test_table_and_pictures_stand_beside_the_measurements(rows, tmp_path, capsys):
    path, peer = tmp_path / "b.jsonl", tmp_path / "peer.jsonl"
    environment = {
        "environment": {"processor": "A processor", "cores": 2, "python": "3.12.1", "packages": {"jax": "1"}}
    }
    path.write_text("\n".join(map(json.dumps, [environment, *rows])), encoding="utf-8")
    peer.write_text(json.dumps({"model": "lstm-packed", "batch": 16, "seconds_per_epoch": 2.5}) + "\n", "utf-8")
    assert main([str(path), "--peer", str(peer)]) == 0
    table = (tmp_path / "b.md").read_text(encoding="utf-8")
    assert "A processor, 2 cores, Python 3.12.1; jax 1." in table
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines() if row.startswith("| lstm")]
    assert cells[0] == [
        *("lstm", "jax", "2,000", "64", "5,000", "16", "2.000 (1.000–3.000)", "1,000", "900 · 9,000", "3.0", "1.5"),
        *("500", "10%", "3", "0.80 × lstm-packed"),
    ]
    assert cells[1][-1] == ""  # the peer read fewer texts
    assert cells[-1] == ["lstm", "jax", "batch", "16", "64", "-0.50"]
    for axis in ("texts", "batch"):
        picture = (tmp_path / f"b-{axis}.svg").read_text(encoding="utf-8")
        assert "lstm, jax: exponent" in picture
        assert f"](b-{axis}.svg)" in table
    assert table.strip() in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", ["", "no JSON", '{"model": "lstm"}', "[]", "3", '{"model": "a", "seconds_per_epoch": 1}']
)
def test_a_file_without_measurements_is_refused(content, tmp_path, capsys):
    path = tmp_path / "b.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BenchmarkUnusable):
        speeds_of(read_lines(path))
    assert main([str(path)]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert main([str(tmp_path / "nowhere.jsonl")]) == 2
