"""Page of Superset on sales: Warehouse."""

from __future__ import annotations

from lakehouse.serving.superset.charts import Chart
from lakehouse.serving.superset.pages import Page
from lakehouse.workloads.shop.superset.figures import ITEMS, ORDERS, PAYMENTS, REVIEWS

WAREHOUSE = Page(
    "Warehouse",
    "warehouse",
    "What was sold, where, how it was paid and delivered, and what people said of it",
    (
        (
            (Chart("Revenue, BRL", "card", ITEMS, ("Revenue",)), 3),
            (Chart("Freight, BRL", "card", ITEMS, ("Freight",)), 2),
            (Chart("Orders", "card", ORDERS, ("Orders",)), 2),
            (Chart("Delivered late", "card", ORDERS, ("Late share",)), 2),
            (Chart("Mean review score", "card", REVIEWS, ("Review score",)), 3),
        ),
        (
            (
                Chart(
                    "Revenue and freight by month, BRL",
                    "columns",
                    ITEMS,
                    ("Revenue", "Freight"),
                    category="purchase_date_key",
                    grain="P1M",
                ),
                8,
            ),
            (Chart("Orders by status", "ranking", ORDERS, ("Orders",), "order_status"), 4),
        ),
        (
            (
                Chart(
                    "Revenue by category, BRL",
                    "ranking",
                    ITEMS,
                    ("Revenue",),
                    category="product_category_name_english",
                    rows=12,
                ),
                6,
            ),
            (
                Chart(
                    "Revenue by state, BRL", "map", ITEMS, ("Revenue",), "customer_state_iso_code"
                ),
                6,
            ),
        ),
        (
            (
                Chart(
                    "Share delivered late by month",
                    "line",
                    ORDERS,
                    ("Late share",),
                    category="purchase_date_key",
                    grain="P1M",
                ),
                4,
            ),
            (Chart("Payments by means, BRL", "parts", PAYMENTS, ("Paid",), "payment_type"), 4),
            (Chart("Reviews by stars", "in order", REVIEWS, ("Reviews",), "review_score"), 4),
        ),
    ),
    (
        ("State of the customer", ITEMS, "customer_state"),
        ("Category", ITEMS, "product_category_name_english"),
        ("Status of the order", ORDERS, "order_status"),
    ),
)
PAGES = (WAREHOUSE,)
