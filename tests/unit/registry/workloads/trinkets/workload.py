"""A JSON topic, a window of a day, and two sinks; no file outside of this folder names it."""

from __future__ import annotations

from dataclasses import replace

from lakehouse.contracts.cassandra import LiveTable
from lakehouse.contracts.model import Column, Layer, Namespace, Table
from lakehouse.contracts.streams import (
    IDENTITY_COLUMNS,
    INGEST_COLUMNS,
    PARTITION_COLUMNS,
    Format,
    SinkBinding,
    Stream,
    Topic,
    TopicSource,
    Window,
)
from lakehouse.contracts.workload import Workload

TRINKETS = Namespace("trinkets")
_DAY = Column("day", "DATE", "Day of the sale, UTC", nullable=False)
_PRODUCT = Column("product", "STRING", "The product", nullable=False)
_REVENUE = Column("revenue", "DECIMAL(12,2)", "Revenue, EUR")
SALE = Table(
    Layer.SILVER,
    "sale",
    "A sale",
    (*IDENTITY_COLUMNS, _PRODUCT, Column("amount", "DECIMAL(12,2)", "EUR"), *INGEST_COLUMNS),
    grain=("event_id",),
    namespace=TRINKETS,
    builder="lakehouse.silver.compaction:compact",
    partition=PARTITION_COLUMNS,
)
LIVE = LiveTable(
    "revenue_by_day",
    "Revenue of a day and product",
    (_DAY, _PRODUCT, _REVENUE),
    partition=("day",),
    clustering=(("product", "ASC"),),
    keep_days=30,
    window_hours=24,
    keyspace="trinkets",
)
REPORT = Table(
    Layer.GOLD,
    "daily_revenue",
    "Revenue of a day and product",
    (_DAY, _PRODUCT, _REVENUE),
    grain=("day", "product"),
    namespace=TRINKETS,
)
STREAM = Stream(
    "trinket_sales",
    "A sale",
    TopicSource(Topic("daily_trinkets", "A sale as JSON", "sale_id"), Format.JSON),
    SALE,
    parser="lakehouse.workloads.trinkets.rows:parsed",
    windows=(
        Window(
            "daily",
            "Revenue of a day as JSON; the newest holds",
            "lakehouse.workloads.trinkets.rows:daily",
            (
                SinkBinding("cassandra", LIVE),
                SinkBinding("kafka", replace(REPORT, name="trinket_revenue")),
                SinkBinding("postgres", REPORT, "trinket_reports"),
            ),
        ),
    ),
    sinks=(SinkBinding("cassandra"), SinkBinding("hdfs")),
)
WORKLOAD = Workload(
    "trinkets",
    "Sales of trinkets",
    servers=("kafka", "stream"),
    tables=(SALE,),
    streams=(STREAM,),
    commands="lakehouse.workloads.trinkets.commands:register",
    demo="lakehouse.workloads.trinkets.demo:DEMO",
)
