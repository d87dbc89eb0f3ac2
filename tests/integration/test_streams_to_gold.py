"""Streams from silver to gold: files as they arrive, with doubles, late events and crashes.

The tests stand in the order in which they leave things to each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from integration.doors import listed_columns
from integration.silver_files import click, drop, hour_folder, request
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.quality import CHECK_RESULT, STREAM_FILE
from lakehouse.gold.building import ensure_table
from lakehouse.gold.event_building import MissingDimensionError
from lakehouse.gold.keys import with_unknown_member
from lakehouse.gold.maintenance import maintain
from lakehouse.orchestration import steps
from lakehouse.platform import spark
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import Settings
from lakehouse.platform.trial import trial_platform
from lakehouse.quality.checks import ChecksFailedError
from lakehouse.registry import catalog
from lakehouse.workloads.shop.contracts import gold
from lakehouse.workloads.weblogs.contracts.gold import (
    FACT_ACCESS_LOG,
    FACT_CLICKSTREAM,
    FACT_PAGE_DAY,
    FACT_SESSION,
)
from lakehouse.workloads.weblogs.contracts.gold import TABLES as FACTS
from lakehouse.workloads.weblogs.contracts.streams import SILVER_ACCESS_LOG, SILVER_CLICKSTREAM

DAY = "2026-03-01"
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
LATE = NOON - dt.timedelta(days=40)
SECOND = dt.timedelta(seconds=1)
ORDER = catalog.build_order(FACTS)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Spark, with what it needs, and an empty lake."""
    with trial_platform(tmp_path_factory.mktemp("streams"), "spark") as config:
        yield config


@pytest.fixture(scope="module")
def session(engine: Settings) -> Iterator[SparkSession]:
    opened = spark.connect("streams to gold")
    yield opened
    opened.stop()


def build(session: SparkSession, table: Table) -> dict[str, Any]:
    return steps.build(session, table.layer, table.name, DAY)


def build_all(session: SparkSession) -> dict[str, dict[str, Any]]:
    """One run of the DAG, by table."""
    built = {table.name: build(session, table) for table in ORDER}
    return built | {t.name: build(session, t) for t in (SILVER_ACCESS_LOG, SILVER_CLICKSTREAM)}


def version(session: SparkSession, table: Table) -> int:
    newest = session.sql(f"DESCRIBE HISTORY {table.full_name} LIMIT 1").first()
    assert newest is not None
    return int(newest["version"])


def versions(session: SparkSession) -> dict[str, int]:
    return {t.name: version(session, t) for t in (*FACTS, STREAM_FILE, CHECK_RESULT)}


def ids(session: SparkSession, table: Table) -> list[str]:
    return sorted(row[0] for row in session.table(table.full_name).select("event_id").collect())


def clicks(numbers: range, start: dt.datetime = NOON) -> list[dict[str, Any]]:
    return [click(number, start + number * SECOND) for number in numbers]


def requests(numbers: range, start: dt.datetime = NOON) -> list[dict[str, Any]]:
    return [request(number, start + number * SECOND) for number in numbers]


def make_dimensions(session: SparkSession) -> None:
    """The dimensions that streams point at, with two customers and three products."""
    members = {
        gold.DIM_DATE: "SELECT explode(sequence(DATE'2016-01-01', DATE'2035-12-31')) AS date_key",
        gold.DIM_CUSTOMER: (
            "SELECT n AS customer_key, n AS person_key, 'u' AS customer_unique_id, "
            "TIMESTAMP'2016-01-01' AS valid_from, true AS is_current "
            "FROM (SELECT explode(array(1, 2)) AS n)"
        ),
        gold.DIM_PRODUCT: (
            "SELECT n + 100 AS product_key, concat('p', n) AS product_id, "
            "'toys' AS product_category_name_english, -1 AS product_category_key "
            "FROM (SELECT explode(array(0, 1, 2)) AS n)"
        ),
    }
    for contract, statement in members.items():
        rows = session.sql(statement)
        full = rows.select(
            *[
                (F.col(c.name) if c.name in rows.columns else F.lit(None))
                .cast(c.type)
                .alias(c.name)
                for c in contract.columns
            ]
        )
        ensure_table(session, contract)
        with_unknown_member(full, contract).write.insertInto(contract.full_name)


