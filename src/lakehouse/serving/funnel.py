"""Sessions by the furthest step of the funnel that they reached, as the live tables have them.

A session that reached a step has reached every step before it, so that no count exceeds the one
before: the same definition as `funnel_step` of `gold.fact_session`. A session counts once, in the
minute in which it was last active.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lakehouse.serving.live import question_named

if TYPE_CHECKING:
    from cassandra.cluster import Session

_SESSIONS = question_named("sessions")
_AT_ONCE = 32
_MINUTE = dt.timedelta(minutes=1)
# What was read may be read again for an hour. A session that comes back later counts as a new one.
_IDLE = dt.timedelta(minutes=65)
# bounds memory: 225 bytes each
_MOST_SESSIONS = 150_000
_KEPT = dt.timedelta(hours=25)


class Funnel:
    """Counts of sessions; one thread may add while others read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # last minute and furthest step by visitor and session, in order of their last activity
        self._sessions: dict[tuple[int, int], tuple[dt.datetime, int]] = {}
        self._by_minute: dict[dt.datetime, list[int]] = {}
        # sessions of minutes up to this one may be forgotten, so that no row of them counts again
        self._settled = dt.datetime.min.replace(tzinfo=dt.UTC)

    def add(self, minute: dt.datetime, rows: Iterable[tuple[int, int, int]]) -> None:
        """Count the sessions of a minute; rows that were counted before change nothing.

        Args:
            minute: start of the minute, UTC.
            rows: visitor, session, furthest step in the minute.
        """
        with self._lock:
            if minute <= self._settled:
                return
            for user, session, step in rows:
                self._count((user, session), minute, step)
            self._forget(minute - _IDLE)
            for old in [old for old in self._by_minute if old < minute - _KEPT]:
                del self._by_minute[old]

    def sessions(self, since: dt.datetime) -> int:
        """Sessions that were active since then."""
        return sum(self._steps(since))

    def reached(self, since: dt.datetime) -> dict[str, int]:
        """Of the sessions that were active since then, those that reached each step."""
        steps = self._steps(since)
        return {name: sum(steps[number:]) for number, name in enumerate(_SESSIONS.steps, start=1)}

    def newest(self) -> dt.datetime | None:
        """The newest minute in which a session was active."""
        with self._lock:
            return max(self._by_minute, default=None)

    def _count(self, key: tuple[int, int], minute: dt.datetime, step: int) -> None:
        before = self._sessions.get(key)
        if before is not None:
            self._by_minute[before[0]][before[1]] -= 1
            step = max(step, before[1])
            if minute > before[0]:
                del self._sessions[key]
            minute = max(minute, before[0])
        self._sessions[key] = (minute, step)
        self._by_minute.setdefault(minute, [0] * (len(_SESSIONS.steps) + 1))[step] += 1

    def _forget(self, before: dt.datetime) -> None:
        """Remove sessions that ended before, and the oldest of too many; they stay counted."""
        while self._sessions:
            oldest = next(iter(self._sessions))
            last, _ = self._sessions[oldest]
            if last >= before and len(self._sessions) <= _MOST_SESSIONS:
                return
            del self._sessions[oldest]
            self._settled = max(self._settled, last)

    def _steps(self, since: dt.datetime) -> list[int]:
        with self._lock:
            found = [steps for minute, steps in self._by_minute.items() if minute >= since]
        return [sum(steps) for steps in zip(*found, strict=True)] or [0] * (
            len(_SESSIONS.steps) + 1
        )


def read(session: Session, funnel: Funnel, since: dt.datetime, until: dt.datetime) -> None:
    """Add the sessions of these minutes, one partition a query."""
    from cassandra.concurrent import execute_concurrent_with_args

    minutes = list(_minutes(since, until))
    parameters = [{"minute": f"{minute:%Y-%m-%dT%H:%M}"} for minute in minutes]
    answers = execute_concurrent_with_args(
        session, _SESSIONS.cql, parameters, concurrency=_AT_ONCE, raise_on_first_error=True
    )
    for minute, (_, rows) in zip(minutes, answers, strict=True):
        found = [(row.user_id, row.session_id, row.funnel_step or 0) for row in rows]
        if found:
            funnel.add(minute, found)


def _minutes(since: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    minute = since.replace(second=0, microsecond=0)
    while minute <= until:
        yield minute
        minute += _MINUTE
