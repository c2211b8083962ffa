"""What is no text in a JSON table comes back as it was."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.reading.json_records import to_json
from data.reading.table import Reading, open_table

letters = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
scalars = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | letters
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3), max_leaves=6
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values)
def test_any_value_comes_back(tmp_path, value):
    path = tmp_path / "table.jsonl"
    path.write_text(json.dumps({"text": "a film", "other": value}) + "\n", encoding="utf-8")
    ((_, (text, cell)),) = open_table(path, Reading()).rows(["text"], ["other"])
    assert text == "a film"
    assert isinstance(cell, str)
    found = json.loads(to_json(cell))
    assert (found, type(found)) == (value, type(value))


def test_what_is_too_deep_is_a_damaged_row(tmp_path):
    path = tmp_path / "table.jsonl"
    deep = '{"a": ' * 600 + "1" + "}" * 600
    path.write_text(f'{{"text": "a film", "other": {deep}}}\n' + '{"text": "a film", "other": 1}\n' * 200)
    table = open_table(path, Reading())
    assert len(list(table.rows(["text"], ["other"]))) == 200
    assert table.damage.damaged == 1


@pytest.mark.parametrize("written", ["1.10", "true", "1e999", "[1, 2.50]", '{"a": 1e5}'])
def test_as_text_a_number_is_as_it_was_written(tmp_path, written):
    path = tmp_path / "table.jsonl"
    path.write_text(f'{{"text": "a film", "other": {written}}}\n', encoding="utf-8")
    ((_, (_, cell)),) = open_table(path, Reading()).rows(["text"], ["other"])
    assert cell == to_json(cell) == written
