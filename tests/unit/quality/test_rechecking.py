"""Comparison of an unchanged table with a build of it; storing results is replaced."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import pytest
from pyspark.sql import SparkSession

from lakehouse.contracts.model import Layer
from lakehouse.quality import rechecking
from lakehouse.quality.checks import Result
from lakehouse.registry import catalog

DAY = "2026-03-01"
BRONZE = catalog.table(Layer.BRONZE, "products")
GOLD = catalog.table(Layer.GOLD, "dim_product")
SILVER = catalog.table(Layer.SILVER, "products")
BEFORE = cast(Any, SimpleNamespace(folder="/lakehouse/silver/ecom/products/one"))


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    found: list[Result] = []
    monkeypatch.setattr(rechecking.results, "record", lambda *given: found.extend(given[3]))
    return found


@pytest.mark.parametrize(
    ("updated", "expected"), [(0, []), (3, [("rows_as_recorded", "warned", 3)])]
)
def test_changes_of_gold_are_recorded(
    recorded: list[Result], updated: int, expected: list[tuple[str, str, int]]
) -> None:
    report = {"inserted": 0, "updated": updated, "deleted": 0}
    assert rechecking.recheck(MagicMock(), GOLD, DAY, BEFORE, report) == updated
    assert [(r.check, r.outcome, r.broken_rows) for r in recorded] == expected


@pytest.mark.parametrize(("content", "expected"), [("8:1", 0), ("8:2", 8)])
def test_imports_are_compared_by_their_content(
    recorded: list[Result], content: str, expected: int
) -> None:
    before = cast(Any, SimpleNamespace(content="8:1"))
    report = {"rows": 8, "content": content}
    assert rechecking.recheck(MagicMock(), BRONZE, DAY, before, report) == expected
    assert [r.broken_rows for r in recorded] == [expected] * (expected > 0)


def test_folders_of_both_builds_of_silver_are_compared(
    recorded: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = MagicMock()
    session.read.parquet.side_effect = lambda address: address.rpartition("/")[2]
    monkeypatch.setattr(rechecking, "differing", lambda *folders: folders == ("one", "two"))
    assert rechecking.recheck(session, SILVER, DAY, BEFORE, {"folder": "/silver/two"}) == 1
    assert [r.outcome for r in recorded] == ["warned"]


def test_rows_of_either_table_alone_are_counted(spark: SparkSession) -> None:
    one = spark.sql("SELECT * FROM VALUES (1, 'a'), (2, NULL), (2, NULL), (3, 'c') AS t(a, b)")
    other = spark.sql("SELECT * FROM VALUES (3, 'c'), (2, NULL), (1, 'A') AS t(a, b)")
    assert rechecking.differing(one, other) == 3
    assert rechecking.differing(one, one) == 0
