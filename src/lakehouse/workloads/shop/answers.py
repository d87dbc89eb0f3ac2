"""The questions that the demo answers, as SQL on gold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question in words and its query."""

    title: str
    sql: str


ORDERS_A_DAY = Question(
    "Orders per day",
    "SELECT d.date_key, count(o.order_id) AS orders FROM gold.dim_date d "
    "JOIN gold.fact_order o ON o.purchase_date_key = d.date_key "
    "GROUP BY d.date_key ORDER BY d.date_key",
)
ORDERS_BY_WEEKDAY_AND_HOUR = Question(
    "Orders by weekday and hour",
    "SELECT d.day_of_week, o.purchase_hour, count(*) AS orders FROM gold.fact_order o "
    "JOIN gold.dim_date d ON d.date_key = o.purchase_date_key "
    "GROUP BY d.day_of_week, o.purchase_hour ORDER BY d.day_of_week, o.purchase_hour",
)
TOP_CITIES = Question(
    "Top 10 cities",
    "SELECT c.city, c.state, count(*) AS orders, sum(o.price_total) AS revenue "
    "FROM gold.fact_order o JOIN gold.dim_customer c USING (customer_key) "
    "GROUP BY c.city, c.state ORDER BY orders DESC, c.city LIMIT 10",
)
SALES_BY_CATEGORY = Question(
    "Sales by category",
    "SELECT c.product_category_name_english AS category, count(*) AS items, "
    "sum(i.price) AS revenue FROM gold.fact_order_item i "
    "JOIN gold.dim_product_category c USING (product_category_key) "
    "GROUP BY category ORDER BY revenue DESC, category LIMIT 12",
)
