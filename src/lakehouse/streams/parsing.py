"""What all streams share: identity of a line, what may be wrong with any line, the two messages.

Lines come as Kafka's rows (`key`, `value`, `topic`, `partition`, `offset`, `timestamp`). A stream's
own module takes the parts of a line and says what they mean and what is wrong with them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.cassandra import event_table
from lakehouse.contracts.log_formats import AUTO_FORMAT
from lakehouse.contracts.log_notation import LogFormat
from lakehouse.contracts.streams import (
    DEAD_LETTER_COLUMNS,
    EARLIEST_EVENT,
    EMPTY_LINE,
    IMPOSSIBLE_TIME,
    IN_THE_FUTURE,
    LATEST_EVENT_AHEAD,
    LONGEST_PARSED_BYTES,
    NOT_TEXT,
    TOO_EARLY,
    TOO_LONG,
    WRONG_FORMAT,
    Reason,
    Stream,
)

# What is found out of a line besides its contract's columns; gone before a message is written.
PARTS = "_parts"
FLAW = "_flaw"
LINE = "_line"

# how moments stand in every message
JSON = {"timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", "timeZone": "UTC"}
# no line that gets as far as being cut into parts holds it
_SEPARATOR = "\x01"
CONTROL = r"[\x00-\x1f\x7f]"
_SHOWN_CHARACTERS = 500
_SHOWN_OF_A_PART = 100
_LONGEST_CHARACTER = 4


@dataclass(frozen=True)
class Flaw:
    """A way in which a line may be wrong.

    Attributes:
        reason: the reason it is set aside for.
        is_there: whether a line has this flaw; null counts as no.
        found: what was found, as text, for the person who looks at it.
    """

    reason: Reason
    is_there: Column
    found: Column


@dataclass(frozen=True)
class Accepted:
    """Lines that are accepted.

    Attributes:
        access_log: the format of the access log.
        earliest: the earliest day of an event.
    """

    access_log: LogFormat = AUTO_FORMAT
    earliest: dt.date = EARLIEST_EVENT


def lines(raw: DataFrame, control: str = CONTROL) -> DataFrame:
    """Give each message of a raw topic its identity, and its line as text where it is one.

    Args:
        raw: rows of the topic.
        control: regular expression of characters that no line may hold.
    """
    value = F.coalesce("value", F.lit(b""))
    identified = raw.select(
        F.md5(F.concat(F.coalesce("key", F.lit(b"")), F.lit(b"\n"), value)).alias("event_id"),
        F.coalesce(F.make_valid_utf8(F.col("key").cast("string")), F.lit("")).alias("place"),
        F.col("timestamp").alias("received_at"),
        *("topic", "partition", "offset"),
        value.alias("value"),
        # written on another system, a line ends with one character more
        F.rtrim(value.cast("string"), F.lit("\r")).alias(LINE),
    )
    return identified.withColumn(FLAW, _first(_flaws_of_any_line(control)))


def parts(read: DataFrame, form: str, count: int) -> DataFrame:
    """Split each line by a regular expression whose groups are its parts."""
    return parts_of(read, matched(form, [f"${n}" for n in range(1, count + 1)]), count)


def matched(form: str, replacements: Sequence[str]) -> Column:
    """The parts of a line, joined: what each replacement makes of the match of an expression.

    A group that took no part in the match is an empty text.
    """
    return F.regexp_replace(LINE, form, _SEPARATOR.join(replacements))


def joined(values: Sequence[Column]) -> Column:
    """The parts of a line, joined."""
    return F.concat_ws(_SEPARATOR, *values)


def parts_of(read: DataFrame, joined_parts: Column, count: int) -> DataFrame:
    """Split the joined parts of each line; a line of another form gets a flaw."""
    cut = F.split(joined_parts, _SEPARATOR)
    found = read.withColumn(PARTS, F.when(F.col(FLAW).isNull(), cut))
    is_other = F.size(PARTS) != count
    return found.withColumn(
        FLAW,
        F.coalesce(FLAW, _first([Flaw(WRONG_FORMAT, is_other, F.col(LINE))])),
    ).withColumn(PARTS, F.when(~is_other, F.col(PARTS)))


def part(number: int) -> Column:
    """A part of the line, null where the line has no parts."""
    return F.get(PARTS, F.lit(number))


def flaws_of_time(text: Column, earliest: dt.date) -> list[Flaw]:
    """What may be wrong with a moment, once `occurred_at` was read from this text."""
    moment = F.col("occurred_at")
    latest = F.col("received_at") + F.expr(f"INTERVAL {LATEST_EVENT_AHEAD}")
    return [
        Flaw(IMPOSSIBLE_TIME, moment.isNull() & text.isNotNull(), text),
        Flaw(TOO_EARLY, moment < F.lit(str(earliest)).cast("timestamp"), text),
        Flaw(IN_THE_FUTURE, moment > latest, text),
    ]


def whole_number(text: Column, type_: str) -> Column:
    """A number as machines write it, without sign, blanks or leading zeros; null if it is none."""
    number = text.try_cast(type_)
    # reading a text as a number is lenient: it has to look the same when written again
    return F.when((number >= 0) & (number.cast("string") == text), number)


def named(name: str, found: Column) -> Column:
    """A name and what was found under it, for the person who looks at a flaw."""
    return F.concat(F.lit(f"{name} "), found)


def judged(typed: DataFrame, flaws: list[Flaw]) -> DataFrame:
    """Set the first flaw of each line that has none yet."""
    return typed.withColumn(FLAW, F.coalesce(FLAW, _first(flaws)))


def messages(events: DataFrame, stream: Stream) -> DataFrame:
    """The message that each line becomes: `topic`, `key` and `value` as Kafka's sink takes them."""
    is_clean = F.col(FLAW).isNull()
    return events.select(
        F.when(is_clean, F.lit(stream.clean.name))
        .otherwise(F.lit(stream.dead_letter.name))
        .alias("topic"),
        F.col("event_id").alias("key"),
        F.when(is_clean, _clean(stream)).otherwise(_dead_letter(stream)).alias("value"),
    )


