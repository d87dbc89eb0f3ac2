"""A stream of sales whose events and windows go to PostgreSQL and Kafka, for tests of sinks."""

from __future__ import annotations

from lakehouse.contracts.model import Column, Layer, Namespace, Table
from lakehouse.contracts.streams import (
    IDENTITY_COLUMNS,
    SinkBinding,
    Stream,
    Topic,
    TopicSource,
    Window,
)

TOYS = Namespace("toys")
SALE = Table(
    Layer.SILVER,
    "sale",
    "A toy that's sold",
    (
        *IDENTITY_COLUMNS,
        Column("toy", "STRING", "The toy"),
        Column("quantity", "INT", "Pieces"),
        Column("amount", "DECIMAL(12,2)", "Amount, EUR"),
        Column("is_gift", "BOOLEAN", "Wrapped"),
        Column("weight", "DOUBLE", "Weight, kg"),
    ),
    grain=("event_id",),
    namespace=TOYS,
)
DAILY = Table(
    Layer.GOLD,
    "daily_sales",
    "Sales of a day and toy",
    (
        Column("day", "DATE", "The day", nullable=False),
        Column("toy", "STRING", "The toy", nullable=False),
        Column("quantity", "BIGINT", "Pieces"),
    ),
    grain=("day", "toy"),
    namespace=TOYS,
)
SALES = Stream(
    "sales",
    "A sale",
    TopicSource(Topic("toy_sales", "A sale", "event_id")),
    SALE,
    parser="lakehouse.contracts.text:parsed",
    sinks=(SinkBinding("postgres", SALE), SinkBinding("kafka", SALE)),
    windows=(
        Window(
            "daily",
            "Sales of a day",
            "lakehouse.contracts.text:rows",
            (SinkBinding("postgres", DAILY, "toy_reports"), SinkBinding("kafka", DAILY)),
        ),
    ),
)
EVENTS, EVENTS_TOPIC, WINDOWS, WINDOWS_TOPIC = SALES.routes
