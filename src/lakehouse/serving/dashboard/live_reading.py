"""What the live page reads of Cassandra: new figures of minutes, and the events that came last."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakehouse.platform.cassandra import CassandraError, open_session
from lakehouse.platform.probes import require_listener
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import STREAMS
from lakehouse.serving import funnel
from lakehouse.serving.dashboard.history import LONGEST, History
from lakehouse.serving.dashboard.source import Clock, utc_now
from lakehouse.serving.live import question_named

if TYPE_CHECKING:
    from cassandra.cluster import Session

METRICS = (
    "requests_by_minute",
    "status_mix",
    "events_by_minute",
    "revenue_by_state",
)
RANKINGS = ("top_pages", "top_products")
LATEST = ("latest_requests", "latest_events")
# figures of a minute are settled three minutes after it (two that lines may be late, and a batch)
_UNSETTLED = dt.timedelta(minutes=4)
# a stream that catches up also changes older ones
_ALL_AGAIN = dt.timedelta(minutes=5)
# a busy minute has thousands of sessions
_SESSIONS_EVERY = dt.timedelta(seconds=3)
_ROWS_SHOWN = 12
# the page has no login: whoever opens it need not know who the visitors are
_PERSONAL = {
    column.name for stream in STREAMS for column in stream.event.columns if column.personal
}


@dataclass(frozen=True)
class Latest:
    """Newest events of a stream.

    Attributes:
        columns: their names, without personal ones.
        rows: events, newest first.
        newest: moment of the newest, UTC.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]
    newest: dt.datetime | None


class LiveReader:
    """Reads what is new into a history, one partition a query."""

    def __init__(self, config: Settings, history: History, clock: Clock = utc_now) -> None:
        self._config = config
        self._history = history
        self._clock = clock
        self._kept = contextlib.ExitStack()
        self._session: Session | None = None
        self._read_until: dt.datetime | None = None
        self._read_all_at: dt.datetime | None = None
        self._sessions_since: dt.datetime | None = None
        self._sessions_at: dt.datetime | None = None

    def read(self) -> dict[str, Latest]:
        """Bring the history up to date; the newest events by question.

        Raises:
            CassandraError: Cassandra does not answer.
        """
        from cassandra import DriverException
        from cassandra.cluster import NoHostAvailable

        try:
            return self._read(self._clock())
        except (DriverException, NoHostAvailable) as error:
            self.close()
            raise CassandraError(f"Cassandra refuses: {error}") from error
        except CassandraError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._kept.close()
        self._session = None

    def _read(self, now: dt.datetime) -> dict[str, Latest]:
        host, port = self._config.cassandra_host, self._config.cassandra_port
        require_listener("Cassandra", host, port, CassandraError)
        if self._session is None:
            self._session = self._kept.enter_context(open_session(self._config))
        since = self._since(now)
        for name in METRICS:
            for parameters in _by_day(since, now):
                self._history.merge(name, self._rows(name, parameters))
        for name in RANKINGS:
            for parameters in _by_hour(since, now):
                self._history.merge_ranking(name, self._rows(name, parameters))
                self._history.fold(name, now)
        self._history.forget(now)
        self._read_sessions(since, now)
        self._read_until = now
        return {name: self._latest(name, now) for name in LATEST}

    def _since(self, now: dt.datetime) -> dt.datetime:
        """Where to begin: at what may have changed since the reading before."""
        if self._read_until is None:
            self._read_all_at = now
            return now - LONGEST
        since = self._read_until - _UNSETTLED
        if self._read_all_at is None or now - self._read_all_at > _ALL_AGAIN:
            self._read_all_at = now
            # hours of rankings that are added up already stay as they are
            since = min(since, now - dt.timedelta(hours=1))
        return since.replace(second=0, microsecond=0)

    def _latest(self, name: str, now: dt.datetime) -> Latest:
        """Events of this minute, else of the one before."""
        for back in (0, 1):
            minute = now - dt.timedelta(minutes=back)
            found = self._execute(name, {"minute": _minute(minute)})
            if found:
                shown = [name for name in found[0]._fields if name not in _PERSONAL]
                rows = [tuple(getattr(row, name) for name in shown) for row in found[:_ROWS_SHOWN]]
                return Latest(shown, rows, found[0].occurred_at.replace(tzinfo=dt.UTC))
        return Latest([], [], None)

    def _read_sessions(self, since: dt.datetime, now: dt.datetime) -> None:
        """Bring the funnel up to date, if it is due."""
        assert self._session is not None
        self._sessions_since = min(since, self._sessions_since or since)
        if self._sessions_at is not None and now - self._sessions_at < _SESSIONS_EVERY:
            return
        funnel.read(self._session, self._history.funnel, self._sessions_since, now)
        self._sessions_since, self._sessions_at = None, now

    def _rows(self, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._execute(name, parameters)]

    def _execute(self, name: str, parameters: dict[str, Any]) -> list[Any]:
        assert self._session is not None
        return list(self._session.execute(question_named(name).cql, parameters))


def _minute(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def _by_day(since: dt.datetime, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Parameters of one query a partition."""
    for back in range((now.date() - since.date()).days, -1, -1):
        yield {"day": now.date() - dt.timedelta(days=back), **_window(since, now)}


def _by_hour(since: dt.datetime, now: dt.datetime) -> Iterator[dict[str, Any]]:
    hour = since.replace(minute=0, second=0, microsecond=0)
    while hour <= now:
        yield {"hour": hour.strftime("%Y-%m-%dT%H"), **_window(since, now)}
        hour += dt.timedelta(hours=1)


def _window(since: dt.datetime, now: dt.datetime) -> dict[str, dt.datetime]:
    # clocks of web servers may be ahead of this one by as much as lines may be late
    return {"start": since, "end": now + dt.timedelta(minutes=2)}
