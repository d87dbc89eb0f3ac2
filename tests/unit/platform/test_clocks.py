"""The alarm for a web server whose clock is ahead."""

from __future__ import annotations

import contextlib
import datetime as dt
import operator
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cassandra import InvalidRequest

from lakehouse.platform import alarms
from lakehouse.platform.cassandra import CassandraError
from lakehouse.platform.settings import Settings
from lakehouse.workloads.weblogs import clocks

COMPARE = {">=": operator.ge, ">": operator.gt}


class Table:
    """Counts of 1-minute aggregates by metric, in place of Cassandra."""

    def __init__(self, counts: dict[str, dict[dt.datetime, int]]) -> None:
        self._counts = counts

    def execute(self, cql: str, parameters: tuple[Any, ...]) -> list[tuple[int]]:
        metric, day, start = parameters
        (later,) = re.findall(r"window_start (>=?) %s", cql)
        return [
            (count,)
            for minute, count in self._counts.get(metric, {}).items()
            if minute.date() == day and COMPARE[later](minute, start)
        ]


def serve(monkeypatch: pytest.MonkeyPatch, table: Any) -> None:
    @contextlib.contextmanager
    def opened(config: Settings) -> Iterator[Any]:
        yield table

    monkeypatch.setattr(clocks, "open_session", opened)


def test_alarm_counts_the_recent_events_of_each_log(monkeypatch: pytest.MonkeyPatch) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    minutes = {now - dt.timedelta(minutes=back): 100 for back in (1, 5, 30)}
    serve(monkeypatch, Table({"access_log.clock_ahead": minutes}))

    (found,) = alarms.own_alarms("streaming", Settings())

    assert found.startswith("200 events of access_log in the last 10 minutes bear a time")
    assert "clickstream" not in found


def test_the_first_of_the_recent_minutes_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = dt.datetime(2026, 3, 4, 0, 5)
    minutes = {now - dt.timedelta(minutes=back): back for back in (1, 10, 11)}
    serve(monkeypatch, Table({"access_log.clock_ahead": minutes}))

    assert clocks._recent(Settings(), now) == {"access_log": 11, "clickstream": 0}


def test_no_alarm_if_every_clock_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, Table({"access_log.requests": {dt.datetime.now(): 100}}))

    assert clocks.alarm(Settings()) == ""


class Absent:
    """Cassandra before its tables are made."""

    def execute(self, cql: str, parameters: tuple[Any, ...]) -> list[tuple[int]]:
        raise InvalidRequest("unconfigured table")


def test_no_alarm_without_tables_or_without_cassandra(monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, Absent())
    assert clocks.alarm(Settings()) == ""

    def silent(config: Settings) -> Any:
        raise CassandraError("does not answer")

    monkeypatch.setattr(clocks, "open_session", silent)
    assert clocks.alarm(Settings()) == ""
