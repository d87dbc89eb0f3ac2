"""Clocks of web servers: how many log lines bear a time ahead of the clock of this platform."""

from __future__ import annotations

import datetime as dt

from lakehouse.contracts.streams import LATENESS
from lakehouse.platform.cassandra import CassandraError, open_session
from lakehouse.platform.settings import Settings
from lakehouse.workloads.weblogs.contracts.live import METRIC_BY_DAY
from lakehouse.workloads.weblogs.contracts.streams import STREAMS

RECENT = dt.timedelta(minutes=10)
_COUNTS = (
    f"SELECT event_count FROM {METRIC_BY_DAY.full_name} "
    "WHERE metric = %s AND day = %s AND window_start >= %s"
)


def alarm(config: Settings) -> str:
    """A sentence for each log whose recent lines are ahead of the clock; empty if there is none."""
    try:
        counts = _recent(config, dt.datetime.now(dt.UTC).replace(tzinfo=None))
    except CassandraError:
        # without Cassandra nothing is known, and its own line of the status is red
        return ""
    return "; ".join(
        f"{count} events of {stream} in the last {RECENT.seconds // 60} minutes bear a time more "
        f"than {LATENESS} ahead, and count in the minute in which they were received: "
        "synchronise the clock of the web server"
        for stream, count in counts.items()
        if count
    )


def _recent(config: Settings, now: dt.datetime) -> dict[str, int]:
    from cassandra import InvalidRequest

    with open_session(config) as session:
        try:
            return {
                stream.name: sum(
                    row[0]
                    for day in sorted({(now - RECENT).date(), now.date()})
                    for row in session.execute(_COUNTS, (stream.clock_ahead, day, now - RECENT))
                )
                for stream in STREAMS
            }
        except InvalidRequest:
            # the tables are not there yet
            return {}
