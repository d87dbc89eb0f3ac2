"""What people open in Superset: three pages, their charts, and what may be filtered on each."""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse.serving.superset.charts import Chart
from lakehouse.serving.superset.datasets import Dataset
from lakehouse.serving.superset.figures import (
    EVENTS,
    ITEMS,
    ORDERS,
    PAGES_BY_DAY,
    PAYMENTS,
    REQUESTS,
    REVIEWS,
    SESSION_STEPS,
    SESSIONS,
)


@dataclass(frozen=True)
class Page:
    """A dashboard.

    Attributes:
        name: its title.
        slug: its address behind `/superset/dashboard/`.
        description: what it tells.
        rows: charts beside each other, each with its width in twelfths; rows from top to bottom.
        filters: name, dataset and column of each choice offered beside the range of time.
    """

    name: str
    slug: str
    description: str
    rows: tuple[tuple[tuple[Chart, int], ...], ...]
    filters: tuple[tuple[str, Dataset, str], ...] = ()

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Its charts, row by row."""
        return tuple(chart for row in self.rows for chart, _ in row)


WAREHOUSE = Page(
    "Warehouse",
    "warehouse",
    "What was sold, where, how it was paid and delivered, and what people said of it",
    (
        (
            (Chart("Revenue, BRL", "card", ITEMS, ("Revenue",)), 3),
            (Chart("Freight, BRL", "card", ITEMS, ("Freight",)), 2),
            (Chart("Orders", "card", ORDERS, ("Orders",)), 2),
            (Chart("Delivered late", "card", ORDERS, ("Late share",)), 2),
            (Chart("Mean review score", "card", REVIEWS, ("Review score",)), 3),
        ),
        (
            (
                Chart(
                    "Revenue and freight by month, BRL",
                    "columns",
                    ITEMS,
                    ("Revenue", "Freight"),
                    category="purchase_date_key",
                    grain="P1M",
                ),
                8,
            ),
            (Chart("Orders by status", "ranking", ORDERS, ("Orders",), "order_status"), 4),
        ),
        (
            (
                Chart(
                    "Revenue by category, BRL",
                    "ranking",
                    ITEMS,
                    ("Revenue",),
                    category="product_category_name_english",
                    rows=12,
                ),
                6,
            ),
            (
                Chart(
                    "Revenue by state, BRL", "map", ITEMS, ("Revenue",), "customer_state_iso_code"
                ),
                6,
            ),
        ),
        (
            (
                Chart(
                    "Share delivered late by month",
                    "line",
                    ORDERS,
                    ("Late share",),
                    category="purchase_date_key",
                    grain="P1M",
                ),
                4,
            ),
            (Chart("Payments by means, BRL", "parts", PAYMENTS, ("Paid",), "payment_type"), 4),
            (Chart("Reviews by stars", "in order", REVIEWS, ("Reviews",), "review_score"), 4),
        ),
    ),
    (
        ("State of the customer", ITEMS, "customer_state"),
        ("Category", ITEMS, "product_category_name_english"),
        ("Status of the order", ORDERS, "order_status"),
    ),
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
                    category="product",
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
PAGES = (WAREHOUSE, LOG, CLICKSTREAM)
