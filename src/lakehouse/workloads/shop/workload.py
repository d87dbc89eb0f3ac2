"""Declaration of the shop."""

from __future__ import annotations

from lakehouse.contracts.data_sets import DataSet
from lakehouse.contracts.workload import Workload
from lakehouse.workloads.shop import pipelines
from lakehouse.workloads.shop.contracts import gold, science, silver, sources

WORKLOAD = Workload(
    sources.WORKLOAD,
    "Orders, customers, products and marketing leads of an online shop",
    servers=("batch",),
    tables=(*sources.TABLES, *silver.TABLES, *gold.TABLES),
    models=science.TABLES,
    pipelines=pipelines.PIPELINES,
    parameters="lakehouse.workloads.shop.reports.measures:PARAMETERS",
    measures="lakehouse.workloads.shop.reports.measures:MEASURES",
    report_pages="lakehouse.workloads.shop.reports.pages:PAGES",
    superset_datasets="lakehouse.workloads.shop.superset.figures:DATASETS",
    superset_pages="lakehouse.workloads.shop.superset.pages:PAGES",
    reconciliation="lakehouse.workloads.shop.reconciliation:checks",
    data_sets=(
        DataSet(sources.ECOM, "olistbr/brazilian-ecommerce", "CC BY-NC-SA 4.0"),
        DataSet(sources.MARKETING, "olistbr/marketing-funnel-olist", "CC BY-NC-SA 4.0"),
    ),
    commands="lakehouse.workloads.shop.commands:register",
    demo="lakehouse.workloads.shop.demo:DEMO",
)
