"""The notebook for classes."""

import os
import sys

import pytest

TOUR = "reports/tour.ipynb"


@pytest.fixture
def notebook(root):
    nbformat = pytest.importorskip("nbformat", reason="the extra `test` is not installed whole")
    return nbformat.read(root / TOUR, as_version=4)


def test_no_output_is_kept_of_it(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 5
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


@pytest.mark.long
def test_it_runs_from_first_to_last_cell(notebook, root, tmp_path, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv("TOUR", "quick")
    monkeypatch.setenv("TOUR_RUNS", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), *sys.path]))
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    shown = [output.data for output in outputs if output.output_type in ("execute_result", "display_data")]
    assert sum("data:image/svg+xml" in data.get("text/html", "") for data in shown) == 2  # two comparisons
    assert any("image/png" in data for data in shown)  # the learning curves