def test_without_a_file_every_table_is_made_empty(session: SparkSession) -> None:
    built = build_all(session)

    assert {report["rows"] for report in built.values()} == {0}
    for table in (*FACTS, SILVER_ACCESS_LOG, SILVER_CLICKSTREAM):
        assert session.table(table.full_name).columns == table.column_names
        assert session.table(table.full_name).isEmpty()


def test_events_wait_in_silver_for_the_star_schema(session: SparkSession) -> None:
    drop(SILVER_CLICKSTREAM, NOON, "first", clicks(range(100)))

    with pytest.raises(MissingDimensionError, match=r"gold\.dim_date is not there yet"):
        build(session, FACT_CLICKSTREAM)
    assert session.table(STREAM_FILE.full_name).isEmpty()


def test_each_event_comes_once(session: SparkSession) -> None:
    make_dimensions(session)
    drop(SILVER_CLICKSTREAM, NOON, "second", clicks(range(80, 200)))
    drop(SILVER_ACCESS_LOG, NOON, "first", requests(range(300)) + requests(range(10)))

    built = build_all(session)

    assert (built["fact_clickstream"]["rows"], built["fact_clickstream"]["inserted"]) == (200, 200)
    assert (built["fact_access_log"]["rows"], built["fact_access_log"]["inserted"]) == (300, 300)
    assert ids(session, FACT_CLICKSTREAM) == sorted(f"click-{n}" for n in range(200))
    assert ids(session, FACT_ACCESS_LOG) == sorted(f"request-{n}" for n in range(300))


def test_keys_sessions_and_pages(session: SparkSession) -> None:
    events = session.table(FACT_CLICKSTREAM.full_name)
    sessions = session.table(FACT_SESSION.full_name)
    pages = session.table(FACT_PAGE_DAY.full_name).orderBy("path").collect()

    assert {row[0] for row in events.select("customer_key").distinct().collect()} == {-1, 1, 2}
    assert {row[0] for row in events.select("product_key").distinct().collect()} == {100, 101, 102}
    assert sessions.filter("outcome = 'purchased' AND revenue = 12.34").count() == 40
    assert [(page.request_count, page.error_count) for page in pages] == [
        (75, 15), (75, 0), (75, 15), (75, 0),
    ]  # fmt: skip


def test_hive_shows_silver_each_event_once_after_compaction(session: SparkSession) -> None:
    found = session.table(SILVER_CLICKSTREAM.full_name)
    hours = found.select(*SILVER_CLICKSTREAM.partition).distinct().collect()

    assert (found.count(), found.select("event_id").distinct().count()) == (200, 200)
    assert [tuple(row) for row in hours] == [(NOON.date(), 12)]
    assert len(Hdfs().names(hour_folder(SILVER_CLICKSTREAM, NOON))) == 1
    # there was but one file, and doubles in it
    assert session.table(SILVER_ACCESS_LOG.full_name).count() == 300


def test_an_idle_run_writes_nothing(session: SparkSession) -> None:
    before = versions(session)
    build_all(session)
    after = versions(session)

    del before[CHECK_RESULT.name], after[CHECK_RESULT.name]
    assert after == before


def test_late_events_land_on_their_own_day(session: SparkSession) -> None:
    late = [click(900, LATE, user_id=0, session_id=0), click(0, NOON)]
    drop(SILVER_CLICKSTREAM, NOON + dt.timedelta(hours=1), "late", late)

    built = build_all(session)

    assert built["fact_clickstream"]["inserted"] == 1
    day = session.table(FACT_CLICKSTREAM.full_name).filter(f"event_date_key = '{LATE:%Y-%m-%d}'")
    assert [row.event_id for row in day.collect()] == ["click-900"]
    moved = session.table(FACT_SESSION.full_name).filter("user_id = 0 AND session_id = 0").first()
    assert moved is not None
    assert (moved.started_date_key, moved.event_count) == (LATE.date(), 6)
    assert (built["fact_session"]["inserted"], built["fact_session"]["updated"]) == (0, 1)


def test_after_a_crash_between_gold_and_the_note_nothing_doubles(session: SparkSession) -> None:
    path = drop(SILVER_CLICKSTREAM, NOON + dt.timedelta(hours=2), "third", clicks(range(200, 260)))
    build(session, FACT_CLICKSTREAM)
    session.sql(f"DELETE FROM {STREAM_FILE.full_name} WHERE path = '{path}'").collect()
    before = version(session, FACT_CLICKSTREAM)

    report = build(session, FACT_CLICKSTREAM)

    assert (report["rows"], report["inserted"]) == (60, 0)
    assert version(session, FACT_CLICKSTREAM) == before
    assert session.table(STREAM_FILE.full_name).filter(f"path = '{path}'").count() == 1
    assert len(set(ids(session, FACT_CLICKSTREAM))) == len(ids(session, FACT_CLICKSTREAM)) == 261


