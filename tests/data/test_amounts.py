"""Amounts of memory on a command line."""

import argparse

import pytest

from data.amounts import memory_mb


@pytest.mark.parametrize(("text", "mb"), [("10GB", 10240), ("800MB", 800), ("0.5gb", 512), ("1.2Gb", 1228.8)])
def test_an_amount_is_in_mebibytes(text, mb):
    assert memory_mb(text) == pytest.approx(mb)


@pytest.mark.parametrize("text", ["10", "GB", "0GB", "0.0MB", "-1GB", "1e3MB", "10 GB", "10TB", "٣GB", ""])
def test_what_is_none_is_refused_in_words_for_a_command_line(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is no amount of memory such as 10GB or 800MB"):
        memory_mb(text)
