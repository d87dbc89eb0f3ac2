"""Dashboard LogEcom: the requests of the shop, as the web server logged them."""

from __future__ import annotations

from lakehouse.serving.grafana.panels import Board, Panel, Row
from lakehouse.serving.grafana.shared import dead_letters, hop_latency
from lakehouse.workloads.weblogs.boards import live_tables
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG

_REQUESTS = "access_log.requests"

BOARD = Board(
    "lakehouse-log",
    "LogEcom",
    "Requests of the web shop: how many, how they end, who asks for what",
    "1h",
    (
        Row(
            "Range shown",
            (
                Panel(
                    "Requests",
                    "Requests in the range shown",
                    "stat",
                    live_tables.figures(_REQUESTS, "event_count"),
                    width=8,
                    reduced_by="sum",
                ),
                Panel(
                    "Bytes sent",
                    "Bytes of answers in the range shown",
                    "stat",
                    live_tables.figures(_REQUESTS, "bytes_sent"),
                    unit="bytes",
                    width=8,
                    reduced_by="sum",
                ),
                Panel(
                    "Visitors in the busiest minute",
                    "Addresses in one minute, by HyperLogLog",
                    "stat",
                    live_tables.figures(_REQUESTS, "visitor_count"),
                    width=8,
                    reduced_by="max",
                ),
            ),
        ),
        Row(
            "Minute by minute",
            (
                Panel(
                    "Requests by status",
                    "By the first digit of the status; 4xx and 5xx are errors",
                    "timeseries",
                    live_tables.figures("access_log.status_class", "event_count"),
                    stacked=True,
                ),
                Panel(
                    "Requests by client",
                    "What clients call themselves: browsers, phones, bots, tools",
                    "timeseries",
                    live_tables.figures("access_log.agent_class", "event_count"),
                    stacked=True,
                ),
                Panel(
                    "Bytes sent by status",
                    "Bytes of answers a minute",
                    "timeseries",
                    live_tables.figures("access_log.status_class", "bytes_sent"),
                    unit="bytes",
                    stacked=True,
                ),
                Panel(
                    "Visitors",
                    "Addresses a minute, by HyperLogLog",
                    "timeseries",
                    live_tables.figures(_REQUESTS, "visitor_count"),
                ),
            ),
        ),
        Row(
            "Pages and requests",
            (
                Panel(
                    "Top pages of the last hour",
                    "Pages asked for most",
                    "table",
                    live_tables.ranking("access_log.path", "event_count", "bytes_sent"),
                    last=live_tables.LAST_HOUR,
                    total_by="dimension",
                    totals=("event_count", "bytes_sent"),
                ),
                Panel(
                    "Latest requests",
                    "The newest of the last minute",
                    "table",
                    live_tables.latest(
                        ACCESS_LOG, "method", "path", "status_code", "bytes_sent", "agent_class"
                    ),
                    newest_by="occurred_at",
                ),
            ),
        ),
        Row("On the way", (hop_latency(ACCESS_LOG), dead_letters(ACCESS_LOG))),
    ),
    variables=live_tables.VARIABLES,
)
