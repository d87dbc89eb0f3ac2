"""Gold at a size: what the pipelines made of few orders, repeated under new keys; streams made up.

Repeating takes seconds where loading and building so many orders would take hours. Each copy has
orders, customers, sellers and products of its own, so that joins meet as many members as they
would; calendar, places, states, categories and leads stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.batch.lake import GOLD_TABLES, Lake
from benchmarks.measuring import tell, timed
from lakehouse.contracts.model import Column, Table
from lakehouse.contracts.star import UNKNOWN_KEY
from lakehouse.gold.building import computed, ensure_table
from lakehouse.workloads.shop.contracts.gold import FACT_DELIVERY_MONTH, FACT_SALES_MONTH
from lakehouse.workloads.weblogs.contracts import gold as gold_streams
from lakehouse.workloads.weblogs.contracts.gold import (
    ABANDONED_CART,
    BROWSED,
    FACT_ACCESS_LOG,
    FACT_CLICKSTREAM,
    FACT_PAGE_DAY,
    FACT_PRODUCT_DAY,
    FACT_SESSION,
    PURCHASED,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# what reports ask: no visual shows what models say
TABLES = (*GOLD_TABLES, *gold_streams.TABLES)
_KEPT = "bi_base"
# far beyond the members of one copy
_KEYS_OF_A_COPY = 100_000_000
_REPEATED_IDS = ("order_id", "review_id", "customer_unique_id", "seller_id", "product_id")
_REPEATED_KEYS = ("customer_key", "person_key", "seller_key", "product_key")
_ALIKE = (
    "dim_date",
    "dim_geolocation",
    "dim_state",
    "dim_product_category",
    "dim_lead",
    "fact_closed_deal",
)
_SUMMARIES = (FACT_SALES_MONTH, FACT_DELIVERY_MONTH)
# a pseudo-random number from 0 to 999 that depends on the row alone
_DRAW = "pmod(xxhash64(id, {salt}), 1000)"


class Gold:
    """The gold tables of a platform, filled to one size after another."""

    def __init__(self, lake: Lake, orders: int) -> None:
        """Fill with so many orders by the pipelines, and keep what they made.

        Args:
            lake: the platform.
            orders: how many are built before they are repeated.
        """
        lake.filled(orders)
        self._session = lake.session
        self._session.sql(f"CREATE DATABASE IF NOT EXISTS {_KEPT}")
        for table in GOLD_TABLES:
            rows = self._session.table(table.full_name)
            rows.write.format("delta").mode("overwrite").saveAsTable(f"{_KEPT}.{table.name}")
        self._items = self._session.table(f"{_KEPT}.fact_order_item").count()

    def fill(self, items: int) -> None:
        """Hold at least so many order items, and as many requests and clicks."""
        copies = -(-items // self._items)
        work: dict[str, Callable[[], None]] = {
            "the warehouse": lambda: self._repeat(copies),
            "the streams": lambda: _make_streams(self._session, items),
        }
        for what, each in work.items():
            tell(f"{items:,} items: filled {what} in {timed(each):.1f} s")

    def _repeat(self, copies: int) -> None:
        for table in GOLD_TABLES:
            if table.name in _ALIKE or table in _SUMMARIES:
                continue
            columns = ", ".join(_repeated(column) for column in table.columns)
            kept = f"{_KEPT}.{table.name} CROSS JOIN (SELECT id AS copy FROM range({copies}))"
            rows = f"SELECT {columns} FROM {kept}"
            if table.unknown_member:
                # that one stands once
                rows += f" WHERE copy = 0 OR {table.columns[0].name} <> {UNKNOWN_KEY}"
            self._session.sql(f"INSERT OVERWRITE {table.full_name} {rows}")
        for summary in _SUMMARIES:
            _summarise(self._session, summary)


def _repeated(column: Column) -> str:
    name = column.name
    if name in _REPEATED_IDS:
        # in the form of the sources' own, which hardly compress
        return f"if(copy = 0, {name}, md5(concat({name}, copy))) AS {name}"
    if name in _REPEATED_KEYS:
        return f"if({name} = {UNKNOWN_KEY}, {name}, {name} + copy * {_KEYS_OF_A_COPY}) AS {name}"
    return name


def _make_streams(session: SparkSession, count: int) -> None:
    """Requests, clicks and their sessions, spread over thirty days; pages and products by day."""
    session.sql("CREATE OR REPLACE TEMPORARY VIEW members AS " + _members())
    for table, rows in _stream_rows(count).items():
        ensure_table(session, table)
        names = ", ".join(column.name for column in table.columns)
        cast = ", ".join(f"CAST({c.name} AS {c.type}) AS {c.name}" for c in table.columns)
        session.sql(f"INSERT OVERWRITE {table.full_name} ({names}) SELECT {cast} FROM ({rows})")
    for summary in (FACT_PAGE_DAY, FACT_PRODUCT_DAY):
        _summarise(session, summary)


def _summarise(session: SparkSession, table: Table) -> None:
    """Make a summary from the fact that it is of, as its pipeline would."""
    ensure_table(session, table)
    computed(session, table).createOrReplaceTempView("summary")
    session.sql(f"INSERT OVERWRITE {table.full_name} SELECT * FROM summary")


def _members() -> str:
    return "SELECT max(product_key) AS most FROM gold.dim_product WHERE product_key < 100000000"


def _stream_rows(count: int) -> dict[Table, str]:
    day, draw = "date_add(DATE'2026-01-01', CAST(id % 30 AS INT))", _DRAW
    moment = f"CAST({day} AS TIMESTAMP) + make_interval(0, 0, 0, 0, CAST(id % 24 AS INT))"
    product = f"if({draw.format(salt=1)} < 300, -1, 1 + pmod(xxhash64(id, 2), most))"
    step = f"CAST({draw.format(salt=3)} / 250 + 1 AS INT)"
    requests = f"""
        SELECT md5(CAST(id AS STRING)) AS event_id, {day} AS request_date_key,
          {product} AS product_key, {moment} AS occurred_at, id % 24 AS request_hour,
          concat('10.0.', id % 200, '.', id % 250) AS ip_address, 'GET' AS method,
          concat('/product/', pmod(xxhash64(id, 4), 2000)) AS path,
          CASE WHEN {draw.format(salt=5)} < 950 THEN 200 WHEN {draw.format(salt=5)} < 985 THEN 404
            ELSE 500 END AS status_code,
          CASE WHEN {draw.format(salt=5)} < 950 THEN '2xx' WHEN {draw.format(salt=5)} < 985
            THEN '4xx' ELSE '5xx' END AS status_class,
          element_at(array('browser', 'mobile', 'bot'), CAST(id % 3 + 1 AS INT)) AS agent_class,
          {draw.format(salt=6)} * 50 AS bytes_sent
        FROM range({count}) CROSS JOIN members"""
    clicks = f"""
        SELECT md5(concat('c', id)) AS event_id, {day} AS event_date_key, -1 AS customer_key,
          {product} AS product_key, {moment} AS occurred_at, id % 24 AS event_hour,
          CAST(id / 10 AS BIGINT) AS user_id, 1 AS session_id,
          element_at(array('page_view', 'product_view', 'add_to_cart', 'purchase'), {step})
            AS event_type, {step} AS funnel_step,
          if({step} = 4, {draw.format(salt=7)} + 0.5, NULL) AS amount, NULL AS outcome,
          'INFO' AS level
        FROM range({count}) CROSS JOIN members"""
    sessions = f"""
        SELECT id AS user_id, 1 AS session_id, -1 AS customer_key, {day} AS started_date_key,
          {moment} AS started_at, {moment} AS ended_at, 10 AS event_count,
          if({step} = 4, 1, 0) AS purchase_count, {step} AS funnel_step,
          if({step} = 4, {draw.format(salt=7)} + 0.5, 0) AS revenue,
          CASE {step} WHEN 4 THEN '{PURCHASED}' WHEN 3 THEN '{ABANDONED_CART}'
            ELSE '{BROWSED}' END AS outcome
        FROM range({count // 10})"""
    return {
        FACT_ACCESS_LOG: requests,
        FACT_CLICKSTREAM: clicks,
        FACT_SESSION: sessions,
    }
