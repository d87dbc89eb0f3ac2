"""Tables of gold from one build to the next: declared rows, columns gained, members that change."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.builds.ledger import ledger
from lakehouse.contracts.model import Layer, Table
from lakehouse.gold.building import GoldReport, build, ensure_table, publish
from lakehouse.gold.keys import with_keys, with_unknown_member
from lakehouse.orchestration import steps
from lakehouse.platform import spark
from lakehouse.platform.settings import Settings
from lakehouse.workloads.shop.contracts.gold import DIM_CUSTOMER, DIM_STATE, FACT_PAYMENT
from lakehouse.workloads.shop.contracts.states import STATES
from lakehouse.workloads.shop.gold import dimensions

DAY = "2026-03-01"
GAINED = "customer_state_key"
TRIALS = ("fact_grown", "fact_grown_empty", "fact_moved", "dim_with_history")
# columns of dim_customer that came with its history
HISTORY = ("person_key", "valid_from", "valid_to", "is_current")


@pytest.fixture(scope="module")
def session(platform: Settings) -> Iterator[SparkSession]:
    """A session on a lake without these tables, before and after."""
    opened = spark.connect("gold tables")
    yield opened
    for name in (DIM_STATE.full_name, *(f"gold.{name}" for name in TRIALS)):
        opened.sql(f"DROP TABLE IF EXISTS {name}")
    opened.stop()


def shapes(name: str) -> tuple[Table, Table]:
    """A fact of that name as it was before it had the state, and as it is now."""
    # what its keys point at is no matter here
    now = dataclasses.replace(FACT_PAYMENT, name=name, references=())
    columns = tuple(column for column in now.columns if column.name != GAINED)
    return dataclasses.replace(now, columns=columns), now


def payments(session: SparkSession, contract: Table, states: list[int]) -> DataFrame:
    """Payments for orders 0, 1, …, each with the state of its customer."""
    given = {
        "order_id": F.col("place").cast("string"),
        GAINED: F.col("state"),
        "purchase_date_key": F.lit(DAY),
    }
    rows = session.createDataFrame(list(enumerate(states)), "place INT, state BIGINT")
    return rows.select(
        *[
            given.get(column.name, F.lit("1")).cast(column.type).alias(column.name)
            for column in contract.columns
        ]
    )


def published(session: SparkSession, contract: Table, states: list[int]) -> tuple[int, int, int]:
    """Build the table of these payments; rows inserted, updated and deleted."""
    ensure_table(session, contract)
    return changes(publish(session, contract, payments(session, contract, states), DAY))


def changes(report: GoldReport) -> tuple[int, int, int]:
    return report.inserted, report.updated, report.deleted


def kept(session: SparkSession, contract: Table) -> list[int]:
    """The states in the order of the orders."""
    rows = session.table(contract.full_name).orderBy("order_id").select(GAINED).collect()
    return [row[0] for row in rows]


def version(session: SparkSession, contract: Table) -> int:
    newest = session.sql(f"DESCRIBE HISTORY {contract.full_name} LIMIT 1").first()
    assert newest is not None
    return int(newest["version"])


def test_declared_states_are_written_once(session: SparkSession) -> None:
    assert changes(build(session, DIM_STATE.name, DAY)) == (len(STATES) + 1, 0, 0)
    assert changes(build(session, DIM_STATE.name, DAY)) == (0, 0, 0)


def test_unchanged_table_is_built_again_after_a_change_by_hand(session: SparkSession) -> None:
    def state() -> tuple[str, int]:
        # as `steps.run` does in a process with one session
        before = ledger().state(DIM_STATE, DAY)
        assert before is not None
        if ledger().skip(before):
            return steps.UNCHANGED, 0
        report = steps.build(session, Layer.GOLD, DIM_STATE.name, DAY, state=before)
        return report["state"], report["inserted"]

    # builds without a step leave no record
    assert state()[0] == steps.BUILT
    written = version(session, DIM_STATE)
    assert state() == (steps.UNCHANGED, 0)
    assert version(session, DIM_STATE) == written
    session.sql(f"DELETE FROM {DIM_STATE.full_name} WHERE state = 'SP'")
    assert state() == (steps.BUILT, 1)
    assert state() == (steps.UNCHANGED, 0)
    session.sql(f"DROP TABLE {DIM_STATE.full_name}")
    assert state() == (steps.BUILT, 0)
    assert session.table(DIM_STATE.full_name).count() == len(STATES) + 1


def test_rows_of_an_older_shape_gain_the_column(session: SparkSession) -> None:
    before, now = shapes("fact_grown")
    published(session, before, [1, 2, 3])

    assert published(session, now, [1, 2, 3]) == (0, 3, 0)
    assert kept(session, now) == [1, 2, 3]
    assert session.table(now.full_name).select("payment_value").distinct().count() == 1
    assert published(session, now, [1, 2, 3]) == (0, 0, 0)


def test_an_empty_table_of_an_older_shape_is_filled(session: SparkSession) -> None:
    before, now = shapes("fact_grown_empty")
    published(session, before, [])

    assert published(session, now, [4]) == (1, 0, 0)
    assert kept(session, now) == [4]


def test_customers_built_without_history_keep_their_keys_as_current_versions(
    session: SparkSession,
) -> None:
    now = dataclasses.replace(DIM_CUSTOMER, name="dim_with_history", references=())
    columns = tuple(column for column in now.columns if column.name not in HISTORY)
    before = dataclasses.replace(
        now, columns=columns, grain=now.grain[:1], rules=(), durable_key=""
    )
    old = session.sql(
        "SELECT 1L AS customer_key, 'p1' AS customer_unique_id, '2' AS zip_code_prefix, "
        "'b' AS city, 'SP' AS state, -1L AS geolocation_key"
    )
    ensure_table(session, before)
    publish(session, before, with_unknown_member(old, before), DAY)

    assert changes(_customers_published(session, now)) == (4, 0, 2)
    kept = session.table(now.full_name).orderBy("customer_key")
    assert [tuple(row) for row in kept.select("customer_key", "person_key", "city").collect()] == [
        (-1, -1, None),
        (1, 1, "b"),
        (2, 1, "a"),
        (3, 3, "c"),
    ]
    assert changes(_customers_published(session, now)) == (0, 0, 0)


def _customers_published(session: SparkSession, contract: Table) -> GoldReport:
    customers = session.createDataFrame(
        [("c1", "p1", "1", "a", "RJ"), ("c2", "p1", "2", "b", "SP"), ("c3", "p2", "3", "c", "BA")],
        "customer_id STRING, customer_unique_id STRING, zip_code_prefix STRING, city STRING, "
        "state STRING",
    )
    orders = session.sql(
        "SELECT * FROM VALUES ('c1', TIMESTAMP'2018-01-01'), ('c2', TIMESTAMP'2018-02-01'), "
        "('c3', TIMESTAMP'2018-03-01') AS t(customer_id, purchased_at)"
    )
    places = session.createDataFrame([], "zip_code_prefix STRING, geolocation_key BIGINT")
    ensure_table(session, contract)
    members = dimensions.dim_customer(customers, orders, places)
    keyed = with_keys(members, session.table(contract.full_name), contract)
    rows = with_unknown_member(keyed, contract).select(*contract.column_names)
    return publish(session, contract, rows, DAY)


def test_a_changed_state_reaches_the_fact_and_an_equal_one_writes_nothing(
    session: SparkSession,
) -> None:
    _, now = shapes("fact_moved")
    published(session, now, [1, 2])

    assert published(session, now, [1, 5]) == (0, 1, 0)
    assert kept(session, now) == [1, 5]
    written = version(session, now)
    assert published(session, now, [1, 5]) == (0, 0, 0)
    assert version(session, now) == written
