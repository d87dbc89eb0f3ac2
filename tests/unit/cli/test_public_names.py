"""The list of public names is complete enough to notice a rename."""

from __future__ import annotations

import pytest

from lakehouse.cli import public_names
from lakehouse.cli.app import app
from lakehouse.contracts import places


def test_every_kind_of_name_has_entries() -> None:
    assert [title for title, found in public_names.names(app).items() if not found] == []


def test_no_two_servers_have_one_default_port() -> None:
    numbers = [line.split()[0] for line in public_names.names(app)["Default ports"]]
    assert len(set(numbers)) == len(numbers)


def test_a_moved_folder_changes_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    before = public_names.page(app)
    monkeypatch.setattr(places, "ROOT", "/elsewhere")
    assert public_names.page(app) != before
