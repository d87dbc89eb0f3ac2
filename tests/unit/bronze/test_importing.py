"""Record of imports that are filed under another day than that of reading."""

from __future__ import annotations

from typing import Any, cast

import pytest
from pyspark.sql import SparkSession

from lakehouse.bronze import importing
from lakehouse.bronze.content import Content
from lakehouse.bronze.importing import ImportMismatchError
from lakehouse.contracts.model import Layer
from lakehouse.quality.checks import Result
from lakehouse.registry import catalog

BRONZE = catalog.table(Layer.BRONZE, "orders")
SOURCE_COLUMNS = tuple(catalog.table(Layer.SOURCE, "orders").column_names)


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


class Files:
    """Operations on HDFS, in order, in place of a name node."""

    done: list[tuple[str, ...]]

    def make_folder(self, path: str) -> None:
        self.done.append(("make", path))

    def exists(self, path: str) -> bool:
        return True

    def rename(self, old: str, new: str) -> None:
        self.done.append(("rename", old, new))

    def delete(self, path: str) -> None:
        self.done.append(("delete", path))


class Session:
    """Has so many rows, whatever it is told to load."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.read = self

    def format(self, name: str) -> Session:
        return self

    def load(self, path: str) -> Session:
        return self

    def select(self, *columns: str) -> Session:
        assert columns == SOURCE_COLUMNS
        return self


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(Files, "done", found, raising=False)
    monkeypatch.setattr(importing, "Hdfs", Files)
    monkeypatch.setattr(importing, "content_of", lambda rows: Content(rows.rows, "5"))
    monkeypatch.setattr(importing, "_copy", lambda *_: found.append(("copy",)))
    monkeypatch.setattr(importing, "_register", lambda *_: found.append(("register",)))
    monkeypatch.setattr(importing, "record_other_day", lambda *_: None)
    return found


def import_orders(
    monkeypatch: pytest.MonkeyPatch, imported: int, *source: int
) -> importing.ImportReport:
    counts = iter(source)
    monkeypatch.setattr(importing, "count_source", lambda _: next(counts))
    return importing.import_table(cast(SparkSession, Session(imported)), "orders", "2026-03-01")


def test_import_with_another_count_replaces_nothing(
    monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, ...]]
) -> None:
    with pytest.raises(ImportMismatchError, match="the source has 7 rows, the import 6"):
        import_orders(monkeypatch, 6, 7, 7)
    assert [name for name, *_ in done] == ["copy", "delete"]


def test_import_while_the_source_grows_is_whole(
    monkeypatch: pytest.MonkeyPatch, done: list[tuple[str, ...]]
) -> None:
    report = import_orders(monkeypatch, 8, 7, 8)
    assert (report.rows, report.content) == (8, "8:5")
    names = [name for name, *_ in done]
    # the old import goes only when the new one is in its place
    assert names == ["copy", "make", "rename", "rename", "delete", "delete", "register"]
