"""Declaration of the logs; they name products and customers of the shop."""

from __future__ import annotations

from lakehouse.contracts.data_sets import DataSet
from lakehouse.contracts.workload import Workload
from lakehouse.workloads.weblogs import pipelines
from lakehouse.workloads.weblogs.contracts import gold, live, streams

WORKLOAD = Workload(
    streams.NAMESPACE.workload,
    "Requests to the shop's web server and actions of its visitors",
    uses=("shop",),
    servers=("batch", "stream"),
    tables=(*streams.TABLES, *gold.TABLES),
    streams=streams.STREAMS,
    live_tables=live.TABLES,
    questions=live.QUESTIONS,
    pipelines=pipelines.PIPELINES,
    measures="lakehouse.workloads.weblogs.reports.measures:MEASURES",
    report_pages="lakehouse.workloads.weblogs.reports.pages:PAGES",
    superset_datasets="lakehouse.workloads.weblogs.superset.figures:DATASETS",
    superset_pages="lakehouse.workloads.weblogs.superset.pages:PAGES",
    boards={
        "ClickStreamEcom": "lakehouse.workloads.weblogs.boards.clickstream_board:BOARD",
        "LogEcom": "lakehouse.workloads.weblogs.boards.log_board:BOARD",
    },
    commands="lakehouse.workloads.weblogs.commands:register",
    demo="lakehouse.workloads.weblogs.demo:DEMO",
    written="lakehouse.workloads.weblogs.generator.manifest:written",
    is_writing="lakehouse.workloads.weblogs.generator.writing:is_writing",
    alarms={"streaming": "lakehouse.workloads.weblogs.clocks:alarm"},
    data_sets=(
        DataSet(
            "clickstream", "waqi786/e-commerce-clickstream-and-transaction-dataset", "Apache-2.0"
        ),
        DataSet("access_log", "ren294/access-log-ecommerce", "stated on its page at Kaggle"),
    ),
)
