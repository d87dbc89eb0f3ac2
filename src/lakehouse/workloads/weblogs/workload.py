"""Declaration of the logs; they name products and customers of the shop."""

from __future__ import annotations

from lakehouse.contracts.workload import Workload
from lakehouse.workloads.weblogs import pipelines
from lakehouse.workloads.weblogs.contracts import gold, streams

WORKLOAD = Workload(
    streams.NAMESPACE.workload,
    "Requests to the shop's web server and actions of its visitors",
    uses=("shop",),
    tables=(*streams.TABLES, *gold.TABLES),
    streams=streams.STREAMS,
    pipelines=pipelines.PIPELINES,
)
