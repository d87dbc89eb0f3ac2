"""Datasets of the star schema."""

from __future__ import annotations

from lakehouse.serving.superset.figures import dataset

ITEMS = dataset(
    "fact_order_item", "purchase_date_key", joins=("customer_state_key", "product_category_key")
)
ORDERS = dataset("fact_order", "purchase_date_key", joins=("customer_state_key",))
PAYMENTS = dataset("fact_payment", "purchase_date_key", joins=("customer_state_key",))
REVIEWS = dataset("fact_review", "purchase_date_key", joins=("customer_state_key",))
DATASETS = (ITEMS, ORDERS, PAYMENTS, REVIEWS)
