"""Declaration of the shop."""

from __future__ import annotations

from lakehouse.contracts import gold, gold_science, silver, sources
from lakehouse.contracts.workload import Workload
from lakehouse.workloads.shop import pipelines

WORKLOAD = Workload(
    sources.WORKLOAD,
    "Orders, customers, products and marketing leads of an online shop",
    tables=(*sources.TABLES, *silver.TABLES, *gold.TABLES),
    models=gold_science.TABLES,
    pipelines=pipelines.PIPELINES,
)
