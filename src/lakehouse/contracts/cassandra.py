"""Keyspace `log_data`: live tables, each made for questions that are stated here with their query.

Every question names its partition. A minute of events is one partition; figures of a minute share
the partition of their metric and day, or of their metric and hour where they have many dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse.contracts.model import Column
from lakehouse.contracts.streams import PARTITION_COLUMNS, Stream
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM, MONEY, STREAMS

KEYSPACE = "log_data"
DAY_SECONDS = 86_400

_TYPES = {
    "STRING": "text",
    "INT": "int",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}


def cql_type(spark_type: str) -> str:
    """The type of Cassandra that holds a Spark SQL type."""
    return "decimal" if spark_type.startswith("DECIMAL") else _TYPES[spark_type]


@dataclass(frozen=True)
class LiveTable:
    """A table of the keyspace.

    Attributes:
        name: its name.
        description: what one row is.
        columns: in order, Spark SQL types.
        partition: columns of the partition key.
        clustering: columns that order a partition, with `ASC` or `DESC`.
        keep_days: rows vanish after this.
        window_hours: width of a compaction window.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    partition: tuple[str, ...]
    clustering: tuple[tuple[str, str], ...]
    keep_days: int
    window_hours: int

    @property
    def full_name(self) -> str:
        """Keyspace and table."""
        return f"{KEYSPACE}.{self.name}"

    @property
    def written_column(self) -> str:
        """A column whose write time Cassandra returns for every row."""
        return next(c.name for c in self.columns if not c.nullable and c.name not in self.key)

    @property
    def key(self) -> tuple[str, ...]:
        """The primary key, partition first."""
        return (*self.partition, *(name for name, _ in self.clustering))


@dataclass(frozen=True)
class Question:
    """A question that a page asks of one table, and the query that answers it.

    Attributes:
        name: short, in snake case.
        title: the question in words.
        table: the table asked.
        cql: the query; parameters as `%(name)s`: minute, hour, day, start, end, user_id.
    """

    name: str
    title: str
    table: str
    cql: str


MINUTE = Column("minute", "STRING", "Minute of the event, UTC, as 2026-01-31T23:59", nullable=False)
HOUR = Column("hour", "STRING", "Hour of the window, UTC, as 2026-01-31T23", nullable=False)


def event_table(stream: Stream) -> LiveTable:
    """The live table of a stream's events."""
    kept = tuple(c for c in stream.event.columns if c.name not in PARTITION_COLUMNS)
    return LiveTable(
        f"{stream.name}_by_minute",
        f"{stream.description}, newest first in its minute",
        (MINUTE, *kept),
        partition=("minute",),
        clustering=(("occurred_at", "DESC"), ("event_id", "ASC")),
        keep_days=7,
        window_hours=6,
    )


_METRIC = Column("metric", "STRING", "What is counted, as access_log.status_class", nullable=False)
_WINDOW = Column("window_start", "TIMESTAMP", "Start of the minute, UTC", nullable=False)
_DIMENSION = Column("dimension", "STRING", "What it is counted for; `all` for everything")
_FIGURES = (
    Column("event_count", "BIGINT", "Events"),
    Column("bytes_sent", "BIGINT", "Bytes of answers"),
    Column("amount", MONEY, "Amounts of purchases, BRL"),
    Column("visitor_count", "BIGINT", "Visitors, by HyperLogLog"),
)
EVENTS = {stream.name: event_table(stream) for stream in STREAMS}
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
TABLES: tuple[LiveTable, ...] = (
    *EVENTS.values(),
    METRIC_BY_DAY,
    RANKING_BY_HOUR,
    SESSION_BY_MINUTE,
)
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
# Events of a log whose clock is further ahead than the lateness of the figures.
CLOCK_AHEAD = {stream.name: f"{stream.name}.clock_ahead" for stream in (ACCESS_LOG, CLICKSTREAM)}
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
        f"SELECT occurred_at, {columns} FROM {EVENTS[stream.name].full_name} "
        "WHERE minute = %(minute)s LIMIT 100"
    )


QUESTIONS: tuple[Question, ...] = (
    Question(
        "latest_requests",
        "Which requests came last?",
        EVENTS["access_log"].name,
        _latest(ACCESS_LOG, "ip_address, method, path, status_code, bytes_sent, agent_class"),
    ),
    Question(
        "latest_events",
        "What did visitors do last?",
        EVENTS["clickstream"].name,
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
    ),
    Question(
        "sessions_of_a_visitor",
        "What did one visitor do in a minute?",
        SESSION_BY_MINUTE.name,
        f"SELECT session_id, event_count, funnel_step, amount "
        f"FROM {SESSION_BY_MINUTE.full_name} WHERE minute = %(minute)s AND user_id = %(user_id)s",
    ),
)


def create_keyspace(replication: int) -> str:
    """CQL that makes the keyspace."""
    return (
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = "
        f"{{'class': 'NetworkTopologyStrategy', 'replication_factor': {replication}}}"
    )


def create(table: LiveTable) -> str:
    """CQL that makes a table."""
    columns = ", ".join(f"{c.name} {cql_type(c.type)}" for c in table.columns)
    partition, clustering = ", ".join(table.partition), ", ".join(n for n, _ in table.clustering)
    order = ", ".join(f"{name} {direction}" for name, direction in table.clustering)
    comment = table.description.replace("'", "''")
    return (
        f"CREATE TABLE IF NOT EXISTS {table.full_name} ({columns}, "
        f"PRIMARY KEY (({partition}), {clustering})) WITH CLUSTERING ORDER BY ({order}) "
        f"AND comment = '{comment}' AND default_time_to_live = {table.keep_days * DAY_SECONDS} "
        "AND compaction = {'class': 'TimeWindowCompactionStrategy', "
        f"'compaction_window_unit': 'HOURS', 'compaction_window_size': {table.window_hours}}}"
    )
