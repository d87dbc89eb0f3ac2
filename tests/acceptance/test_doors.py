"""What clients of the Thrift server see of gold: every column, with its type."""

from __future__ import annotations

import pytest

from acceptance.lake import Built
from acceptance.measuring import GOLD
from integration.doors import listed_columns
from lakehouse.contracts.model import Layer, Table
from lakehouse.platform.settings import Settings


@pytest.fixture(scope="module")
def seen(built: Built, platform: Settings) -> dict[str, list[tuple[str, str]]]:
    return listed_columns(platform, Layer.GOLD)


@pytest.mark.parametrize("table", GOLD, ids=lambda table: table.name)
def test_every_column_of_gold_is_listed_with_its_type(
    table: Table, seen: dict[str, list[tuple[str, str]]]
) -> None:
    assert seen[table.name] == [(column.name, column.type) for column in table.columns]
