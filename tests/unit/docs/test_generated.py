"""The check of generated files notices one that is outdated or missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lakehouse.cli import checks, public_names
from lakehouse.registry import dictionary

DICTIONARY = Path("docs/data-dictionary.md")
Render = Callable[[], str]


def is_current(monkeypatch: pytest.MonkeyPatch, page: Path, render: Render) -> bool:
    monkeypatch.setattr(checks, "GENERATED", {page: render})
    return checks._pages_are_current()


def test_current_page_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_current(monkeypatch, DICTIONARY, dictionary.render)


@pytest.mark.parametrize("page", [DICTIONARY, Path("docs/no-such-page.md")], ids=str)
def test_outdated_or_missing_page_fails_and_is_named(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not is_current(monkeypatch, page, lambda: f"{dictionary.render()}one line more\n")
    assert f"{page} is not current: run ./lakehouse docs" in capsys.readouterr().err


def test_generated_files_are_of_every_kind() -> None:
    files = {str(page) for page in checks.GENERATED}
    assert {str(DICTIONARY), str(public_names.PAGE), "containers/settings.env"} <= files
    for folder in ("nifi-templates", "grafana", "powerbi", "superset"):
        assert any(file.startswith(f"{folder}/") for file in files), folder
