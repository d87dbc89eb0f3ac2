"""The streams: sources, topics, events, windows, sinks, the reasons for rejecting a line.

A line of a log goes raw topic → clean topic (or dead-letter topic) → Cassandra and silver → gold.
Its identity is made from its content and its place, so that whatever is delivered twice is known
as the same event at every hop.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lakehouse.contracts.model import Column, Table

if TYPE_CHECKING:
    from lakehouse.contracts.cassandra import LiveTable

# The earliest day of an event, unless a setting names a later one: the oldest published access logs
# are of 1994. The calendar of gold begins with its year.
EARLIEST_EVENT = dt.date(1994, 1, 1)
# An event may be this far ahead of the clock that received it.
LATEST_EVENT_AHEAD = "1 day"
# Minute figures are final after this; later events still reach every table of events.
LATENESS = "2 minutes"
# A longer line is cut by the reader of the log, and set aside.
LONGEST_LINE_BYTES = 1_048_576
LONGEST_PARSED_BYTES = 16_384
TOPIC_RETENTION_HOURS = 168
# sinks with a NiFi processor in nifi-templates/processors
NIFI_SINKS = ("cassandra", "hdfs")


@dataclass(frozen=True)
class Topic:
    """A topic of Kafka.

    Attributes:
        name: its name.
        description: what a message is.
        key: what the key of a message holds.
    """

    name: str
    description: str
    key: str


@dataclass(frozen=True)
class Reason:
    """Why a line is set aside: a short name that reports show, and a sentence."""

    name: str
    description: str


@dataclass(frozen=True)
class Lookup:
    """A column that events get from a table of gold; null where gold does not know the key.

    Attributes:
        copy: name of the local copy that the streaming driver keeps.
        table: the table of gold.
        rows: `module:function` that makes key and column from the table's rows.
        key: column of the event that it is looked up by, unique in the rows.
        column: the column that events get.
    """

    copy: str
    table: Table
    rows: str
    key: Column
    column: Column


class Format(StrEnum):
    """Format of the records of a source."""

    TEXT = "text"
    JSON = "json"
    AVRO = "avro"


@dataclass(frozen=True)
class LogFile:
    """A text log, one record per line; NiFi reads it, and writes to the sinks that it can.

    Attributes:
        name: name of the live log file, in the stream's own folder of logs.
        bronze_flow: NiFi process group that takes its lines to Kafka and to bronze.
        live_flow: NiFi process group that takes its events and aggregates to Cassandra.
        timestamp: format (strptime) of the timestamp that a line begins with; empty if lines begin
            otherwise or hold whole seconds only, which measure no latency in milliseconds.
    """

    name: str
    bronze_flow: str
    live_flow: str
    timestamp: str = ""
    format: Format = Format.TEXT


@dataclass(frozen=True)
class TopicSource:
    """A topic that producers write; the streaming driver writes its events to their sinks.

    Attributes:
        topic: the topic, as producers name it.
        format: format of a message.
    """

    topic: Topic
    format: Format = Format.JSON


@dataclass(frozen=True)
class SinkBinding:
    """A sink, and the table in it that gets the rows.

    Attributes:
        sink: name of a module of `lakehouse.sinks`.
        table: the table; None for that which the sink derives from the stream (events), or which
            a row names in its field `table` (windows).
        database: database that has the table, for sinks with several; the workload's if empty.
    """

    sink: str
    table: Table | LiveTable | None = None
    database: str = ""


@dataclass(frozen=True)
class Window:
    """Aggregates of a stream's events over windows of time, in a topic of their own.

    Attributes:
        name: its name, once per stream; last part of its topic's name.
        description: what a message is; the newest of a key holds.
        rows: `module:function` that makes `key` and `value` from the clean topic's messages.
        sinks: where its rows go.
    """

    name: str
    description: str
    rows: str
    sinks: tuple[SinkBinding, ...] = ()


@dataclass(frozen=True)
class Stream:
    """One source of events and everything it becomes.

    Attributes:
        name: name of the stream, and of its silver table.
        description: what one event is.
        source: where its records come from.
        event: the columns of the clean message and of silver.
        parser: `module:function` that makes its events from raw records.
        fact: name of the gold table of its events; empty if it has none.
        windows: aggregates of its events.
        sinks: where its events go.
        lookups: columns that its events get from gold.
    """

    name: str
    description: str
    source: LogFile | TopicSource
    event: Table
    parser: str
    fact: str = ""
    windows: tuple[Window, ...] = ()
    sinks: tuple[SinkBinding, ...] = ()
    lookups: tuple[Lookup, ...] = ()

    @property
    def log(self) -> LogFile | None:
        """The log that it reads; None if its source is a topic."""
        return self.source if isinstance(self.source, LogFile) else None

    @property
    def log_file(self) -> str:
        """Name of the live log file; empty if its source is a topic."""
        return self.log.name if self.log else ""

    @property
    def raw(self) -> Topic:
        """Records as the source has them."""
        if isinstance(self.source, TopicSource):
            return self.source.topic
        return Topic(f"{self.name}.raw", "A line of the log, unchanged", "file identity:offset")

    @property
    def clean(self) -> Topic:
        """Parsed events as JSON."""
        return Topic(f"{self.name}.clean", "An event as JSON", "event_id")

    @property
    def dead_letter(self) -> Topic:
        """Lines that could not be read, with the reason."""
        return Topic(f"{self.name}.dead-letter", "A line set aside, as JSON", "event_id")

    @property
    def aggregates(self) -> tuple[Topic, ...]:
        """Topics of its windows."""
        return tuple(self.topic_of(window) for window in self.windows)

    def topic_of(self, window: Window) -> Topic:
        """Topic of one of its windows."""
        return Topic(f"{self.name}.{window.name}", window.description, "identity")

    @property
    def routes(self) -> tuple[Route, ...]:
        """Topics with the sinks that they go to: events, then windows."""
        return (
            *(Route(self, binding, self.clean) for binding in self.sinks),
            *(
                Route(self, binding, self.topic_of(window), window)
                for window in self.windows
                for binding in window.sinks
            ),
        )

    def goes_to(self, sink: str) -> Route | None:
        """The route of its events to a sink; None if they do not go there."""
        return next((one for one in self.routes if one.is_of_events and one.sink == sink), None)

    @property
    def clock_ahead(self) -> str:
        """Metric that counts events of a clock further ahead than the lateness of aggregates."""
        return f"{self.name}.clock_ahead"

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All its topics."""
        return (self.raw, self.clean, self.dead_letter, *self.aggregates)


