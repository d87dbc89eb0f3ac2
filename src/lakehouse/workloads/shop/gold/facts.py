"""The facts of the star schema; each function is named after the table it makes."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.star import MONEY
from lakehouse.gold.allocation import with_allocation
from lakehouse.gold.keys import date_key, or_unknown
from lakehouse.workloads.shop.contracts.gold import DAYS, SUM_OF_DAYS, SUM_OF_MONEY
from lakehouse.workloads.shop.gold.versions import with_version

_SECONDS_A_DAY = 86_400


def fact_order(
    orders: DataFrame,
    order_items: DataFrame,
    order_payments: DataFrame,
    order_reviews: DataFrame,
    customers: DataFrame,
    dim_customer: DataFrame,
    dim_state: DataFrame,
) -> DataFrame:
    """Orders with their totals and how long each step took.

    Items, payments and reviews are summed an order before they are joined, since joining them
    row by row would multiply one by the other.
    """
    items = order_items.groupBy("order_id").agg(
        F.count(F.lit(1)).alias("item_count"),
        F.countDistinct("seller_id").alias("seller_count"),
        F.sum("price").alias("price_total"),
        F.sum("freight").alias("freight_total"),
    )
    payments = order_payments.groupBy("order_id").agg(
        F.count(F.lit(1)).alias("payment_count"), F.sum("payment_value").alias("payment_total")
    )
    reviews = order_reviews.groupBy("order_id").agg(F.count(F.lit(1)).alias("review_count"))
    joined = (
        orders.join(items, "order_id", "left")
        .join(payments, "order_id", "left")
        .join(reviews, "order_id", "left")
    )
    return _with_customer(joined, orders, customers, dim_customer, dim_state).select(
        "order_id",
        or_unknown("customer_key"),
        or_unknown("customer_state_key"),
        date_key("purchased_at").alias("purchase_date_key"),
        date_key("approved_at").alias("approved_date_key"),
        date_key("delivered_at").alias("delivered_date_key"),
        date_key("estimated_delivery_date").alias("estimated_delivery_date_key"),
        "order_status",
        "purchased_at",
        F.hour("purchased_at").alias("purchase_hour"),
        "approved_at",
        "handed_to_carrier_at",
        "delivered_at",
        *[_count(name) for name in ("item_count", "seller_count", "payment_count")],
        _count("review_count"),
        *[_money(name).alias(name) for name in ("price_total", "freight_total", "payment_total")],
        (_money("payment_total") - _money("price_total") - _money("freight_total"))
        .cast(SUM_OF_MONEY)
        .alias("payment_difference"),
        _days("purchased_at", "approved_at").alias("days_to_approve"),
        _days("approved_at", "handed_to_carrier_at").alias("days_to_hand_over"),
        _days("purchased_at", "delivered_at").alias("days_to_deliver"),
        _days_late().alias("days_late"),
        (_days_late() > 0).alias("is_late"),
    )


def fact_order_item(
    order_items: DataFrame,
    orders: DataFrame,
    order_payments: DataFrame,
    customers: DataFrame,
    dim_customer: DataFrame,
    dim_state: DataFrame,
    dim_product: DataFrame,
    dim_seller: DataFrame,
) -> DataFrame:
    """Items with their share of the order's payments."""
    paid = order_payments.groupBy("order_id").agg(F.sum("payment_value").alias("paid"))
    weighted = order_items.join(paid, "order_id", "left").withColumn(
        "weight", F.col("price") + F.col("freight")
    )
    shared = with_allocation(
        weighted, "paid", "weight", "order_id", "order_item_id", into="payment_allocated"
    )
    products = dim_product.select("product_id", "product_key", "product_category_key")
    sellers = dim_seller.select("seller_id", "seller_key")
    joined = _with_order(shared, orders, customers, dim_customer, dim_state)
    return (
        joined.join(products, "product_id", "left")
        .join(sellers, "seller_id", "left")
        .select(
            "order_id",
            "order_item_id",
            or_unknown("customer_key"),
            or_unknown("customer_state_key"),
            or_unknown("product_key"),
            or_unknown("product_category_key"),
            or_unknown("seller_key"),
            "purchase_date_key",
            "order_status",
            "shipping_limit_at",
            F.col("price").cast(MONEY),
            F.col("freight").cast(MONEY),
            "payment_allocated",
        )
    )


def fact_sales_month(fact_order_item: DataFrame) -> DataFrame:
    """Items summed by month, category and state; a month is its first day."""
    return fact_order_item.groupBy(_month(), "product_category_key", "customer_state_key").agg(
        F.count(F.lit(1)).alias("item_count"),
        F.sum("price").cast(SUM_OF_MONEY).alias("price_total"),
        F.sum("freight").cast(SUM_OF_MONEY).alias("freight_total"),
    )


