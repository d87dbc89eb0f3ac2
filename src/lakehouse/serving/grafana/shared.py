"""Panels that several dashboards show."""

from __future__ import annotations

from lakehouse.contracts.streams import Stream
from lakehouse.serving.grafana.panels import Panel, prometheus
from lakehouse.serving.metrics import declared


def hop_latency(stream: Stream) -> Panel:
    """How long each hop of a stream takes."""
    return Panel(
        f"Latency of each hop, {stream.name}",
        "Median and 99th percentile of the newest events",
        "timeseries",
        (
            prometheus(
                f'{declared.HOP_LATENCY.name}{{stream="{stream.name}"}}',
                "{{hop}}, quantile {{quantile}}",
            ),
        ),
        unit="s",
    )


def dead_letters(stream: Stream) -> Panel:
    """Why lines of a stream were set aside."""
    return Panel(
        f"Lines set aside, {stream.name}",
        "Lines that could not be read, by reason; all that Kafka keeps",
        "bargauge",
        (
            prometheus(
                f'{declared.DEAD_LETTERS.name}{{stream="{stream.name}"}}',
                "{{reason}}",
                latest=True,
            ),
        ),
    )
