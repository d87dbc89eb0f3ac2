"""docs/verified.md begins with what was not run, and fits on a screen."""

from __future__ import annotations

import re

from lakehouse.platform.settings import PROJECT

PAGE = (PROJECT / "docs" / "verified.md").read_text("utf-8")
MOST_LINES = 50
MOST_RUNS = 15
LONGEST_ROW = 240


def test_what_was_not_run_comes_first() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.M) == ["Not run here", "Run"]


def test_page_fits_on_a_screen() -> None:
    lines = PAGE.splitlines()
    runs = re.findall(r"^\| (?!what |---)", PAGE.partition("## Run\n")[2], re.M)
    assert len(lines) <= MOST_LINES
    assert 0 < len(runs) <= MOST_RUNS
    assert [line for line in lines if line.startswith("|") and len(line) > LONGEST_ROW] == []
