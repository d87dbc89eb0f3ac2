"""Pages of Superset on the logs: Log, ClickStream."""

from __future__ import annotations

from lakehouse.serving.superset.charts import Chart
from lakehouse.serving.superset.pages import Page
from lakehouse.workloads.weblogs.superset.figures import (
    EVENTS,
    PAGES_BY_DAY,
    REQUESTS,
    SESSION_STEPS,
    SESSIONS,
)

LOG = Page(
    "Log",
    "log",
    "Requests to the web server: how many, how answered, by whom, for which pages",
    (
        (
            (Chart("Requests served", "card", REQUESTS, ("Requests",)), 3),
            (Chart("Answered with an error", "card", REQUESTS, ("Error share",)), 3),
            (Chart("Bytes sent in all", "card", REQUESTS, ("Bytes sent",)), 3),
            (Chart("Addresses seen", "card", REQUESTS, ("Visitors",)), 3),
        ),
        (
            (
                Chart(
                    "Requests by minute and status",
                    "columns",
                    REQUESTS,
                    ("Requests",),
                    category="occurred_at",
                    split="status_class",
                    grain="PT1M",
                ),
                8,
            ),
            (Chart("Requests by status", "parts", REQUESTS, ("Requests",), "status_class"), 4),
        ),
        (
            (
                Chart(
                    "Most wanted pages",
                    "table",
                    PAGES_BY_DAY,
                    ("Page requests", "Page errors", "Page bytes"),
                    category="path",
                    rows=12,
                ),
                4,
            ),
            (Chart("Requests by hour", "in order", REQUESTS, ("Requests",), "request_hour"), 4),
            (Chart("Requests by client", "parts", REQUESTS, ("Requests",), "agent_class"), 4),
        ),
    ),
    (
        ("Status", REQUESTS, "status_class"),
        ("Client", REQUESTS, "agent_class"),
        ("Method", REQUESTS, "method"),
    ),
)
CLICKSTREAM = Page(
    "ClickStream",
    "clickstream",
    "What visitors did: how far down the funnel, with what outcome, for how much",
    (
        (
            (Chart("Events seen", "card", EVENTS, ("Events",)), 3),
            (Chart("Visits", "card", SESSIONS, ("Sessions",)), 3),
            (Chart("Visits with a purchase", "card", SESSIONS, ("Conversion",)), 3),
            (Chart("Revenue of visits, BRL", "card", EVENTS, ("Click revenue",)), 3),
        ),
        (
            (
                Chart(
                    "Sessions by step of the funnel",
                    "steps",
                    SESSION_STEPS,
                    ("Sessions that reached it",),
                    category="reached_step",
                ),
                4,
            ),
            (
                Chart(
                    "Events by minute and type",
                    "columns",
                    EVENTS,
                    ("Events",),
                    category="occurred_at",
                    split="event_type",
                    grain="PT1M",
                ),
                8,
            ),
        ),
        (
            (Chart("Sessions by outcome", "parts", SESSIONS, ("Sessions",), "outcome"), 4),
            (
                Chart(
                    "Most bought products",
                    "table",
                    EVENTS,
                    ("Purchases", "Click revenue"),
                    category="product_label",
                    where="event_type = 'purchase'",
                    rows=12,
                ),
                8,
            ),
        ),
    ),
    (
        ("Type of the event", EVENTS, "event_type"),
        ("Outcome of the session", SESSIONS, "outcome"),
    ),
)
PAGES = (LOG, CLICKSTREAM)
