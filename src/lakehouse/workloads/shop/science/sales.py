"""What silver says of sales and deliveries, each question a table of few rows."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# days of delay, as people speak of them
DELAYS = ("early or in time", "1 to 3 days late", "4 to 7 days late", "more than a week late")


def orders_per_day(orders: DataFrame) -> DataFrame:
    """`purchase_date`, `order_count`; days without orders are left out."""
    day = F.to_date("purchased_at").alias("purchase_date")
    return orders.groupBy(day).agg(_rows("order_count")).orderBy("purchase_date")


def orders_by_weekday_and_hour(orders: DataFrame) -> DataFrame:
    """`day_of_week` (Monday is 1), `hour` (0 to 23, UTC), `order_count`."""
    weekday = (F.weekday("purchased_at") + 1).alias("day_of_week")
    hour = F.hour("purchased_at").alias("hour")
    counted = orders.groupBy(weekday, hour).agg(_rows("order_count"))
    return counted.orderBy("day_of_week", "hour")


def top_cities(orders: DataFrame, customers: DataFrame, count: int) -> DataFrame:
    """`city`, `state`, `order_count` of the cities with most orders; ties by name."""
    placed = orders.join(customers, "customer_id").filter(F.col("city").isNotNull())
    counted = placed.groupBy("city", "state").agg(_rows("order_count"))
    return counted.orderBy(F.desc("order_count"), "city", "state").limit(count)


def sales_by_category(
    order_items: DataFrame, products: DataFrame, translation: DataFrame, count: int
) -> DataFrame:
    """`category` in English, `sales` in BRL, `item_count` of those that sell most; ties by name."""
    named = order_items.join(products, "product_id", "left").join(
        translation, "product_category_name", "left"
    )
    category = F.coalesce("product_category_name_english", "product_category_name", F.lit("none"))
    sold = named.groupBy(category.alias("category")).agg(
        F.sum("price").alias("sales"), _rows("item_count")
    )
    return sold.orderBy(F.desc("sales"), "category").limit(count)


def reviews_by_delay(orders: DataFrame, order_reviews: DataFrame) -> DataFrame:
    """`delay` (one of DELAYS, in that order), `order_count`, mean `review_score`.

    An order counts once, with the mean of its reviews; those that were not delivered or not
    reviewed are left out.
    """
    scores = order_reviews.groupBy("order_id").agg(F.avg("review_score").alias("review_score"))
    days = F.date_diff(F.to_date("delivered_at"), "estimated_delivery_date")
    step = (
        F.when(days <= 0, 0).when(days <= 3, 1).when(days <= 7, 2).when(days > 7, 3).alias("step")
    )
    delivered = orders.filter(
        F.col("delivered_at").isNotNull() & F.col("estimated_delivery_date").isNotNull()
    )
    counted = (
        delivered.join(scores, "order_id")
        .groupBy(step)
        .agg(_rows("order_count"), F.round(F.avg("review_score"), 2).alias("review_score"))
    )
    name = F.element_at(F.array(*map(F.lit, DELAYS)), F.col("step") + 1).alias("delay")
    return counted.orderBy("step").select(name, "order_count", "review_score")


def late_share_by_state(orders: DataFrame, customers: DataFrame, fewest: int) -> DataFrame:
    """`state`, `order_count`, `late_share` of delivered orders, for states with enough of them."""
    is_late = F.to_date("delivered_at") > F.col("estimated_delivery_date")
    judged = orders.join(customers, "customer_id").withColumn("is_late", is_late)
    shares = (
        judged.filter(F.col("is_late").isNotNull() & F.col("state").isNotNull())
        .groupBy("state")
        .agg(_rows("order_count"), F.avg(F.col("is_late").cast("int")).alias("late_share"))
    )
    return shares.filter(F.col("order_count") >= fewest).orderBy(F.desc("late_share"), "state")


def _rows(name: str) -> Column:
    return F.count(F.lit(1)).alias(name)
