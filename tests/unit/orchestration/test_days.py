"""Ingest date of a run: given, of the import that triggered it, or today; runs that are full."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from lakehouse.orchestration.days import asked_day, ingest_date, is_full

NOON = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)


def context(
    conf: dict[str, Any] | None = None,
    events: dict[str, list[Any]] | None = None,
    logical_date: dt.datetime | None = None,
) -> dict[str, Any]:
    run = SimpleNamespace(conf=conf, logical_date=logical_date)
    return {"dag_run": run, "triggering_asset_events": events}


def event(minute: int, day: str | None, **further: Any) -> SimpleNamespace:
    extra = ({"ingest_date": day} if day else {}) | further
    return SimpleNamespace(extra=extra, timestamp=NOON + dt.timedelta(minutes=minute))


def test_backfill_after_half_failed_later_import_builds_its_own_day() -> None:
    events = {
        "orders": [event(1, "2026-03-05"), event(9, "2026-03-02")],
        "customers": [event(2, "2026-03-05"), event(8, "2026-03-02")],
        "sellers": [event(7, "2026-03-02")],
    }

    assert ingest_date(context(events=events)) == "2026-03-02"


def test_import_after_half_failed_earlier_one_builds_the_later_day() -> None:
    events = {
        "orders": [event(1, "2026-03-04"), event(7, "2026-03-05")],
        "sellers": [event(8, "2026-03-05")],
    }

    assert ingest_date(context(events=events)) == "2026-03-05"


def test_given_day_takes_precedence_over_events() -> None:
    given = context({"ingest_date": "2026-03-01"}, {"orders": [event(1, "2026-03-05")]})

    assert ingest_date(given) == asked_day(given) == "2026-03-01"


def test_events_without_a_day_are_passed_over() -> None:
    events = {"orders": [event(1, "2026-03-04")], "other": [event(2, None)]}

    assert ingest_date(context(events=events)) == "2026-03-04"
    assert asked_day(context(events=events)) == ""


def test_scheduled_run_has_the_day_of_its_logical_date() -> None:
    assert ingest_date(context(logical_date=NOON)) == "2026-03-05"


def test_manual_run_without_a_day_is_of_today() -> None:
    assert ingest_date(context()) == dt.datetime.now(dt.UTC).date().isoformat()


@pytest.mark.parametrize(
    ("conf", "events", "expected"),
    [
        (None, None, False),
        ({"ingest_date": "2026-03-01"}, None, False),
        ({"full": False}, None, False),
        ({"full": True}, None, True),
        (None, {"orders": [event(1, "2026-03-01")]}, False),
        (None, {"orders": [event(1, "2026-03-01")], "b": [event(2, None, full=True)]}, True),
    ],
)
def test_run_is_full_by_its_conf_or_by_one_that_triggered_it(
    conf: dict[str, Any] | None, events: dict[str, list[Any]] | None, expected: bool
) -> None:
    assert is_full(context(conf, events)) is expected
