"""The two streams: requests that the web server logged, and actions of visitors."""

from __future__ import annotations

from lakehouse.contracts.model import Column, Layer, Namespace, Table
from lakehouse.contracts.star import MONEY
from lakehouse.contracts.streams import (
    IDENTITY_COLUMNS,
    INGEST_COLUMNS,
    PARTITION_COLUMNS,
    LogFile,
    Lookup,
    SinkBinding,
    Stream,
    Window,
)
from lakehouse.workloads.shop.contracts.gold import DIM_CUSTOMER, DIM_PRODUCT

NAMESPACE = Namespace("weblogs", plain=True, folder="streams")
_PARSERS = "lakehouse.workloads.weblogs.parsing"
MINUTES = Window(
    "minutes",
    "A figure of a minute as JSON; the newest holds",
    "lakehouse.workloads.weblogs.minutes:messages",
    (SinkBinding("cassandra"),),
)
_SINKS = (SinkBinding("cassandra"), SinkBinding("hdfs"))
COMPACTION = "lakehouse.silver.compaction:compact"

# The methods that IANA has registered, and PURGE, by which pages are removed from HTTP caches.
METHODS = (
    *("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"),
    *("ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK"),
    *("MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE"),
    *("ORDERPATCH", "PRI", "PROPFIND", "PROPPATCH", "QUERY", "REBIND", "REPORT", "SEARCH"),
    *("UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF"),
    *("VERSION-CONTROL", "PURGE"),
)
# Method, path and protocol of a request that the web server could not read, as it logs them.
UNREADABLE = "-"
AGENT_CLASSES = ("browser", "mobile", "bot", "tool", "unknown")
LEVELS = ("INFO", "WARN", "ERROR")
# Steps of the funnel, in order; other types of events are no step.
FUNNEL = {"page_view": 1, "product_view": 2, "add_to_cart": 3, "purchase": 4}
EVENT_TYPES = (*FUNNEL, "click", "login", "logout")


CLIENT = "Address or host name of the client; `-` if the log has none"
_IF_UNREADABLE = f"`{UNREADABLE}` if the server could not read the request"

SILVER_ACCESS_LOG = Table(
    Layer.SILVER,
    "access_log",
    "A request as the web server logged it; twice until compaction where it was delivered twice",
    (
        *IDENTITY_COLUMNS,
        Column("ip_address", "STRING", CLIENT, nullable=False, personal=True),
        Column("method", "STRING", f"Method of the request; {_IF_UNREADABLE}", nullable=False),
        Column("path", "STRING", f"Path without its query; {_IF_UNREADABLE}", nullable=False),
        Column("query", "STRING", "Query of the address, behind the question mark"),
        Column("protocol", "STRING", f"Protocol and version; {_IF_UNREADABLE}", nullable=False),
        Column("status_code", "INT", "HTTP status, 100 to 599", nullable=False),
        Column("status_class", "STRING", "First digit of the status, as 2xx", nullable=False),
        Column("bytes_sent", "BIGINT", "Bytes of the answer; null where the log has none"),
        Column("referrer", "STRING", "Page the client came from"),
        Column("user_agent", "STRING", "What the client calls itself", personal=True),
        Column("agent_class", "STRING", f"One of {', '.join(AGENT_CLASSES)}", nullable=False),
        Column("product_id", "STRING", "Product whose page was asked for"),
        Column("product_category", "STRING", "English category of that product, where known"),
        *INGEST_COLUMNS,
    ),
    grain=("event_id",),
    namespace=NAMESPACE,
    builder=COMPACTION,
    partition=PARTITION_COLUMNS,
)
SILVER_CLICKSTREAM = Table(
    Layer.SILVER,
    "clickstream",
    "What a visitor did; twice until compaction where it was delivered twice",
    (
        *IDENTITY_COLUMNS,
        Column("level", "STRING", f"One of {', '.join(LEVELS)}", nullable=False),
        Column("user_id", "BIGINT", "The visitor", nullable=False, personal=True),
        Column("session_id", "BIGINT", "Number of the visitor's session", nullable=False),
        Column("event_type", "STRING", f"One of {', '.join(EVENT_TYPES)}", nullable=False),
        Column("product_id", "STRING", "Product it is about"),
        Column("amount", MONEY, "Amount of a purchase, BRL"),
        Column("outcome", "STRING", "How it ended, where the log says so"),
        Column("product_category", "STRING", "English category of the product, where known"),
        Column("customer_state", "STRING", "State of the customer, where known"),
        *INGEST_COLUMNS,
    ),
    grain=("event_id",),
    namespace=NAMESPACE,
    builder=COMPACTION,
    partition=PARTITION_COLUMNS,
)
_LOOKUPS = "lakehouse.workloads.weblogs.lookups"
PRODUCT_CATEGORY = Lookup(
    "dim_product",
    DIM_PRODUCT,
    f"{_LOOKUPS}:product_categories",
    SILVER_ACCESS_LOG.column("product_id"),
    SILVER_ACCESS_LOG.column("product_category"),
)
CUSTOMER_STATE = Lookup(
    "dim_customer",
    DIM_CUSTOMER,
    f"{_LOOKUPS}:customer_states",
    SILVER_CLICKSTREAM.column("user_id"),
    SILVER_CLICKSTREAM.column("customer_state"),
)
ACCESS_LOG = Stream(
    "access_log",
    "A request",
    LogFile("access.log", "LogToBronzeState", "Ecom_log"),
    SILVER_ACCESS_LOG,
    f"{_PARSERS}.access_log:parsed",
    "fact_access_log",
    (MINUTES,),
    _SINKS,
    (PRODUCT_CATEGORY,),
)
CLICKSTREAM = Stream(
    "clickstream",
    "A visitor's action",
    LogFile(
        "clickstream.log",
        "ClickToBronzeState",
        "Ecom_clickstream",
        timestamp="%Y-%m-%d %H:%M:%S.%f",
    ),
    SILVER_CLICKSTREAM,
    f"{_PARSERS}.clickstream:parsed",
    "fact_clickstream",
    (MINUTES,),
    _SINKS,
    (PRODUCT_CATEGORY, CUSTOMER_STATE),
)
STREAMS: tuple[Stream, ...] = (ACCESS_LOG, CLICKSTREAM)

TABLES: tuple[Table, ...] = (SILVER_ACCESS_LOG, SILVER_CLICKSTREAM)
