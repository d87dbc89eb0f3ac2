"""Declaration of the shop."""

from __future__ import annotations

from lakehouse.contracts.workload import Workload
from lakehouse.workloads.shop import pipelines
from lakehouse.workloads.shop.contracts import gold, science, silver, sources

WORKLOAD = Workload(
    sources.WORKLOAD,
    "Orders, customers, products and marketing leads of an online shop",
    tables=(*sources.TABLES, *silver.TABLES, *gold.TABLES),
    models=science.TABLES,
    pipelines=pipelines.PIPELINES,
)
