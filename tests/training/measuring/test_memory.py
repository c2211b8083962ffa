"""Memory reckoned beforehand. That the estimates are near the truth is tested where models are trained: test_run."""

import pytest

from training.command_line import parse
from training.measuring import memory


@pytest.fixture(autouse=True)
def _a_process_of_100_mb(monkeypatch):
    monkeypatch.setattr(memory, "held_mb", lambda: 100.0)


def test_a_recurrent_network_by_hand():
    # Training: 1024 texts · 20 vectors · 16 tokens · 64 wide = 20 · 2^20 floats; answering: 256 · 8 · 16 · 64, fewer.
    # Weights: 6 copies of 2^20. 26 · 2^20 floats of 4 bytes are 104 MB, beside 100 held and 230 for compiled code.
    assert memory.network_mb(2**20, 1024, 16, 64) == pytest.approx(100 + 230 + 104)


def test_attention_grows_with_the_square_of_the_length():
    # Answering alone: 256 texts · (16 · 128 · 64 + 3 · 4 heads · 128²) floats = 327,680 · 256 · 4 bytes = 320 MB;
    # at twice the length the first term doubles and the second is four times as large: (262,144 + 786,432) · 1 kB.
    assert memory.network_mb(0, 32, 128, 64, heads=4) == pytest.approx(330 + 320)
    assert memory.network_mb(0, 32, 256, 64, heads=4) == pytest.approx(330 + 1024)


def test_what_will_not_fit_is_refused_with_the_mend():
    memory.require(399, parse(["--memory-limit", "400MB"]), "--sample")
    with pytest.raises(memory.MemoryTooSmall) as refused:
        memory.require(1234.5, parse(["--memory-limit", "1.2GB"]), "--batch-size or --width")
    assert str(refused.value) == (
        "it would take about 1,234 MB, more than --memory-limit 1.2GB: lower --batch-size "
        "or --width, or raise the limit"
    )
    memory.require(1228, parse(["--memory-limit", "1.2GB"]), "--sample")  # 1.2 · 1024 = 1228.8


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1.5m", 90), ("2h", 7200)])
def test_times(text, seconds):
    assert parse(["--time-limit", text]).time_limit_seconds == seconds
    assert parse([]).time_limit_seconds is None
