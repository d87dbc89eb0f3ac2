"""Keyspace `log_data`: live tables, each made for questions that are declared with their query.

Every question names its partition. A minute of events is one partition; figures of a minute share
the partition of their metric and day, or of their metric and hour where they have many dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse.contracts.model import Column
from lakehouse.contracts.streams import PARTITION_COLUMNS, Stream

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
        keyspace: keyspace that it is in.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    partition: tuple[str, ...]
    clustering: tuple[tuple[str, str], ...]
    keep_days: int
    window_hours: int
    keyspace: str = KEYSPACE

    @property
    def full_name(self) -> str:
        """Keyspace and table."""
        return f"{self.keyspace}.{self.name}"

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
        steps: names of the steps of a funnel that its rows number, the first with 1; if any.
    """

    name: str
    title: str
    table: str
    cql: str
    steps: tuple[str, ...] = ()


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


def create_keyspace(replication: int, keyspace: str = KEYSPACE) -> str:
    """CQL that makes a keyspace."""
    return (
        f"CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication = "
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