@dataclass(frozen=True)
class Route:
    """Messages of one topic of a stream to one sink.

    Attributes:
        stream: the stream.
        binding: the sink and its table.
        topic: the topic that is read.
        window: the window whose rows it has; None for events.
    """

    stream: Stream
    binding: SinkBinding
    topic: Topic
    window: Window | None = None

    @property
    def sink(self) -> str:
        """Name of the sink."""
        return self.binding.sink

    @property
    def is_of_events(self) -> bool:
        """True if its messages are events, with their identity."""
        return self.window is None

    @property
    def name(self) -> str:
        """Topic and sink: name of the query that writes, and of its checkpoint."""
        return f"{self.topic.name}.{self.sink}"

    @property
    def is_in_nifi(self) -> bool:
        """True if NiFi writes it; the streaming driver writes the others."""
        return self.stream.log is not None and self.sink in NIFI_SINKS

    @property
    def keyed(self) -> Table | None:
        """Its table if rows have a declared grain; Cassandra's tables have a key instead."""
        return self.binding.table if isinstance(self.binding.table, Table) else None

    @property
    def database(self) -> str:
        """Database that has its table, for sinks with several."""
        return self.binding.database or self.stream.event.workload


IDENTITY_COLUMNS = (
    Column("event_id", "STRING", "MD5 of place and line, in hexadecimal digits", nullable=False),
    Column("occurred_at", "TIMESTAMP", "Moment of the event, UTC", nullable=False),
    Column("received_at", "TIMESTAMP", "Moment the line reached Kafka, UTC", nullable=False),
    Column("place", "STRING", "Identity of the log file, and offset in bytes", nullable=False),
)
INGEST_COLUMNS = (
    Column("ingest_date", "DATE", "Day the line reached Kafka, UTC", nullable=False, derived=True),
    Column("ingest_hour", "INT", "Hour the line reached Kafka, UTC", nullable=False, derived=True),
)
PARTITION_COLUMNS = tuple(column.name for column in INGEST_COLUMNS)
# A folder of silver is compacted when its hour is over, or earlier when it holds more files.
MOST_FILES_OF_AN_HOUR = 8

EMPTY_LINE = Reason("empty_line", "the line is empty")
TOO_LONG = Reason("too_long", f"the line is longer than {LONGEST_PARSED_BYTES} bytes")
NOT_TEXT = Reason("not_text", "the line is not UTF-8, or holds control characters")
WRONG_FORMAT = Reason("wrong_format", "the line has another form than its log")
IMPOSSIBLE_TIME = Reason("impossible_time", "there is no such moment")
TOO_EARLY = Reason("too_early", "the moment is before the earliest day that is accepted")
IN_THE_FUTURE = Reason(
    "in_the_future", f"the moment is more than {LATEST_EVENT_AHEAD} after the line was received"
)
IMPOSSIBLE_VALUE = Reason("impossible_value", "a number is out of its range, or no number")
UNKNOWN_WORD = Reason("unknown_word", "a word is none of those that the log may hold")
NOT_JSON = Reason("not_json", "the record is not one JSON object")
MISSING_FIELD = Reason("missing_field", "a required field is absent or null")
WRONG_TYPE = Reason("wrong_type", "a field is not of its declared type")
# of lines of logs
LINE_REASONS: tuple[Reason, ...] = (
    EMPTY_LINE,
    TOO_LONG,
    NOT_TEXT,
    WRONG_FORMAT,
    IMPOSSIBLE_TIME,
    TOO_EARLY,
    IN_THE_FUTURE,
    IMPOSSIBLE_VALUE,
    UNKNOWN_WORD,
)
REASONS: tuple[Reason, ...] = (*LINE_REASONS, NOT_JSON, MISSING_FIELD, WRONG_TYPE)

# A message of a dead-letter topic, as JSON.
DEAD_LETTER_COLUMNS = (
    Column("event_id", "STRING", "MD5 of place and line, in hexadecimal digits", nullable=False),
    Column("stream", "STRING", "The stream", nullable=False),
    Column("reason", "STRING", f"One of {', '.join(r.name for r in REASONS)}", nullable=False),
    Column("detail", "STRING", "The reason in words, with what was found", nullable=False),
    Column("place", "STRING", "Identity of the log file, and offset in bytes", nullable=False),
    Column("topic", "STRING", "Topic of the raw line", nullable=False),
    Column("partition", "INT", "Its partition", nullable=False),
    Column("offset", "BIGINT", "Its offset", nullable=False),
    Column("received_at", "TIMESTAMP", "Moment the line reached Kafka, UTC", nullable=False),
    Column("line", "STRING", "Its first 500 characters, readable ones only", nullable=False),
    Column("line_base64", "STRING", "The whole line, its bytes in base64", nullable=False),
)