def fact_delivery_month(fact_order: DataFrame) -> DataFrame:
    """Orders summed by month and state; what was not delivered has no days."""
    return fact_order.groupBy(_month(), "customer_state_key").agg(
        F.count(F.lit(1)).alias("order_count"),
        F.count("days_to_deliver").alias("delivered_count"),
        _days_in_all("days_to_deliver").alias("days_to_deliver_total"),
        F.count("days_late").alias("promised_count"),
        _days_in_all("days_late").alias("days_late_total"),
        F.count_if("is_late").alias("late_count"),
    )


def fact_payment(
    order_payments: DataFrame,
    orders: DataFrame,
    customers: DataFrame,
    dim_customer: DataFrame,
    dim_state: DataFrame,
) -> DataFrame:
    """Payments by means and instalments."""
    return _with_order(order_payments, orders, customers, dim_customer, dim_state).select(
        "order_id",
        "payment_sequential",
        or_unknown("customer_key"),
        or_unknown("customer_state_key"),
        "purchase_date_key",
        "payment_type",
        "payment_installments",
        "payment_value",
    )


def fact_review(
    order_reviews: DataFrame,
    orders: DataFrame,
    customers: DataFrame,
    dim_customer: DataFrame,
    dim_state: DataFrame,
) -> DataFrame:
    """Reviews with their comments."""
    return _with_order(order_reviews, orders, customers, dim_customer, dim_state).select(
        "review_id",
        "order_id",
        or_unknown("customer_key"),
        or_unknown("customer_state_key"),
        "purchase_date_key",
        date_key("created_date").alias("created_date_key"),
        "answered_at",
        "review_score",
        F.col("comment_message").isNotNull().alias("has_comment"),
        "comment_title",
        "comment_message",
    )


def fact_closed_deal(
    closed_deals: DataFrame,
    marketing_qualified_leads: DataFrame,
    dim_lead: DataFrame,
    dim_seller: DataFrame,
) -> DataFrame:
    """Closed deals; most of their sellers have not sold yet and are unknown to `dim_seller`."""
    first_contact = marketing_qualified_leads.select("mql_id", "first_contact_date")
    leads = dim_lead.select("mql_id", "lead_key")
    sellers = dim_seller.select("seller_id", "seller_key")
    return (
        closed_deals.join(first_contact, "mql_id", "left")
        .join(leads, "mql_id", "left")
        .join(sellers, "seller_id", "left")
        .select(
            "mql_id",
            or_unknown("lead_key"),
            or_unknown("seller_key"),
            date_key("won_at").alias("won_date_key"),
            "won_at",
            "seller_id",
            "business_segment",
            "lead_type",
            "lead_behaviour_profile",
            "business_type",
            F.date_diff(F.to_date("won_at"), "first_contact_date").alias("days_to_close"),
            "declared_product_catalog_size",
            "declared_monthly_revenue",
        )
    )


def _with_customer(
    rows: DataFrame,
    orders: DataFrame,
    customers: DataFrame,
    dim_customer: DataFrame,
    dim_state: DataFrame,
) -> DataFrame:
    """Add who ordered and the state, both of the order's own address; null if unknown."""
    states = dim_state.select("state", F.col("state_key").alias("customer_state_key"))
    people = dim_customer.select("customer_unique_id", "valid_from", "customer_key")
    aliases = (
        with_version(customers, orders)
        .join(people, ["customer_unique_id", "valid_from"], "left")
        .join(F.broadcast(states), "state", "left")
    )
    return rows.join(
        aliases.select("customer_id", "customer_key", "customer_state_key"), "customer_id", "left"
    )


def _with_order(
    rows: DataFrame,
    orders: DataFrame,
    customers: DataFrame,
    dim_customer: DataFrame,
    dim_state: DataFrame,
) -> DataFrame:
    """Add what every fact of an order takes from it: person, state, day of purchase, status."""
    of_order = _with_customer(orders, orders, customers, dim_customer, dim_state).select(
        "order_id",
        "customer_key",
        "customer_state_key",
        "order_status",
        date_key("purchased_at").alias("purchase_date_key"),
    )
    return rows.join(of_order, "order_id")


def _days_in_all(name: str) -> Column:
    return F.coalesce(F.sum(name), F.lit(0)).cast(SUM_OF_DAYS)


def _month() -> Column:
    """The first day of the month of purchase, under the name by which calendars filter."""
    return F.trunc("purchase_date_key", "month").alias("purchase_date_key")


def _count(name: str) -> Column:
    return F.coalesce(name, F.lit(0)).cast("int").alias(name)


def _money(name: str) -> Column:
    return F.coalesce(name, F.lit(0)).cast(SUM_OF_MONEY)


def _days(start: str, end: str) -> Column:
    seconds = F.unix_timestamp(end) - F.unix_timestamp(start)
    return (seconds.cast("decimal(14,0)") / _SECONDS_A_DAY).cast(DAYS)


def _days_late() -> Column:
    return F.date_diff(F.to_date("delivered_at"), "estimated_delivery_date")
