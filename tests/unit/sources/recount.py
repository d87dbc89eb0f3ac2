"""Every figure of a manifest, counted again by SQL from the written files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from lakehouse.workloads.shop.contracts import silver, sources

SUMS = """
    SELECT order_id, i.units, i.sellers, p.payments, r.reviews, i.owed,
           coalesce(p.paid, 0) - i.owed AS difference
    FROM orders
    LEFT JOIN (SELECT order_id, count(*) AS units, count(DISTINCT seller_id) AS sellers,
                      sum(price::DECIMAL(12,2) + freight_value::DECIMAL(12,2)) AS owed
               FROM order_items GROUP BY 1) i USING (order_id)
    LEFT JOIN (SELECT order_id, count(*) AS payments, sum(payment_value::DECIMAL(12,2)) AS paid
               FROM order_payments GROUP BY 1) p USING (order_id)
    LEFT JOIN (SELECT order_id, count(*) AS reviews FROM order_reviews GROUP BY 1) r
        USING (order_id)
"""
LIFE = """
    SELECT order_status AS status, order_purchase_timestamp::TIMESTAMP AS purchased,
           order_approved_at::TIMESTAMP AS approved,
           order_delivered_carrier_date::TIMESTAMP AS carrier,
           order_delivered_customer_date::TIMESTAMP AS delivered,
           order_estimated_delivery_date::TIMESTAMP AS estimated
    FROM orders
"""
CITIES = """
    SELECT customer_city AS city FROM customers UNION ALL SELECT seller_city FROM sellers
    UNION ALL SELECT geolocation_city FROM geolocation
"""
SOUTH, NORTH = silver.BRAZIL_LATITUDE
WEST, EAST = silver.BRAZIL_LONGITUDE
ABSENT = "NOT IN (SELECT geolocation_zip_code_prefix FROM geolocation)"
UNTRANSLATED = """
    products WHERE product_category_name NOT IN
        (SELECT product_category_name FROM product_category_name_translation)
