"""Tables of quality and quarantine on Delta: outcomes, rejected rows, files that gold has read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.bronze.importing import record_other_day
from lakehouse.contracts.model import Rule, Severity
from lakehouse.contracts.quality import CHECK_RESULT, STREAM_FILE
from lakehouse.gold.building import ensure_table, publish
from lakehouse.platform import spark
from lakehouse.platform.settings import Settings
from lakehouse.quality import merged_files, quarantine, results
from lakehouse.quality.checks import ChecksFailedError, Result
from lakehouse.workloads.shop.contracts.gold import FACT_PAYMENT
from lakehouse.workloads.shop.contracts.silver import ORDERS

DAY, NEXT = "2026-03-01", "2026-03-02"
NEVER = Rule("never", "payment_value < 0", "no payment is negative", Severity.FAIL)
# a table of its own: other tests use those of the platform
SILVER = dataclasses.replace(ORDERS, name="orders_of_quality_tests")
GOLD = dataclasses.replace(FACT_PAYMENT, name="fact_checked", references=(), rules=())


@pytest.fixture(scope="module")
def session(platform: Settings) -> Iterator[SparkSession]:
    """A session; tables that only these tests use are dropped behind them."""
    opened = spark.connect("quality tables")
    yield opened
    for name in (quarantine.table_name(SILVER), GOLD.full_name):
        opened.sql(f"DROP TABLE IF EXISTS {name}")
    for kept, condition in (
        (CHECK_RESULT, f"table_name IN ('{SILVER.name}', '{GOLD.name}')"),
        (STREAM_FILE, "stream = 'trial'"),
    ):
        if opened.catalog.tableExists(kept.full_name):
            opened.sql(f"DELETE FROM {kept.full_name} WHERE {condition}").collect()
    opened.stop()


def rejected(session: SparkSession, *rows: str) -> DataFrame:
    return session.createDataFrame(
        [("unknown_status", "the status is unknown", row) for row in rows],
        "rule STRING, reason STRING, source_row STRING",
    )


def outcomes(session: SparkSession, table: str) -> list[tuple[str, str, str, int]]:
    rows = session.table(CHECK_RESULT.full_name).filter(f"table_name = '{table}'")
    columns = ("check_name", "severity", "outcome", "broken_rows")
    return [tuple(row) for row in rows.orderBy("checked_at").select(*columns).collect()]


def test_rows_in_quarantine_are_replaced_by_day(session: SparkSession) -> None:
    assert quarantine.count(session, SILVER, DAY) == 0
    assert quarantine.rows(session, SILVER, 10) == []
    quarantine.replace(session, SILVER, DAY, None)

    quarantine.replace(session, SILVER, DAY, rejected(session, '{"a": 1}', '{"a": 2}'))
    quarantine.replace(session, SILVER, NEXT, rejected(session, '{"a": 3}'))
    quarantine.replace(session, SILVER, DAY, rejected(session, '{"a": 4}'))

    assert [quarantine.count(session, SILVER, day) for day in (DAY, NEXT)] == [1, 1]
    newest, older = quarantine.rows(session, SILVER, 10)
    assert (newest["ingest_date"], newest["source_row"]) == (NEXT, '{"a": 3}')
    assert (older["rule"], older["source_row"]) == ("unknown_status", '{"a": 4}')
    assert len(quarantine.rows(session, SILVER, 1)) == 1

    quarantine.replace(session, SILVER, DAY, None)
    assert [quarantine.count(session, SILVER, day) for day in (DAY, NEXT)] == [0, 1]


def test_outcomes_are_appended_with_severity_and_count(session: SparkSession) -> None:
    results.record(session, SILVER, DAY, [])
    results.record(session, SILVER, DAY, [Result("positive", Severity.WARN, 3, "not positive")])
    record_other_day(session, SILVER, DAY, NEXT, 7)
    record_other_day(session, SILVER, NEXT, NEXT, 7)

    assert outcomes(session, SILVER.name) == [
        ("positive", "warn", "warned", 3),
        ("read_on_its_day", "warn", "warned", 7),
    ]


def test_failed_check_is_recorded_and_leaves_the_table_as_it_was(session: SparkSession) -> None:
    ensure_table(session, GOLD)
    row = session.range(1).selectExpr(
        *[f"CAST('1' AS {c.type}) AS {c.name}" for c in GOLD.columns if c.type != "DATE"],
        *[f"DATE'{DAY}' AS {c.name}" for c in GOLD.columns if c.type == "DATE"],
    )
    publish(session, GOLD, row, DAY)

    with pytest.raises(ChecksFailedError, match=r"gold\.fact_checked was not replaced: never: 1"):
        publish(session, dataclasses.replace(GOLD, rules=(NEVER,)), row.filter("true"), NEXT)
    with pytest.raises(ChecksFailedError, match="repeated_key: 1 rows"):
        publish(session, GOLD, row.union(row), NEXT)

    assert session.table(GOLD.full_name).count() == 1
    failed = [found for found in outcomes(session, GOLD.name) if found[2] == "failed"]
    assert failed == [("never", "fail", "failed", 1), ("repeated_key", "fail", "failed", 1)]


def test_files_that_gold_has_read_are_known_once_until_forgotten(session: SparkSession) -> None:
    assert merged_files.known(session, "trial") == set()

    merged_files.add(session, "trial", ["/a/1", "/a/it's"])
    merged_files.add(session, "trial", ["/a/1"])
    assert merged_files.known(session, "trial") == {"/a/1", "/a/it's"}
    assert merged_files.known(session, "another") == set()

    merged_files.forget(session, "trial", [])
    merged_files.forget(session, "trial", ["/a/it's"])
    assert merged_files.known(session, "trial") == {"/a/1"}
