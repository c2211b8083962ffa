"""What leakage would have been worth, in the report."""

from reports.summary import main


def _report(run, capsys):
    run.write()
    assert main([str(run.folder)]) == 0
    assert capsys.readouterr().err == ""
    return (run.folder / "report.md").read_text(encoding="utf-8")


def test_report_says_what_leakage_would_have_been_worth(whole_run, capsys):
    report = _report(whole_run, capsys)
    assert "leakage would" not in report
    for trial, accuracy in zip(whole_run.trials, (1.0, 0.5, 1.0, 1.0), strict=True):
        trial["leaked"] = {"n": 10, "accuracy": accuracy}
    near = {"threshold": 0.8, "removed": {"train": 0, "validation": 1, "test": 3}}
    whole_run.card["splits"][0]["near_duplicates"] = near | {"examples": []}
    report = _report(whole_run, capsys)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in report.splitlines() if line.startswith("|")]
    # Of 100 test texts 80 and 84 right; of ten more, ten and five.
    assert ["rnn", "20", "82.0 %", "81.4 %", "75.0 %"] in rows
    assert ["nearly a text of an earlier split, removed", "0", "1", "3"] in rows
    assert "4 texts of validation and test were taken out as nearly a text of an earlier split: at least 80 %" in report
