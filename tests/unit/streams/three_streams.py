"""A third stream that only some tests declare."""

from __future__ import annotations

from lakehouse.contracts.model import Column, Layer, Table
from lakehouse.contracts.streams import PARTITION_COLUMNS, LogFile, SinkBinding, Stream
from lakehouse.registry.catalog import STREAMS
from lakehouse.workloads.weblogs.contracts.streams import MINUTES, NAMESPACE, SILVER_ACCESS_LOG

_SHARED = ("event_id", "occurred_at", "received_at", "place", *PARTITION_COLUMNS)
SEARCH = Stream(
    "search",
    "A search",
    LogFile("search.log", "SearchToBronzeState", "Search"),
    Table(
        Layer.SILVER,
        "search",
        "What visitors searched for",
        (
            *(column for column in SILVER_ACCESS_LOG.columns if column.name in _SHARED),
            Column("terms", "STRING", "Words of the search"),
        ),
        grain=("event_id",),
        namespace=NAMESPACE,
        partition=PARTITION_COLUMNS,
    ),
    "lakehouse.workloads.weblogs.parsing.access_log:parsed",
    "fact_search",
    (MINUTES,),
    (SinkBinding("cassandra"), SinkBinding("hdfs")),
)
THREE: tuple[Stream, ...] = (*STREAMS, SEARCH)
