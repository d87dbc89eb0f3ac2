"""The funnel counts sessions by the furthest step that they reached."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from types import SimpleNamespace
from typing import Any

import cassandra.concurrent
import pytest

from lakehouse.platform.settings import Settings
from lakehouse.serving import funnel as sessions
from lakehouse.serving.funnel import Funnel
from lakehouse.serving.metrics import declared, streams
from lakehouse.workloads.weblogs.boards.clickstream_board import BOARD
from lakehouse.workloads.weblogs.contracts.streams import FUNNEL

NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def test_a_later_step_implies_the_earlier_ones() -> None:
    funnel = Funnel()
    # bought, looked at a product without a page, clicked only
    funnel.add(NOON, [(1, 1, 4), (2, 1, 2), (3, 1, 0)])

    assert funnel.reached(NOON) == {
        "page_view": 2,
        "product_view": 2,
        "add_to_cart": 1,
        "purchase": 1,
    }
    assert funnel.sessions(NOON) == 3


def test_session_of_several_minutes_counts_once_at_its_furthest_step() -> None:
    funnel = Funnel()
    funnel.add(NOON, [(1, 1, 3), (1, 2, 1)])
    funnel.add(NOON + MINUTE, [(1, 1, 1)])

    for since in (NOON, NOON + MINUTE):
        assert funnel.reached(since)["add_to_cart"] == 1
    assert (funnel.sessions(NOON), funnel.sessions(NOON + MINUTE)) == (2, 1)
    assert funnel.newest() == NOON + MINUTE


def test_minutes_that_are_read_again_change_nothing_but_what_is_new() -> None:
    funnel = Funnel()
    minutes = [NOON + number * MINUTE for number in range(180)]
    for minute in minutes:
        funnel.add(minute, [(minute.hour, minute.minute, 1)])
    once = funnel.reached(NOON)
    for minute in minutes[-60:]:
        funnel.add(minute, [(minute.hour, minute.minute, 1)])
    assert funnel.reached(NOON) == once
    funnel.add(minutes[-60], [(minutes[-60].hour, minutes[-60].minute, 4)])
    assert funnel.reached(NOON) == once | {"product_view": 1, "add_to_cart": 1, "purchase": 1}


def test_no_step_exceeds_the_one_before() -> None:
    funnel, chance = Funnel(), random.Random(1)
    for number in range(300):
        rows = [
            (chance.randrange(40), chance.randrange(3), chance.randrange(len(FUNNEL) + 1))
            for _ in range(20)
        ]
        funnel.add(NOON + number * MINUTE, rows)
        for since in (NOON, NOON + (number - 15) * MINUTE):
            steps = list(funnel.reached(since).values())
            assert steps == sorted(steps, reverse=True)
            assert steps[0] <= funnel.sessions(since)


def test_idle_sessions_are_forgotten_and_stay_counted() -> None:
    funnel = Funnel()
    for number in range(24 * 60):
        funnel.add(NOON + number * MINUTE, [(number, 1, 1)])
    assert funnel.sessions(NOON) == 24 * 60
    assert len(funnel._sessions) < 70


def test_too_many_sessions_are_not_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_MOST_SESSIONS", 50)
    funnel = Funnel()
    for number in (*range(60), *range(60)):
        funnel.add(NOON + number * MINUTE, [(number, session, 1) for session in range(10)])
    assert funnel.reached(NOON)["page_view"] == 600
    assert len(funnel._sessions) == 50


Table = dict[str, list[tuple[int, int, int | None]]]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    """Rows of the live table of sessions by minute, as Cassandra answers."""
    rows: Table = {}

    def execute(_: Any, cql: str, parameters: list[dict[str, str]], **__: Any) -> list[Any]:
        assert "session_by_minute WHERE minute = %(minute)s" in cql
        names = ("user_id", "session_id", "funnel_step")
        found = [rows.get(one["minute"], []) for one in parameters]
        return [
            (True, [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in minute])
            for minute in found
        ]

    monkeypatch.setattr(cassandra.concurrent, "execute_concurrent_with_args", execute)
    return rows


def test_every_minute_is_read_from_its_partition(table: Table) -> None:
    table |= {"2026-01-31T12:00": [(1, 1, 1), (2, 1, None)], "2026-01-31T12:02": [(1, 1, 4)]}
    funnel, until = Funnel(), NOON + dt.timedelta(minutes=2, seconds=30)
    sessions.read(SimpleNamespace(), funnel, NOON + dt.timedelta(seconds=10), until)  # type: ignore[arg-type]

    assert funnel.sessions(NOON) == 2
    assert set(funnel.reached(NOON).values()) == {1}


def test_exporter_publishes_each_step_of_the_last_hour(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime.now(dt.UTC)
    table |= {
        f"{now - 2 * MINUTE:%Y-%m-%dT%H:%M}": [(1, 1, 2), (2, 1, 1)],
        f"{now - 90 * MINUTE:%Y-%m-%dT%H:%M}": [(3, 1, 4)],
    }
    monkeypatch.setattr(streams, "open_session", lambda _: contextlib.nullcontext(object()))
    reader = streams.FunnelSessions(Settings(_env_file=None))
    for _ in range(2):
        found = {sample.labels[0]: sample.value for sample in reader.read()}
        assert list(found.items()) == list(zip(FUNNEL, (2, 1, 0, 0), strict=True))


def test_grafana_shows_the_steps_in_order() -> None:
    (panel,) = [panel for panel in BOARD.panels if "unnel" in panel.title]
    name = declared.FUNNEL_SESSIONS.name
    assert [query.text for query in panel.queries] == [f'{name}{{step="{s}"}}' for s in FUNNEL]
