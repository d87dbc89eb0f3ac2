"""The funnel counts sessions by the furthest step that they reached."""

from __future__ import annotations

import datetime as dt
import random

from lakehouse.contracts.streams import FUNNEL
from lakehouse.serving.funnel import Funnel

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
