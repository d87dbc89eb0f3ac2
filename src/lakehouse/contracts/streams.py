"""The streams: their topics, their events, the reasons for which a line is set aside.

A line of a log goes raw topic → clean topic (or dead-letter topic) → Cassandra and silver → gold.
Its identity is made from its content and its place, so that whatever is delivered twice is known
as the same event at every hop.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lakehouse.contracts.model import Column, Table

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


@dataclass(frozen=True)
class Stream:
    """One log and everything it becomes.

    Attributes:
        name: name of the stream, and of its silver table.
        description: what one event is.
        log_file: name of the live log file, in the stream's own folder of logs.
        event: the columns of the clean message and of silver.
        fact: name of the gold table of its events.
        parser: `module:function` that makes its events from raw lines.
        aggregation: `module:function` that makes 1-minute aggregates of its clean topic.
        bronze_flow: NiFi process group that takes its lines to Kafka and to bronze.
        live_flow: NiFi process group that takes its events and aggregates to Cassandra.
        lookups: columns that its events get from gold.
        line_timestamp: format (strptime) of the timestamp that a line begins with; empty if lines
            begin otherwise or hold whole seconds only, which measure no latency in milliseconds.
    """

    name: str
    description: str
    log_file: str
    event: Table
    fact: str
    parser: str
    aggregation: str
    bronze_flow: str
    live_flow: str
    lookups: tuple[Lookup, ...] = ()
    line_timestamp: str = ""

    @property
    def raw(self) -> Topic:
        """Lines as they stand in the log."""
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
    def minutes(self) -> Topic:
        """Figures of a minute as JSON."""
        return Topic(
            f"{self.name}.minutes", "A figure of a minute as JSON; the newest holds", "identity"
        )

    @property
    def clock_ahead(self) -> str:
        """Metric that counts events of a clock further ahead than the lateness of aggregates."""
        return f"{self.name}.clock_ahead"

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All its topics."""
        return (self.raw, self.clean, self.dead_letter, self.minutes)


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
REASONS: tuple[Reason, ...] = (
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
