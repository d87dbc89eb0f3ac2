"""What is counted in Superset: a dataset a fact, with the measures that the reports declare.

Measures that move with a parameter are left out, as Superset has none; a few are its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lakehouse.contracts.model import Column
from lakehouse.serving.reports import measures as declared
from lakehouse.serving.reports.model import Format
from lakehouse.serving.superset.datasets import Computed, Dataset, Exploded
from lakehouse.serving.superset.measures import Measure
from lakehouse.workloads.weblogs.contracts.streams import FUNNEL

# how figures are written, in the notation of D3
FORMATS: Mapping[Format, str] = {
    Format.MONEY: ",.0f",
    Format.COUNT: ",d",
    Format.SHARE: ".1%",
    Format.DECIMAL: ",.2f",
    Format.BYTES: ".3~s",
}


def _dataset(fact: str, time: str, *own: Measure, joins: tuple[str, ...] = ()) -> Dataset:
    shared = tuple(
        Measure(each.name, each.sql, each.description, FORMATS[each.format])
        for each in declared.MEASURES
        if each.table == fact and "{" not in each.sql
    )
    return Dataset(fact, time, joins, (*shared, *own))


ITEMS = _dataset(
    "fact_order_item", "purchase_date_key", joins=("customer_state_key", "product_category_key")
)
ORDERS = _dataset("fact_order", "purchase_date_key", joins=("customer_state_key",))
PAYMENTS = _dataset("fact_payment", "purchase_date_key", joins=("customer_state_key",))
REVIEWS = _dataset("fact_review", "purchase_date_key", joins=("customer_state_key",))
REQUESTS = _dataset(
    "fact_access_log",
    "occurred_at",
    Measure("Visitors", "count(DISTINCT ip_address)", "Different addresses", FORMATS[Format.COUNT]),
)
PAGES_BY_DAY = _dataset(
    "fact_page_day",
    "request_date_key",
    Measure("Page bytes", "sum(bytes_sent)", "Bytes of the answers", FORMATS[Format.BYTES]),
)
# as the live page names it: ids of the published data have 32 digits
_PRODUCT = Computed(
    Column("product", "STRING", "Category and short id of the product"),
    "concat(replace(coalesce(product.product_category_name_english, 'product'), '_', ' '), ' ', "
    "if(length(product.product_id) > 12, substr(product.product_id, 1, 6), product.product_id))",
)
_EVENTS = _dataset(
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
EVENTS = replace(_EVENTS, computed=(_PRODUCT,))
SESSIONS = _dataset("fact_session", "started_at")
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
DATASETS = (
    *(ITEMS, ORDERS, PAYMENTS, REVIEWS, REQUESTS, PAGES_BY_DAY, EVENTS, SESSIONS),
    SESSION_STEPS,
)
