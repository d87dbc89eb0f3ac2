"""Queries of the live tables, as the plugin for Cassandra wants them.

The first column names the series: the plugin makes a frame of each of its values. It knows no
DECIMAL. Every query names its partition in UTC, whatever zone the browser is in: Grafana would
write a date in the browser's. So Cassandra computes the day, and Prometheus the hour and minute.
"""

from __future__ import annotations

from lakehouse.contracts.cassandra import event_table
from lakehouse.contracts.streams import Stream
from lakehouse.serving.grafana.panels import CASSANDRA, Query, Variable
from lakehouse.workloads.weblogs.contracts.live import (
    METRIC_BY_DAY,
    RANKING_BY_HOUR,
    SESSION_BY_MINUTE,
)

AMOUNT = "CAST(amount AS double) AS revenue"
_ROWS = 100
# a range that crosses midnight is in two partitions
_DAYS = "to_date((timestamp)$__timeFrom), to_date((timestamp)$__timeTo)"
_RANGE = "window_start >= $__timeFrom AND window_start < $__timeTo"
# the span of a panel that asks for these two hours
LAST_HOUR = "1h"
_HOURS = ("hour_before", "hour")
_MINUTES = ("minute_before", "minute")


def _moment(name: str, text: str, seconds: int) -> Variable:
    """A moment before the end of the range, as a partition key writes it."""
    then = f"vector(time() - {seconds})"
    digits = (
        f"year({then}) * 1e8 + month({then}) * 1e6 + day_of_month({then}) * 1e4"
        f" + hour({then}) * 100 + minute({then})"
    )
    groups = "(....)(..)(..)(..)(..)"
    labelled = (
        f'label_replace(count_values("digits", {digits}), "text", "{text}", "digits", "{groups}")'
    )
    return Variable(name, f"query_result({labelled})", 'text="([^"]+)"')


# in braces, as `$3T` would be a group of that name
_HOUR, _MINUTE = "$1-$2-${3}T$4", "$1-$2-${3}T$4:$5"
VARIABLES = (
    _moment("hour_before", _HOUR, 3600),
    _moment("hour", _HOUR, 0),
    _moment("minute_before", _MINUTE, 60),
    _moment("minute", _MINUTE, 0),
)


def figures(metric: str, column: str) -> tuple[Query]:
    """A figure minute by minute, a series for each dimension."""
    text = (
        f"SELECT dimension, window_start, {column} FROM {METRIC_BY_DAY.full_name} "
        f"WHERE metric = '{metric}' AND day IN ({_DAYS}) AND {_RANGE}"
    )
    return (Query(CASSANDRA, text, "{{ dimension }}"),)


def ranking(metric: str, *columns: str) -> tuple[Query, ...]:
    """Figures of the last hour for each of many dimensions."""
    return tuple(
        Query(
            CASSANDRA,
            f"SELECT window_start, dimension, {', '.join(columns)} "
            f"FROM {RANKING_BY_HOUR.full_name} "
            f"WHERE metric = '{metric}' AND hour = '${{{hour}}}' AND {_RANGE}",
        )
        for hour in _HOURS
    )


def latest(stream: Stream, *columns: str) -> tuple[Query, ...]:
    """The newest events; the first column should have few values."""
    table = event_table(stream).full_name
    return _by_minute(f"SELECT {', '.join(columns)}, occurred_at FROM {table}")


def sessions() -> tuple[Query, ...]:
    """Sessions of the last minute."""
    columns = f"funnel_step, user_id, session_id, event_count, {AMOUNT}"
    return _by_minute(f"SELECT {columns} FROM {SESSION_BY_MINUTE.full_name}")


def _by_minute(select: str) -> tuple[Query, ...]:
    return tuple(
        Query(CASSANDRA, f"{select} WHERE minute = '${{{minute}}}' LIMIT {_ROWS}")
        for minute in _MINUTES
    )
