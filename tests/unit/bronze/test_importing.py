"""Record of imports that are filed under another day than that of reading."""

from __future__ import annotations

from typing import Any, cast

import pytest
from pyspark.sql import SparkSession

from lakehouse.bronze import importing
from lakehouse.contracts.model import Layer
from lakehouse.quality.checks import Result
from lakehouse.registry import catalog

BRONZE = catalog.table(Layer.BRONZE, "orders")


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """Results that would be written to Delta, one commit per call."""
    found: list[Result] = []

    def record(spark: Any, table: Any, ingest_date: str, results: list[Result]) -> None:
        found.extend(results)

    monkeypatch.setattr(importing.results, "record", record)
    return found


def record(ingest_date: str, read_on: str) -> None:
    session = cast(SparkSession, None)
    importing.record_other_day(session, BRONZE, ingest_date, read_on, 7)


def test_import_under_another_day_is_recorded_with_its_rows(recorded: list[Result]) -> None:
    record("2026-03-01", "2026-03-02")
    assert [(r.check, r.outcome, r.broken_rows) for r in recorded] == [
        ("read_on_its_day", "warned", 7)
    ]
    assert "2026-03-02" in recorded[0].reason


def test_import_under_its_own_day_writes_nothing(recorded: list[Result]) -> None:
    record("2026-03-02", "2026-03-02")
    assert recorded == []