def minute_of(moment: Column) -> Column:
    """The minute of a moment, as live tables name it."""
    return F.date_format(moment, "yyyy-MM-dd'T'HH:mm")


def _clean(stream: Stream) -> Column:
    event = F.struct(
        *[
            minute_of(F.col("occurred_at")).alias(column.name)
            if column.name == "minute"
            else F.col(column.name)
            for column in event_table(stream).columns
        ]
    )
    return F.to_json(event, JSON)


def _dead_letter(stream: Stream) -> Column:
    begin = F.substring("value", 1, _SHOWN_CHARACTERS * _LONGEST_CHARACTER)
    readable = F.regexp_replace(F.make_valid_utf8(begin.cast("string")), CONTROL, "")
    made = {
        "stream": F.lit(stream.name),
        "reason": F.col(FLAW)["reason"],
        "detail": F.col(FLAW)["detail"],
        "line": F.substring(readable, 1, _SHOWN_CHARACTERS),
        # without the line breaks that Spark puts between every 76 digits
        "line_base64": F.translate(F.base64("value"), "\r\n", ""),
    }
    letter = F.struct(*[made.get(c.name, F.col(c.name)).alias(c.name) for c in DEAD_LETTER_COLUMNS])
    return F.to_json(letter, JSON)


def _flaws_of_any_line(control: str) -> list[Flaw]:
    length = F.octet_length("value")
    line = F.col(LINE)
    return [
        Flaw(EMPTY_LINE, F.btrim(line) == "", F.lit("")),
        Flaw(TOO_LONG, length > LONGEST_PARSED_BYTES, F.concat(length, F.lit(" bytes"))),
        Flaw(NOT_TEXT, ~F.is_valid_utf8(line), F.lit("bytes that are not UTF-8")),
        Flaw(NOT_TEXT, line.rlike(control), F.lit("a control character")),
    ]


def _first(flaws: list[Flaw]) -> Column:
    """The first flaw that is there, as a struct of `reason` and `detail`; null where none is."""
    return F.coalesce(*[F.when(flaw.is_there, _described(flaw)) for flaw in flaws])


def _described(flaw: Flaw) -> Column:
    found = F.substring(F.coalesce(flaw.found, F.lit("")), 1, _SHOWN_OF_A_PART)
    detail = F.concat_ws(": ", F.lit(flaw.reason.description), F.nullif(found, F.lit("")))
    return F.struct(F.lit(flaw.reason.name).alias("reason"), detail.alias("detail"))
