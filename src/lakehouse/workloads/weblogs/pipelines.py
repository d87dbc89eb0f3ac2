"""DAG of the logs: gold from new events, hourly."""

from __future__ import annotations

from lakehouse.contracts.model import Layer
from lakehouse.contracts.pipelines import Pipeline
from lakehouse.workloads.weblogs.contracts import gold, streams

STREAMS_GOLD = Pipeline(
    "Log_from_Silver_to_Gold_with_Hive",
    "New events of the streams, merged by identity, and their summaries; small files compacted",
    Layer.GOLD,
    gold.TABLES,
    tag="streams",
    schedule="15 * * * *",
    compacted=streams.TABLES,
    is_batch=False,
)
PIPELINES: tuple[Pipeline, ...] = (STREAMS_GOLD,)
