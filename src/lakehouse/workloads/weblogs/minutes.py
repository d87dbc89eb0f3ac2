"""Figures of a minute: by metric and dimension, by page and product, by session.

An event counts once, however often it is delivered, as long as it comes within the declared
lateness. An event that is further ahead of the clock than that would end the wait for all others:
it counts in the minute in which it was received, and as one of a clock that is ahead. A message
replaces the one before it with the same key.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.cassandra import LiveTable
from lakehouse.contracts.star import MONEY, UNKNOWN_TEXT
from lakehouse.contracts.streams import LATENESS, Stream
from lakehouse.streams.parsing import JSON, minute_of
from lakehouse.workloads.weblogs.contracts.live import (
    METRIC_BY_DAY,
    METRICS,
    RANKING_BY_HOUR,
    RANKINGS,
    SESSION_BY_MINUTE,
)
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM, FUNNEL

_GROUP = ("table", "metric", "dimension", "user_id", "session_id")
# what an event adds to a figure; of a stream that lacks it: nothing
_MEASURES = {
    "access_log": {"visitor": "ip_address", "bytes_sent": "bytes_sent"},
    "clickstream": {"visitor": "user_id", "amount": "amount", "funnel_step": "funnel_step"},
}


def messages(clean: DataFrame, stream: Stream) -> DataFrame:
    """Messages for the topic of aggregates, from those of the clean topic: `key`, `value`."""
    return figures(events(clean, stream), stream)


def events(clean: DataFrame, stream: Stream) -> DataFrame:
    """Read what figures need of a clean topic's messages."""
    wanted = [c for c in stream.event.columns if c.name in _needed(stream)]
    schema = ", ".join(f"{column.name} {column.type}" for column in wanted)
    event = F.from_json(F.col("value").cast("string"), schema)
    return clean.select(event.alias("event")).select("event.*")


def figures(events: DataFrame, stream: Stream) -> DataFrame:
    """Messages with the figures that changed: `key` and `value`."""
    counted = _counted(_once(events), stream)
    grouped = counted.groupBy("window", *_GROUP).agg(
        F.count("*").alias("event_count"),
        F.approx_count_distinct("visitor").alias("visitor_count"),
        F.sum("bytes_sent").alias("bytes_sent"),
        F.sum("amount").cast(MONEY).alias("amount"),
        F.max("funnel_step").alias("funnel_step"),
    )
    return grouped.select(_by_table(_key).alias("key"), _by_table(_value).alias("value"))


def _needed(stream: Stream) -> set[str]:
    dimensions = {*METRICS[stream.name].values(), *RANKINGS[stream.name].values()}
    shared = {"event_id", "occurred_at", "received_at", "event_type", "session_id"}
    return dimensions | shared | set(_MEASURES[stream.name].values())


def _once(events: DataFrame) -> DataFrame:
    latest = F.col("received_at") + F.expr(f"INTERVAL {LATENESS}")
    is_ahead = F.col("occurred_at") > latest
    counted_at = F.when(is_ahead, F.col("received_at")).otherwise(F.col("occurred_at"))
    named = events.withColumns(
        {
            "is_ahead": is_ahead,
            "occurred_at": counted_at,
            # half as long to remember as its digits
            "event_id": F.unhex("event_id"),
        }
    )
    watched = named.withWatermark("occurred_at", LATENESS)
    # with the moment among the keys, an id is forgotten as soon as its event would be late
    return watched.dropDuplicates(["event_id", "occurred_at"])


def _counted(events: DataFrame, stream: Stream) -> DataFrame:
    """One row for each figure that an event is part of."""
    window = F.window("occurred_at", "1 minute").alias("window")
    if stream is CLICKSTREAM:
        events = events.withColumns(
            {"amount": F.when(F.col("event_type") == "purchase", F.col("amount")),
             "funnel_step": _funnel_step()}
        )  # fmt: skip
    measures = _MEASURES[stream.name]
    return events.select(
        window,
        F.inline(F.array_compact(F.array(*_groups(stream)))),
        *[
            (F.col(measures[name]) if name in measures else F.lit(None).cast(type_)).alias(name)
            for name, type_ in (
                ("visitor", "STRING"),
                ("bytes_sent", "BIGINT"),
                ("amount", MONEY),
                ("funnel_step", "INT"),
            )
        ],
    )


def _groups(stream: Stream) -> list[Column]:
    groups = [
        _group(METRIC_BY_DAY, metric=F.lit(metric), dimension=_dimension(column))
        for metric, column in METRICS[stream.name].items()
    ]
    groups += [
        F.when(
            F.col(column).isNotNull(),
            _group(RANKING_BY_HOUR, metric=F.lit(metric), dimension=F.col(column)),
        )
        for metric, column in RANKINGS[stream.name].items()
    ]
    ahead = _group(METRIC_BY_DAY, metric=F.lit(stream.clock_ahead), dimension=_dimension("all"))
    groups.append(F.when(F.col("is_ahead"), ahead))
    if stream is CLICKSTREAM:
        session = {name: F.col(name) for name in ("user_id", "session_id")}
        groups.append(_group(SESSION_BY_MINUTE, **session))
    return groups


def _group(table: LiveTable, **identity: Column) -> Column:
    types = {"user_id": "BIGINT", "session_id": "BIGINT"}
    fields = identity | {"table": F.lit(table.name)}
    return F.struct(
        *[
            (fields[name] if name in fields else F.lit(None))
            .cast(types.get(name, "STRING"))
            .alias(name)
            for name in _GROUP
        ]
    )


def _dimension(column: str) -> Column:
    return F.lit(column) if column == "all" else F.coalesce(column, F.lit(UNKNOWN_TEXT))


def _funnel_step() -> Column:
    steps = [F.when(F.col("event_type") == name, step) for name, step in FUNNEL.items()]
    return F.coalesce(*steps, F.lit(0))


def _by_table(made: Callable[[LiveTable], Column]) -> Column:
    tables = (METRIC_BY_DAY, RANKING_BY_HOUR, SESSION_BY_MINUTE)
    return F.coalesce(*[F.when(F.col("table") == table.name, made(table)) for table in tables])


def _key(table: LiveTable) -> Column:
    return F.concat_ws("|", F.lit(table.name), *[_column(name) for name in table.key])


def _value(table: LiveTable) -> Column:
    columns = [_column(name).alias(name) for name in [c.name for c in table.columns]]
    return F.to_json(F.struct("table", *columns), JSON)


def _column(name: str) -> Column:
    start = F.col("window")["start"]
    made = {
        "window_start": start,
        "day": F.to_date(start),
        "hour": F.date_format(start, "yyyy-MM-dd'T'HH"),
        "minute": minute_of(start),
    }
    return made.get(name, F.col(name))
