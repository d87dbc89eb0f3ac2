"""Live tables of the logs beside those of single events, and the questions of live pages."""

from __future__ import annotations

from lakehouse.contracts.cassandra import HOUR, MINUTE, LiveTable, Question, event_table
from lakehouse.contracts.model import Column
from lakehouse.contracts.star import MONEY
from lakehouse.contracts.streams import Stream
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM, FUNNEL

_METRIC = Column("metric", "STRING", "What is counted, as access_log.status_class", nullable=False)
_WINDOW = Column("window_start", "TIMESTAMP", "Start of the minute, UTC", nullable=False)
_DIMENSION = Column("dimension", "STRING", "What it is counted for; `all` for everything")
_FIGURES = (
    Column("event_count", "BIGINT", "Events"),
    Column("bytes_sent", "BIGINT", "Bytes of answers"),
    Column("amount", MONEY, "Amounts of purchases, BRL"),
    Column("visitor_count", "BIGINT", "Visitors, by HyperLogLog"),
)
METRIC_BY_DAY = LiveTable(
    "metric_by_day",
    "Figures of a minute for metrics with few dimensions",
    (
        _METRIC,
        Column("day", "DATE", "Day of the window, UTC", nullable=False),
        _WINDOW,
        _DIMENSION,
        *_FIGURES,
    ),
    partition=("metric", "day"),
    clustering=(("window_start", "DESC"), ("dimension", "ASC")),
    keep_days=30,
    window_hours=24,
)
RANKING_BY_HOUR = LiveTable(
    "ranking_by_hour",
    "Figures of a minute for metrics with many dimensions: pages, products",
    (_METRIC, HOUR, _WINDOW, _DIMENSION, *_FIGURES),
    partition=("metric", "hour"),
    clustering=(("window_start", "DESC"), ("dimension", "ASC")),
    keep_days=7,
    window_hours=6,
)
SESSION_BY_MINUTE = LiveTable(
    "session_by_minute",
    "A session that was active in a minute, and how far it came in it",
    (
        MINUTE,
        Column("user_id", "BIGINT", "The visitor", nullable=False, personal=True),
        Column("session_id", "BIGINT", "Number of the visitor's session", nullable=False),
        Column("event_count", "BIGINT", "Events in the minute"),
        Column("funnel_step", "INT", "Furthest step of the funnel in the minute, 0 to 4"),
        Column("amount", MONEY, "Amounts of purchases in the minute, BRL"),
    ),
    partition=("minute",),
    clustering=(("user_id", "ASC"), ("session_id", "ASC")),
    keep_days=7,
    window_hours=6,
)
TABLES: tuple[LiveTable, ...] = (METRIC_BY_DAY, RANKING_BY_HOUR, SESSION_BY_MINUTE)
# Metrics by stream: those of few dimensions and those of many, each with the column it counts for.
METRICS: dict[str, dict[str, str]] = {
    "access_log": {
        "access_log.requests": "all",
        "access_log.status_class": "status_class",
        "access_log.agent_class": "agent_class",
    },
    "clickstream": {
        "clickstream.events": "all",
        "clickstream.event_type": "event_type",
        "clickstream.customer_state": "customer_state",
    },
}
RANKINGS: dict[str, dict[str, str]] = {
    "access_log": {"access_log.path": "path"},
    "clickstream": {"clickstream.product": "product_id"},
}


def _figures(metric: str) -> str:
    return (
        "SELECT window_start, dimension, event_count, bytes_sent, amount, visitor_count "
        f"FROM {METRIC_BY_DAY.full_name} WHERE metric = '{metric}' AND day = %(day)s "
        "AND window_start >= %(start)s AND window_start < %(end)s"
    )


def _ranking(metric: str) -> str:
    return (
        "SELECT window_start, dimension, event_count, amount "
        f"FROM {RANKING_BY_HOUR.full_name} WHERE metric = '{metric}' AND hour = %(hour)s "
        "AND window_start >= %(start)s AND window_start < %(end)s"
    )


def _latest(stream: Stream, columns: str) -> str:
    return (
        f"SELECT occurred_at, {columns} FROM {event_table(stream).full_name} "
        "WHERE minute = %(minute)s LIMIT 100"
    )


QUESTIONS: tuple[Question, ...] = (
    Question(
        "latest_requests",
        "Which requests came last?",
        event_table(ACCESS_LOG).name,
        _latest(ACCESS_LOG, "ip_address, method, path, status_code, bytes_sent, agent_class"),
    ),
    Question(
        "latest_events",
        "What did visitors do last?",
        event_table(CLICKSTREAM).name,
        _latest(
            CLICKSTREAM, "user_id, session_id, event_type, product_id, product_category, amount"
        ),
    ),
    Question(
        "requests_by_minute",
        "How many requests, bytes and visitors, minute by minute?",
        METRIC_BY_DAY.name,
        _figures("access_log.requests"),
    ),
    Question(
        "status_mix",
        "How do requests end, minute by minute? (errors: 4xx and 5xx)",
        METRIC_BY_DAY.name,
        _figures("access_log.status_class"),
    ),
    Question(
        "agent_mix",
        "Who asks: browsers, phones, bots?",
        METRIC_BY_DAY.name,
        _figures("access_log.agent_class"),
    ),
    Question(
        "top_pages",
        "Which pages are asked for most?",
        RANKING_BY_HOUR.name,
        _ranking("access_log.path"),
    ),
    Question(
        "events_by_minute",
        "How many events and visitors, and what revenue, minute by minute?",
        METRIC_BY_DAY.name,
        _figures("clickstream.events"),
    ),
    Question(
        "events_by_type",
        "How many events of each type, minute by minute?",
        METRIC_BY_DAY.name,
        _figures("clickstream.event_type"),
    ),
    Question(
        "revenue_by_state",
        "Where does revenue come from?",
        METRIC_BY_DAY.name,
        _figures("clickstream.customer_state"),
    ),
    Question(
        "top_products",
        "Which products are looked at and bought most?",
        RANKING_BY_HOUR.name,
        _ranking("clickstream.product"),
    ),
    Question(
        "sessions",
        "Which sessions are active, and which step of the funnel did they reach?",
        SESSION_BY_MINUTE.name,
        f"SELECT user_id, session_id, event_count, funnel_step, amount "
        f"FROM {SESSION_BY_MINUTE.full_name} WHERE minute = %(minute)s",
        tuple(FUNNEL),
    ),
    Question(
        "sessions_of_a_visitor",
        "What did one visitor do in a minute?",
        SESSION_BY_MINUTE.name,
        f"SELECT session_id, event_count, funnel_step, amount "
        f"FROM {SESSION_BY_MINUTE.full_name} WHERE minute = %(minute)s AND user_id = %(user_id)s",
    ),
)
