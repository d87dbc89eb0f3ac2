"""The dimensions of the star schema; each function is named after the table it makes.

A dimension function returns its members without the surrogate key and without the unknown
member: both are given when the table is built (see `lakehouse.gold.keys`).
"""

from __future__ import annotations

import datetime as dt

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from lakehouse.contracts.star import UNKNOWN_TEXT
from lakehouse.gold.keys import date_key, or_unknown
from lakehouse.workloads.shop.contracts.gold import CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR
from lakehouse.workloads.shop.contracts.states import STATES
from lakehouse.workloads.shop.gold.versions import ADDRESS, versions

# ids that are longer are shown by their beginning, as on the live page
_LONGEST_ID = 12
# two products of one category hardly ever begin with the same eight digits
_SHORT_ID = 8


def dim_date(
    orders: DataFrame,
    order_items: DataFrame,
    order_reviews: DataFrame,
    marketing_qualified_leads: DataFrame,
    closed_deals: DataFrame,
) -> DataFrame:
    """Every day of the declared years, and of every other year that a date of the facts is in."""
    ranges = [
        _range(orders, "purchased_at", "approved_at", "delivered_at", "estimated_delivery_date"),
        _range(order_items, "shipping_limit_at"),
        _range(order_reviews, "created_date"),
        _range(marketing_qualified_leads, "first_contact_date"),
        _range(closed_deals, "won_at"),
    ]
    span = ranges[0]
    for other in ranges[1:]:
        span = span.unionByName(other)
    first = F.least(F.trunc(F.min("first"), "year"), F.lit(dt.date(CALENDAR_FIRST_YEAR, 1, 1)))
    last = F.greatest(F.trunc(F.max("last"), "year"), F.lit(dt.date(CALENDAR_LAST_YEAR, 1, 1)))
    days = span.agg(
        F.explode(F.sequence(first, F.date_sub(F.add_months(last, 12), 1))).alias("date_key")
    )
    day = F.col("date_key")
    return days.select(
        day,
        F.year(day).alias("year"),
        F.quarter(day).alias("quarter"),
        F.month(day).alias("month"),
        F.date_format(day, "MMMM").alias("month_name"),
        F.date_format(day, "yyyy-MM").alias("year_month"),
        F.dayofmonth(day).alias("day_of_month"),
        (F.weekday(day) + 1).alias("day_of_week"),
        F.date_format(day, "EEEE").alias("day_name"),
        F.weekofyear(day).alias("week_of_year"),
        (F.weekday(day) >= 5).alias("is_weekend"),
    )


def dim_geolocation(geolocation: DataFrame) -> DataFrame:
    """One row a prefix: raw sightings joined directly would multiply every fact."""
    inside = F.when(F.col("is_inside_brazil"), F.lit(True))
    places = geolocation.groupBy("zip_code_prefix").agg(
        F.median(F.when(inside, F.col("latitude"))).alias("latitude"),
        F.median(F.when(inside, F.col("longitude"))).alias("longitude"),
    )
    most_frequent = Window.partitionBy("zip_code_prefix").orderBy(
        F.desc("sightings"), F.asc_nulls_last("city"), F.asc_nulls_last("state")
    )
    names = (
        geolocation.groupBy("zip_code_prefix", "city", "state")
        .agg(F.count(F.lit(1)).alias("sightings"))
        .withColumn("place", F.row_number().over(most_frequent))
        .filter("place = 1")
    )
    return places.join(names, "zip_code_prefix").select(
        "zip_code_prefix", "latitude", "longitude", "city", "state"
    )


def dim_state() -> DataFrame:
    """The declared states."""
    rows = [(state.code, state.name, state.iso_code, state.region) for state in STATES]
    return SparkSession.active().createDataFrame(
        rows, "state STRING, state_name STRING, iso_code STRING, region STRING"
    )


def dim_customer(customers: DataFrame, orders: DataFrame, dim_geolocation: DataFrame) -> DataFrame:
    """People with the history of their addresses; one row per person and version."""
    return _with_place(versions(customers, orders), dim_geolocation).select(
        "customer_unique_id",
        *ADDRESS,
        or_unknown("geolocation_key"),
        "valid_from",
        "valid_to",
        "is_current",
    )


def dim_seller(sellers: DataFrame, dim_geolocation: DataFrame) -> DataFrame:
    """Sellers and where they ship from."""
    return _with_place(sellers, dim_geolocation).select(
        "seller_id", "zip_code_prefix", "city", "state", or_unknown("geolocation_key")
    )


def dim_product_category(product_category_name_translation: DataFrame) -> DataFrame:
    """Categories in both languages."""
    return product_category_name_translation.select(
        "product_category_name", "product_category_name_english"
    )


def dim_product(products: DataFrame, dim_product_category: DataFrame) -> DataFrame:
    """Products; those without a category point at the unknown one."""
    categories = dim_product_category.select(
        "product_category_key", "product_category_name", "product_category_name_english"
    )
    english = F.coalesce("product_category_name_english", F.lit(UNKNOWN_TEXT))
    return products.join(F.broadcast(categories), "product_category_name", "left").select(
        "product_id",
        or_unknown("product_category_key"),
        english.alias("product_category_name_english"),
        _product_label().alias("product_label"),
        "product_name_length",
        "product_description_length",
        "product_photo_count",
        "weight_grams",
        "length_centimeters",
        "height_centimeters",
        "width_centimeters",
    )


def _product_label() -> Column:
    """Category and short id; ids of the published data have 32 digits."""
    category = F.replace(
        F.coalesce("product_category_name_english", F.lit("product")), F.lit("_"), F.lit(" ")
    )
    is_long = F.length("product_id") > _LONGEST_ID
    short = F.when(is_long, F.substring("product_id", 1, _SHORT_ID)).otherwise(F.col("product_id"))
    return F.concat_ws(" ", category, short)


def dim_lead(marketing_qualified_leads: DataFrame) -> DataFrame:
    """Marketing qualified leads and the channel each came by."""
    return marketing_qualified_leads.select(
        "mql_id",
        date_key("first_contact_date").alias("first_contact_date_key"),
        "landing_page_id",
        F.coalesce("origin", F.lit(UNKNOWN_TEXT)).alias("origin"),
    )


def _range(rows: DataFrame, *moments: str) -> DataFrame:
    days = [F.to_date(moment) for moment in moments]
    return rows.agg(
        F.least(*[F.min(day) for day in days], F.lit(None).cast("date")).alias("first"),
        F.greatest(*[F.max(day) for day in days], F.lit(None).cast("date")).alias("last"),
    )


def _with_place(rows: DataFrame, dim_geolocation: DataFrame) -> DataFrame:
    places = dim_geolocation.select("zip_code_prefix", "geolocation_key")
    return rows.join(places, "zip_code_prefix", "left")
