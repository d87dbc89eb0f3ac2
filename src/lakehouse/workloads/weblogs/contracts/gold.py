"""The tables of gold that the streams feed: every event once, and what reports ask of them."""

from __future__ import annotations

from lakehouse.contracts.model import Column, Layer, Rule, Severity, Table
from lakehouse.contracts.star import MONEY, date_key, date_member, key, member
from lakehouse.workloads.weblogs.contracts.streams import CLIENT, EVENT_TYPES, FUNNEL, NAMESPACE

FUNCTIONS = "lakehouse.workloads.weblogs.gold.events"
INCREMENTAL = "lakehouse.gold.event_building:build"
SUM_OF_MONEY = "DECIMAL(18,2)"
# How a session ended.
PURCHASED = "purchased"
ABANDONED_CART = "abandoned cart"
BROWSED = "browsed"

FACT_ACCESS_LOG = Table(
    Layer.GOLD,
    "fact_access_log",
    "A request to the web server",
    (
        Column("event_id", "STRING", "MD5 of place and line", nullable=False),
        date_key("request_date_key", "Day of the request, UTC"),
        key("product_key", "Product whose page was asked for"),
        Column("occurred_at", "TIMESTAMP", "Moment of the request, UTC", nullable=False),
        Column("request_hour", "INT", "Hour of the request, 0 to 23, UTC", derived=True),
        Column("ip_address", "STRING", CLIENT, nullable=False, personal=True),
        Column("method", "STRING", "Method of the request", nullable=False),
        Column("path", "STRING", "Path without its query", nullable=False),
        Column("status_code", "INT", "HTTP status", nullable=False),
        Column("status_class", "STRING", "First digit of the status, as 2xx", nullable=False),
        Column("agent_class", "STRING", "Kind of the client", nullable=False),
        Column("bytes_sent", "BIGINT", "Bytes of the answer"),
    ),
    grain=("event_id",),
    namespace=NAMESPACE,
    functions=FUNCTIONS,
    builder=INCREMENTAL,
    partition=("request_date_key",),
    reads=("access_log", "dim_product"),
    references=(date_member("request_date_key"), member("product_key", "dim_product")),
)
FACT_CLICKSTREAM = Table(
    Layer.GOLD,
    "fact_clickstream",
    "What a visitor did",
    (
        Column("event_id", "STRING", "MD5 of place and line", nullable=False),
        date_key("event_date_key", "Day of the event, UTC"),
        key("customer_key", "Who did it"),
        key("product_key", "Product it is about"),
        Column("occurred_at", "TIMESTAMP", "Moment of the event, UTC", nullable=False),
        Column("event_hour", "INT", "Hour of the event, 0 to 23, UTC", derived=True),
        Column(
            "user_id", "BIGINT", "The visitor, also where unknown to dim_customer", personal=True
        ),
        Column("session_id", "BIGINT", "Number of the visitor's session", nullable=False),
        Column("event_type", "STRING", f"One of {', '.join(EVENT_TYPES)}", nullable=False),
        Column("funnel_step", "INT", "Step of the funnel, 0 where it is none", derived=True),
        Column("amount", MONEY, "Amount of a purchase, BRL"),
        Column("outcome", "STRING", "How it ended, where the log says so"),
        Column("level", "STRING", "Level of the log line", nullable=False),
    ),
    grain=("event_id",),
    namespace=NAMESPACE,
    functions=FUNCTIONS,
    builder=INCREMENTAL,
    partition=("event_date_key",),
    reads=("clickstream", "dim_customer", "dim_product"),
    references=(
        date_member("event_date_key"),
        member("customer_key", "dim_customer"),
        member("product_key", "dim_product"),
    ),
)
FACT_SESSION = Table(
    Layer.GOLD,
    "fact_session",
    "A visitor's session: how long, how far down the funnel, with what outcome",
    (
        Column("user_id", "BIGINT", "The visitor", nullable=False, personal=True),
        Column("session_id", "BIGINT", "Number of the visitor's session", nullable=False),
        key("customer_key", "The visitor as a customer"),
        date_key("started_date_key", "Day of its first event, UTC"),
        Column("started_at", "TIMESTAMP", "Moment of its first event, UTC", nullable=False),
        Column("ended_at", "TIMESTAMP", "Moment of its last event, UTC", nullable=False),
        Column("event_count", "BIGINT", "Events in it", nullable=False, derived=True),
        Column("purchase_count", "BIGINT", "Purchases in it", nullable=False, derived=True),
        Column(
            "funnel_step",
            "INT",
            f"Furthest step of the funnel, 0 to {len(FUNNEL)}",
            nullable=False,
            derived=True,
        ),
        Column("revenue", SUM_OF_MONEY, "Amounts of its purchases, BRL", nullable=False),
        Column("outcome", "STRING", f"{PURCHASED}, {ABANDONED_CART}, or {BROWSED}", derived=True),
    ),
    grain=("user_id", "session_id"),
    namespace=NAMESPACE,
    functions=FUNCTIONS,
    reads=("fact_clickstream",),
    references=(date_member("started_date_key"), member("customer_key", "dim_customer")),
    rules=(
        Rule(
            "ends_after_its_start",
            "ended_at >= started_at",
            "it ends before it starts",
            Severity.FAIL,
        ),
    ),
)
FACT_PAGE_DAY = Table(
    Layer.GOLD,
    "fact_page_day",
    "A page on a day: how often asked for, with which outcome",
    (
        date_key("request_date_key", "Day of the requests, UTC"),
        Column("path", "STRING", "Path without its query", nullable=False),
        Column("request_count", "BIGINT", "Requests", nullable=False, derived=True),
        Column("error_count", "BIGINT", "Requests with status 4xx or 5xx", nullable=False),
        Column("visitor_count", "BIGINT", "Different addresses that asked", nullable=False),
        Column("bytes_sent", "BIGINT", "Bytes of the answers", nullable=False),
    ),
    grain=("request_date_key", "path"),
    namespace=NAMESPACE,
    functions=FUNCTIONS,
    reads=("fact_access_log",),
    references=(date_member("request_date_key"),),
)
FACT_PRODUCT_DAY = Table(
    Layer.GOLD,
    "fact_product_day",
    "A product on a day: how often visitors looked at it, bought it, for how much",
    (
        date_key("event_date_key", "Day of the events, UTC"),
        key("product_key", "The product"),
        Column(
            "product_id",
            "STRING",
            "The product as its sources name it, so that lists of products join nothing",
            nullable=False,
        ),
        Column("event_count", "BIGINT", "Events about it", nullable=False, derived=True),
        Column("purchase_count", "BIGINT", "Purchases of it", nullable=False, derived=True),
        Column("revenue", SUM_OF_MONEY, "Amounts of its purchases, BRL", nullable=False),
    ),
    grain=("event_date_key", "product_key"),
    namespace=NAMESPACE,
    functions=FUNCTIONS,
    reads=("fact_clickstream", "dim_product"),
    references=(date_member("event_date_key"), member("product_key", "dim_product")),
)
TABLES: tuple[Table, ...] = (
    FACT_ACCESS_LOG,
    FACT_CLICKSTREAM,
    FACT_SESSION,
    FACT_PAGE_DAY,
    FACT_PRODUCT_DAY,
)
