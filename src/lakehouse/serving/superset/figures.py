"""What is counted in Superset: a dataset a fact, its measures in Spark SQL."""

from __future__ import annotations

from lakehouse.serving.superset.datasets import Dataset
from lakehouse.serving.superset.measures import Measure

# how figures are written, in the notation of D3
COUNT, MONEY, SHARE, BYTES = ",d", ",.0f", ".1%", ".3~s"


def _purchases(what: str) -> str:
    return f"sum(CASE WHEN event_type = 'purchase' THEN {what} END)"


ITEMS = Dataset(
    "fact_order_item",
    "purchase_date_key",
    ("customer_key", "product_category_key"),
    (
        Measure("Revenue", "sum(price)", "Prices of the items, BRL", MONEY),
        Measure("Freight", "sum(freight)", "Freight of the items, BRL", MONEY),
        Measure("Items sold", "count(*)", "Items of orders", COUNT),
    ),
)
ORDERS = Dataset(
    "fact_order",
    "purchase_date_key",
    ("customer_key",),
    (
        Measure("Orders", "count(*)", "Orders, those without items among them", COUNT),
        Measure(
            "Late share",
            "avg(CASE WHEN is_late THEN 1 WHEN NOT is_late THEN 0 END)",
            "Orders delivered on a later day than promised, of those delivered",
            SHARE,
        ),
        Measure("Days to deliver", "avg(days_to_deliver)", "Days from purchase to delivery", ".1f"),
    ),
)
PAYMENTS = Dataset(
    "fact_payment",
    "purchase_date_key",
    ("customer_key",),
    (Measure("Paid", "sum(payment_value)", "Amounts paid, BRL", MONEY),),
)
REVIEWS = Dataset(
    "fact_review",
    "purchase_date_key",
    ("customer_key",),
    (
        Measure("Review score", "avg(review_score)", "Mean of the stars, 1 to 5", ".2f"),
        Measure("Reviews", "count(*)", "Reviews", COUNT),
    ),
)
REQUESTS = Dataset(
    "fact_access_log",
    "occurred_at",
    (),
    (
        Measure("Requests", "count(*)", "Requests to the web server", COUNT),
        Measure(
            "Error share",
            "avg(CASE WHEN status_code >= 400 THEN 1 ELSE 0 END)",
            "Requests answered with 4xx or 5xx, of all",
            SHARE,
        ),
        Measure("Bytes sent", "sum(bytes_sent)", "Bytes of the answers", BYTES),
        Measure("Visitors", "count(DISTINCT ip_address)", "Different addresses", COUNT),
    ),
)
PAGES_BY_DAY = Dataset(
    "fact_page_day",
    "request_date_key",
    (),
    (
        Measure("Page requests", "sum(request_count)", "Requests of pages", COUNT),
        Measure("Page errors", "sum(error_count)", "Requests answered with 4xx or 5xx", COUNT),
        Measure("Page bytes", "sum(bytes_sent)", "Bytes of the answers", BYTES),
    ),
)
EVENTS = Dataset(
    "fact_clickstream",
    "occurred_at",
    ("product_key",),
    (
        Measure("Events", "count(*)", "What visitors did", COUNT),
        Measure("Purchases", _purchases("1"), "Events that are a purchase", COUNT),
        Measure("Click revenue", _purchases("amount"), "Amounts of purchases, BRL", MONEY),
        Measure(
            "Sessions with it",
            "count(DISTINCT user_id, session_id)",
            "Sessions in which the event happened",
            COUNT,
        ),
    ),
)
SESSIONS = Dataset(
    "fact_session",
    "started_at",
    (),
    (
        Measure("Sessions", "count(*)", "Sessions of visitors", COUNT),
        Measure(
            "Conversion",
            "avg(CASE WHEN purchase_count > 0 THEN 1 ELSE 0 END)",
            "Sessions with a purchase, of all",
            SHARE,
        ),
    ),
)
DATASETS = (ITEMS, ORDERS, PAYMENTS, REVIEWS, REQUESTS, PAGES_BY_DAY, EVENTS, SESSIONS)
