"""Silver of the shop's database `ecom`; each function is named after the table it makes."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.silver.reading import SOURCE_ROW, UNREADABLE, typed
from lakehouse.workloads.shop.contracts import silver as contracts


def customers(customers: DataFrame) -> DataFrame:
    """An order's alias of a person."""
    return typed(customers, contracts.CUSTOMERS)


def sellers(sellers: DataFrame) -> DataFrame:
    """Sellers with their address."""
    return typed(sellers, contracts.SELLERS)


def products(products: DataFrame) -> DataFrame:
    """Products, with the published misspellings corrected."""
    return typed(products, contracts.PRODUCTS)


def orders(orders: DataFrame) -> DataFrame:
    """Orders with their moments in UTC."""
    return typed(orders, contracts.ORDERS)


def order_items(order_items: DataFrame) -> DataFrame:
    """Items with price and freight as decimals."""
    return typed(order_items, contracts.ORDER_ITEMS)


def order_payments(order_payments: DataFrame) -> DataFrame:
    """Payments as decimals."""
    return typed(order_payments, contracts.ORDER_PAYMENTS)


def order_reviews(order_reviews: DataFrame) -> DataFrame:
    """Reviews with their comments."""
    return typed(order_reviews, contracts.ORDER_REVIEWS)


def geolocation(geolocation: DataFrame) -> DataFrame:
    """Sightings of a prefix, each flagged by whether it lies in Brazil."""
    inside = F.col("latitude").between(*contracts.BRAZIL_LATITUDE) & F.col("longitude").between(
        *contracts.BRAZIL_LONGITUDE
    )
    return typed(geolocation, contracts.GEOLOCATION).withColumn("is_inside_brazil", inside)


def product_category_name_translation(
    product_category_name_translation: DataFrame, products: DataFrame
) -> DataFrame:
    """The published translation, completed for categories that products use and it lacks."""
    contract = contracts.CATEGORY_TRANSLATION
    published = typed(product_category_name_translation, contract).withColumn(
        "has_published_translation", F.lit(True)
    )
    return published.unionByName(_missing_translations(published, products))


def _missing_translations(published: DataFrame, products: DataFrame) -> DataFrame:
    used = typed(products, contracts.PRODUCTS).select("product_category_name").distinct()
    translated = published.dropna(subset=["product_category_name_english"])
    missing = used.dropna().join(translated, "product_category_name", "left_anti")
    name = F.col("product_category_name")
    declared = F.create_map(
        *[F.lit(text) for pair in contracts.CATEGORY_FALLBACKS.items() for text in pair]
    )
    source_row = published.schema[SOURCE_ROW].dataType
    return missing.select(
        name,
        F.coalesce(declared[name], name).alias("product_category_name_english"),
        F.array().cast("array<string>").alias(UNREADABLE),
        F.lit(None).cast(source_row).alias(SOURCE_ROW),
        F.lit(False).alias("has_published_translation"),
    )
