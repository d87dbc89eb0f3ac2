"""Puts rows into the live tables as the flows of NiFi would, for an hour that ends now."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from cassandra.cluster import Session

from lakehouse.contracts.cassandra import LiveTable
from lakehouse.registry import catalog
from lakehouse.workloads.weblogs.contracts import live
from lakehouse.workloads.weblogs.contracts.streams import FUNNEL

STATUSES = {"2xx": 0.9, "3xx": 0.05, "4xx": 0.04, "5xx": 0.01}
STEPS = dict(zip(FUNNEL, (0.55, 0.3, 0.1, 0.05), strict=True))
STATES = {"SP": 0.5, "RJ": 0.3, "MG": 0.2}


def put(session: Session, table: LiveTable, row: dict[str, Any]) -> None:
    """Write one row of a live table; columns that are not named stay empty."""
    names = ", ".join(row)
    marks = ", ".join("%s" for _ in row)
    session.execute(
        f"INSERT INTO {table.full_name} ({names}) VALUES ({marks})", tuple(row.values())
    )


def minute_of_figures(session: Session, minute: dt.datetime, requests: int) -> None:
    """Figures of one minute: as many events as requests, a twentieth of them purchases of 100."""
    revenue = Decimal(requests // 20 * 100)
    _metric(session, "access_log.requests", minute, "all", requests)
    for name, share in STATUSES.items():
        _metric(session, "access_log.status_class", minute, name, int(requests * share))
    _metric(session, "clickstream.events", minute, "all", requests, revenue)
    for name, share in STEPS.items():
        amount = revenue if name == "purchase" else Decimal(0)
        _metric(session, "clickstream.event_type", minute, name, int(requests * share), amount)
    # each visitor comes in two minutes, and looks at a product before any page
    for user in range(20):
        step = (2, 2, 1, 3, 4)[(user + minute.minute) % 5]
        put(session, live.SESSION_BY_MINUTE, {
            "minute": f"{minute:%Y-%m-%dT%H:%M}", "user_id": user,
            "session_id": minute.minute // 2, "event_count": 3, "funnel_step": step,
        })  # fmt: skip
    for name, share in STATES.items():
        amount = (revenue * Decimal(share)).quantize(Decimal("0.01"))
        _metric(session, "clickstream.customer_state", minute, name, int(requests * share), amount)
    for number in range(12):
        share = 1 / (number + 2)
        _ranking(session, "access_log.path", minute, f"/products/{number}", int(requests * share))
        _ranking(session, "clickstream.product", minute, f"{number:032x}", int(requests * share))


def events_of(session: Session, moment: dt.datetime, count: int = 5) -> None:
    """The newest requests and clicks, a second apart."""
    for number in range(count):
        at = moment - dt.timedelta(seconds=number)
        placed = {"minute": f"{at:%Y-%m-%dT%H:%M}", "occurred_at": at, "event_id": f"{number:032x}"}
        put(session, catalog.EVENT_TABLES["access_log"], placed | {
            "ip_address": "192.0.2.7", "method": "GET", "path": "/products/1", "status_code": 200,
            "bytes_sent": 5120, "agent_class": "browser",
        })  # fmt: skip
        put(session, catalog.EVENT_TABLES["clickstream"], placed | {
            "user_id": 4711, "session_id": 1, "event_type": "page_view", "level": "INFO",
        })  # fmt: skip


def hour_of_figures(session: Session, now: dt.datetime) -> None:
    """Every minute of the last hour, with numbers that go up and down."""
    chance = random.Random(1)
    for back in range(60):
        minute = (now - dt.timedelta(minutes=back)).replace(second=0, microsecond=0)
        minute_of_figures(session, minute, chance.randrange(400, 900))


def _metric(
    session: Session, metric: str, minute: dt.datetime, dimension: str, events: int,
    amount: Decimal = Decimal(0),
) -> None:  # fmt: skip
    put(session, live.METRIC_BY_DAY, {
        "metric": metric, "day": minute.date(), "window_start": minute, "dimension": dimension,
        "event_count": events, "bytes_sent": events * 5000, "amount": amount,
        "visitor_count": events // 3,
    })  # fmt: skip


def _ranking(
    session: Session, metric: str, minute: dt.datetime, dimension: str, events: int
) -> None:
    put(session, live.RANKING_BY_HOUR, {
        "metric": metric, "hour": f"{minute:%Y-%m-%dT%H}", "window_start": minute,
        "dimension": dimension, "event_count": events, "amount": Decimal(events) * 10,
    })  # fmt: skip
