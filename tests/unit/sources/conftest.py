"""A small generated set, shared by the tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.workloads.shop.generator import Generated, generate


@pytest.fixture(scope="session")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """The smallest set."""
    return generate(50, 3, tmp_path_factory.mktemp("smallest"))


@pytest.fixture
def copied(smallest: Generated, tmp_path: Path) -> Path:
    """A copy of the smallest set that a test may damage."""
    for path in smallest.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path