def test_compaction_leaves_each_event_once_in_one_file(session: SparkSession) -> None:
    hour = NOON + dt.timedelta(hours=3)
    for number in range(4):
        drop(SILVER_ACCESS_LOG, hour, f"part-{number}", requests(range(300, 400 + number)))
    build(session, FACT_ACCESS_LOG)

    report = build(session, SILVER_ACCESS_LOG)

    assert (report["rows"], report["doubles_removed"]) == (103, 303)
    assert (report["files_before"], report["files_after"]) == (4, 1)
    found = session.table(SILVER_ACCESS_LOG.full_name).filter("ingest_hour = 15")
    assert sorted(row.event_id for row in found.collect()) == sorted(
        f"request-{number}" for number in range(300, 403)
    )
    assert build(session, FACT_ACCESS_LOG)["rows"] == 0


def test_compaction_keeps_every_value(session: SparkSession) -> None:
    moment = dt.datetime(2026, 3, 1, 16, 0, 1, 123457, tzinfo=dt.UTC)
    full = click(800, moment, outcome="ação", customer_state="SP", product_category="toys")
    hour = NOON + dt.timedelta(hours=4)
    drop(SILVER_CLICKSTREAM, hour, "a", [full])
    drop(SILVER_CLICKSTREAM, hour, "b", [full])
    build(session, FACT_CLICKSTREAM)
    table = session.table(SILVER_CLICKSTREAM.full_name).filter("ingest_hour = 16")
    before = table.distinct().collect()

    assert build(session, SILVER_CLICKSTREAM)["doubles_removed"] == 1
    assert table.collect() == before


def test_compaction_cleans_up_after_one_that_was_killed(session: SparkSession) -> None:
    hour = NOON + dt.timedelta(hours=3)
    # killed before it had deleted what it had replaced
    path = drop(SILVER_ACCESS_LOG, hour, "part-0", requests(range(300, 400)))
    build(session, FACT_ACCESS_LOG)
    left = f"/lakehouse/aside/silver/{SILVER_ACCESS_LOG.name}/compaction/killed/part.parquet"
    Hdfs().write(left, b"")

    report = build(session, SILVER_ACCESS_LOG)

    assert (report["files_before"], report["doubles_removed"]) == (2, 100)
    assert not Hdfs().exists(path)
    assert not Hdfs().exists(left)
    noted = session.table(STREAM_FILE.full_name).filter("stream = 'access_log'")
    assert noted.filter(f"path = '{path}'").isEmpty()


def test_files_that_gold_lacks_are_not_compacted(session: SparkSession) -> None:
    hour = NOON + dt.timedelta(hours=5)
    for number in range(2):
        drop(SILVER_ACCESS_LOG, hour, f"new-{number}", requests(range(500, 510)))

    assert build(session, SILVER_ACCESS_LOG)["files_before"] == 0
    assert build(session, FACT_ACCESS_LOG)["inserted"] == 10


def test_a_day_that_the_calendar_lacks_stops_the_build(session: SparkSession) -> None:
    before = ids(session, FACT_CLICKSTREAM)
    wrong = [click(990, dt.datetime(2099, 1, 1, tzinfo=dt.UTC))]
    path = drop(SILVER_CLICKSTREAM, NOON + dt.timedelta(hours=6), "wrong", wrong)

    with pytest.raises(ChecksFailedError, match="unknown_event_date_key: 1 rows"):
        build(session, FACT_CLICKSTREAM)
    Hdfs().delete(path)
    assert ids(session, FACT_CLICKSTREAM) == before


def test_maintenance_skips_what_is_not_there(session: SparkSession) -> None:
    assert maintain(session, "fact_clickstream")["table"] == "fact_clickstream"
    assert maintain(session, "fact_review") == {
        "table": "fact_review",
        "files_removed": 0,
        "files_added": 0,
    }


@pytest.mark.parametrize("table", FACTS, ids=lambda table: table.name)
def test_every_column_is_listed_with_its_type(
    table: Table, session: SparkSession, engine: Settings
) -> None:
    assert listed_columns(engine, Layer.GOLD)[table.name] == [
        (column.name, column.type) for column in table.columns
    ]
