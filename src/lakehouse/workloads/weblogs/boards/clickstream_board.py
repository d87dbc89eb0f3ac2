"""Dashboard ClickStreamEcom: what visitors of the shop do, and what they buy."""

from __future__ import annotations

from lakehouse.serving.grafana.panels import Board, Panel, Row, prometheus
from lakehouse.serving.grafana.shared import dead_letters, hop_latency
from lakehouse.serving.metrics import declared
from lakehouse.workloads.weblogs.boards import live_tables
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM, FUNNEL

_EVENTS = "clickstream.events"
_TYPES = "clickstream.event_type"
_STATES = "clickstream.customer_state"

BOARD = Board(
    "lakehouse-clickstream",
    "ClickStreamEcom",
    "Visitors of the web shop: events, funnel, revenue, products, sessions",
    "1h",
    (
        Row(
            "Range shown",
            (
                Panel(
                    "Events",
                    "Events in the range shown",
                    "stat",
                    live_tables.figures(_EVENTS, "event_count"),
                    width=8,
                    reduced_by="sum",
                ),
                Panel(
                    "Revenue",
                    "Amounts of purchases in the range shown, BRL",
                    "stat",
                    live_tables.figures(_EVENTS, live_tables.AMOUNT),
                    unit="currencyBRL",
                    width=8,
                    reduced_by="sum",
                ),
                Panel(
                    "Visitors in the busiest minute",
                    "Visitors in one minute, by HyperLogLog",
                    "stat",
                    live_tables.figures(_EVENTS, "visitor_count"),
                    width=8,
                    reduced_by="max",
                ),
            ),
        ),
        Row(
            "Minute by minute",
            (
                Panel(
                    "Events by type",
                    "What visitors do",
                    "timeseries",
                    live_tables.figures(_TYPES, "event_count"),
                    stacked=True,
                ),
                Panel(
                    "Funnel of the last hour",
                    "Sessions that reached each step, in the hour before the end of the range",
                    "bargauge",
                    tuple(
                        prometheus(
                            f'{declared.FUNNEL_SESSIONS.name}{{step="{step}"}}',
                            step.replace("_", " "),
                            latest=True,
                        )
                        for step in FUNNEL
                    ),
                ),
                Panel(
                    "Revenue by minute",
                    "Amounts of purchases, BRL",
                    "timeseries",
                    live_tables.figures(_EVENTS, live_tables.AMOUNT),
                    unit="currencyBRL",
                ),
                Panel(
                    "Revenue by state",
                    "Amounts of purchases by the customer's state, BRL",
                    "bargauge",
                    live_tables.figures(_STATES, live_tables.AMOUNT),
                    unit="currencyBRL",
                    reduced_by="sum",
                ),
            ),
        ),
        Row(
            "Products, sessions, events",
            (
                Panel(
                    "Top products of the last hour",
                    "Products with the most events, by short id; the live page has categories",
                    "table",
                    live_tables.ranking("clickstream.product", "event_count", live_tables.AMOUNT),
                    last=live_tables.LAST_HOUR,
                    total_by="dimension",
                    totals=("event_count", "revenue"),
                    product="dimension",
                ),
                Panel(
                    "Sessions of the last minute",
                    "How far each came: 1 page, 2 product, 3 cart, 4 purchase",
                    "table",
                    live_tables.sessions(),
                ),
                Panel(
                    "Latest events",
                    "The newest of the last minute",
                    "table",
                    live_tables.latest(
                        CLICKSTREAM,
                        *("event_type", "user_id", "session_id", "product_category", "product_id"),
                    ),
                    product="product_id",
                    width=24,
                    newest_by="occurred_at",
                ),
            ),
        ),
        Row("On the way", (hop_latency(CLICKSTREAM), dead_letters(CLICKSTREAM))),
    ),
    variables=live_tables.VARIABLES,
)