"""

# name of the figure: what is counted, and from what
FIGURES = {
    "orders": ("count(*)", "orders"),
    "customer_unique_ids": ("count(DISTINCT customer_unique_id)", "customers"),
    "order_items": ("count(*)", "order_items"),
    "order_payments": ("count(*)", "order_payments"),
    "order_reviews": ("count(*)", "order_reviews"),
    "orders_without_items": ("count(*)", "sums WHERE units IS NULL"),
    "orders_without_payment": ("count(*)", "sums WHERE payments IS NULL"),
    "orders_without_review": ("count(*)", "sums WHERE reviews IS NULL"),
    "orders_with_several_reviews": ("count(*)", "sums WHERE reviews > 1"),
    "orders_payment_mismatch": ("count(*)", "sums WHERE abs(difference) > 0.01"),
    "orders_payment_mismatch_where_paid": (
        "count(*)",
        "sums WHERE abs(difference) > 0.01 AND payments > 0",
    ),
    "orders_payment_off_by_one_cent": ("count(*)", "sums WHERE abs(difference) = 0.01"),
    "multi_item_orders": ("count(*)", "sums WHERE units > 1"),
    "multi_seller_orders": ("count(*)", "sums WHERE sellers > 1"),
    "multi_payment_orders": ("count(*)", "sums WHERE payments > 1"),
    "undefined_payments": ("count(*)", "order_payments WHERE payment_type = 'not_defined'"),
    "voucher_payments": ("count(*)", "order_payments WHERE payment_type = 'voucher'"),
    "shipping_limits_after_2018": ("count(*)", "order_items WHERE shipping_limit_date >= '2019'"),
    "carrier_before_approval": ("count(*)", "life WHERE carrier < approved"),
    "carrier_before_purchase": ("count(*)", "life WHERE carrier < purchased"),
    "late_by_timestamp": ("count(*)", "life WHERE delivered > estimated"),
    "late_by_date": ("count(*)", "life WHERE delivered::DATE > estimated::DATE"),
    "delivered_without_approval": (
        "count(*)",
        "life WHERE status = 'delivered' AND approved IS NULL",
    ),
    "delivered_without_delivery_moment": (
        "count(*)",
        "life WHERE status = 'delivered' AND delivered IS NULL",
    ),
    "repeated_review_ids": ("count(*) - count(DISTINCT review_id)", "order_reviews"),
    "reviews_with_comment": ("count(review_comment_message)", "order_reviews"),
    "comments_with_line_breaks": (
        "count(*)",
        "order_reviews WHERE contains(review_comment_message, chr(10))",
    ),
    "comments_with_quotes": ("count(*)", "order_reviews WHERE review_comment_message LIKE '%\"%'"),
    "comments_with_commas": ("count(*)", "order_reviews WHERE review_comment_message LIKE '%,%'"),
    "geolocation_exact_duplicates": (
        "count(*) - (SELECT count(*) FROM (SELECT DISTINCT * FROM geolocation))",
        "geolocation",
    ),
    "zip_code_prefixes": ("count(DISTINCT geolocation_zip_code_prefix)", "geolocation"),
    "geolocation_outside_brazil": (
        "count(*)",
        f"geolocation WHERE NOT (geolocation_lat::DOUBLE BETWEEN {SOUTH} AND {NORTH} "
        f"AND geolocation_lng::DOUBLE BETWEEN {WEST} AND {EAST})",
    ),
    "customers_without_geolocation": (
        "count(*)",
        f"customers WHERE customer_zip_code_prefix {ABSENT}",
    ),
    "sellers_without_geolocation": ("count(*)", f"sellers WHERE seller_zip_code_prefix {ABSENT}"),
    "cities_in_mixed_spelling": (
        "count(*)",
        f"({CITIES}) WHERE city <> trim(lower(strip_accents(city)))",
    ),
    "products": ("count(*)", "products"),
    "sellers": ("count(*)", "sellers"),
    "products_without_category": ("count(*)", "products WHERE product_category_name IS NULL"),
    "products_without_weight": ("count(*)", "products WHERE product_weight_g IS NULL"),
    "untranslated_categories": ("count(DISTINCT product_category_name)", UNTRANSLATED),
    "products_of_untranslated_categories": ("count(*)", UNTRANSLATED),
    "marketing_qualified_leads": ("count(*)", "marketing_qualified_leads"),
    "leads_without_origin": ("count(*)", "marketing_qualified_leads WHERE origin IS NULL"),
    "closed_deals": ("count(*)", "closed_deals"),
    "closed_deals_with_known_seller": (
        "count(*)",
        "closed_deals WHERE seller_id IN (SELECT seller_id FROM sellers)",
    ),
    "deals_declaring_no_revenue": (
        "count(*)",
        "closed_deals WHERE declared_monthly_revenue = '0.0'",
    ),
}
TOTALS = {
    "price": "SELECT sum(price::DECIMAL(12,2)) FROM order_items",
    "freight": "SELECT sum(freight_value::DECIMAL(12,2)) FROM order_items",
    "payments": "SELECT sum(payment_value::DECIMAL(12,2)) FROM order_payments",
    "delivered_price": "SELECT sum(price::DECIMAL(12,2)) FROM order_items JOIN orders "
    "USING (order_id) WHERE order_status = 'delivered'",
    "delivered_freight": "SELECT sum(freight_value::DECIMAL(12,2)) FROM order_items JOIN orders "
    "USING (order_id) WHERE order_status = 'delivered'",
}


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """The written files as tables of text."""
    database = duckdb.connect(config={"threads": 1})
    for table in sources.TABLES:
        path = next(folder.glob(f"{table.file}*"))
        database.execute(
            f"CREATE TABLE {table.name} AS FROM read_csv('{path}', header=true, all_varchar=true, "
            "quote='\"', escape='\"', delim=',', strict_mode=true)"
        )
    return database


def figures(database: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """All figures of `counts`."""
    database.execute(f"CREATE VIEW sums AS {SUMS}")
    database.execute(f"CREATE VIEW life AS {LIFE}")
    return {
        name: one(database, f"SELECT {what} FROM {source}")
        for name, (what, source) in FIGURES.items()
    }


def totals(database: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """All figures of `totals`."""
    return {name: str(one(database, query)) for name, query in TOTALS.items()}


def one(database: duckdb.DuckDBPyConnection, query: str) -> int:
    """The only value of a query."""
    row = database.execute(query).fetchone()
    assert row is not None
    value: int = row[0]
    return value
