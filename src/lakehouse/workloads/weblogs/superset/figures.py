"""Datasets of requests, clicks and sessions."""

from __future__ import annotations

from lakehouse.contracts.model import Column
from lakehouse.serving.reports.model import Format
from lakehouse.serving.superset.datasets import Dataset, Exploded
from lakehouse.serving.superset.figures import FORMATS, dataset
from lakehouse.serving.superset.measures import Measure
from lakehouse.workloads.weblogs.contracts.streams import FUNNEL

REQUESTS = dataset(
    "fact_access_log",
    "occurred_at",
    Measure("Visitors", "count(DISTINCT ip_address)", "Different addresses", FORMATS[Format.COUNT]),
)
PAGES_BY_DAY = dataset(
    "fact_page_day",
    "request_date_key",
    Measure("Page bytes", "sum(bytes_sent)", "Bytes of the answers", FORMATS[Format.BYTES]),
)
EVENTS = dataset(
    "fact_clickstream",
    "occurred_at",
    Measure(
        "Sessions with it",
        "count(DISTINCT user_id, session_id)",
        "Sessions in which the event happened",
        FORMATS[Format.COUNT],
    ),
    joins=("product_key",),
)
SESSIONS = dataset("fact_session", "started_at")
# each session once per step that it reached: a later step implies the earlier ones
SESSION_STEPS = Dataset(
    "fact_session",
    "started_at",
    (),
    (
        Measure(
            "Sessions that reached it",
            "count(*)",
            "Sessions that reached the step of the funnel, or a later one",
            FORMATS[Format.COUNT],
        ),
    ),
    Exploded(
        Column("reached_step", "STRING", "A step of the funnel that the session reached"),
        f"slice(array({', '.join(repr(step) for step in FUNNEL)}), 1, funnel_step)",
    ),
)
DATASETS = (REQUESTS, PAGES_BY_DAY, EVENTS, SESSIONS, SESSION_STEPS)
