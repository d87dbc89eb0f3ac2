"""What a correct pipeline must find in a generated set, counted from the finished tables.

Nothing is copied from the plan by which oddities were planted: every figure is counted again, from
the tables that are written (before defects, which are to be set aside anyway).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakehouse.workloads.shop.contracts import silver
from lakehouse.workloads.shop.generator.arrays import Ints
from lakehouse.workloads.shop.generator.places import without_accents

Tables = dict[str, pa.Table]
_CENT = 1


def make_manifest(
    tables: Tables, written: Tables, defects: dict[str, dict[str, int]], orders: int, seed: int
) -> dict[str, Any]:
    """The manifest of a set.

    Args:
        tables: the good rows, by table.
        written: all rows, defects included, by table.
        defects: planted bad rows, by table and rule.
        orders: as asked for.
        seed: as asked for.

    Returns:
        `orders`, `seed`, `rows` (in each file), `counts` and `orders_by_status` (that a correct
        pipeline reproduces), `totals` (BRL, as text), `defects` (by table and rule) and
        `quarantined` (rows to be set aside, by table).
    """
    return {
        "orders": orders,
        "seed": seed,
        "rows": {name: len(table) for name, table in written.items()},
        "counts": {
            **_order_counts(tables),
            **_moment_counts(tables["orders"]),
            **_review_counts(tables["order_reviews"]),
            **_place_counts(tables),
            **_catalogue_counts(tables),
            **_marketing_counts(tables),
        },
        "orders_by_status": _by_value(tables["orders"]["order_status"]),
        "totals": _totals(tables),
        "defects": defects,
        "quarantined": {name: sum(rules.values()) for name, rules in defects.items()},
    }


def _order_counts(tables: Tables) -> dict[str, int]:
    orders, items, payments = tables["orders"], tables["order_items"], tables["order_payments"]
    count = len(orders)
    of_item, of_payment, of_review = (
        _positions(tables[name]["order_id"], orders["order_id"])
        for name in ("order_items", "order_payments", "order_reviews")
    )
    item_count = np.bincount(of_item, minlength=count)
    payment_count = np.bincount(of_payment, minlength=count)
    review_count = np.bincount(of_review, minlength=count)
    owed = _cents(items["price"]) + _cents(items["freight_value"])
    difference = _sums(of_payment, _cents(payments["payment_value"]), count)
    difference -= _sums(of_item, owed, count)
    has_items, is_paid = item_count > 0, payment_count > 0
    return {
        "orders": count,
        "customer_unique_ids": _distinct(tables["customers"]["customer_unique_id"]),
        "order_items": len(items),
        "order_payments": len(payments),
        "order_reviews": len(tables["order_reviews"]),
        "orders_without_items": _true(~has_items),
        "orders_without_payment": _true(~is_paid),
        "orders_without_review": _true(review_count == 0),
        "orders_with_several_reviews": _true(review_count > 1),
        "orders_payment_mismatch": _true(has_items & (abs(difference) > _CENT)),
        "orders_payment_mismatch_where_paid": _true(
            has_items & is_paid & (abs(difference) > _CENT)
        ),
        "orders_payment_off_by_one_cent": _true(has_items & (abs(difference) == _CENT)),
        "multi_item_orders": _true(item_count > 1),
        "multi_seller_orders": _multi_seller_orders(of_item, items["seller_id"], count),
        "multi_payment_orders": _true(payment_count > 1),
        "undefined_payments": _true(_equal(payments["payment_type"], "not_defined")),
        "voucher_payments": _true(_equal(payments["payment_type"], "voucher")),
        "shipping_limits_after_2018": _true(
            pc.greater(pc.year(items["shipping_limit_date"]), 2018).to_numpy()
        ),
    }


def _multi_seller_orders(of_item: Ints, sellers: pa.ChunkedArray, orders: int) -> int:
    codes = sellers.combine_chunks().dictionary_encode().indices.to_numpy()
    pairs = np.unique(of_item.astype(np.int64) * (codes.max() + 1) + codes)
    return _true(np.bincount(pairs // (codes.max() + 1), minlength=orders) > 1)


def _moment_counts(orders: pa.Table) -> dict[str, int]:
    purchased = orders["order_purchase_timestamp"]
    approved = orders["order_approved_at"]
    carrier = orders["order_delivered_carrier_date"]
    delivered = orders["order_delivered_customer_date"]
    estimated = orders["order_estimated_delivery_date"]
    is_delivered = pc.equal(orders["order_status"], "delivered")
    days = pa.date32()
    return {
        "carrier_before_approval": _holds(pc.less(carrier, approved)),
        "carrier_before_purchase": _holds(pc.less(carrier, purchased)),
        "late_by_timestamp": _holds(pc.greater(delivered, estimated)),
        "late_by_date": _holds(pc.greater(delivered.cast(days), estimated.cast(days))),
        "delivered_without_approval": _holds(pc.and_(is_delivered, pc.is_null(approved))),
        "delivered_without_delivery_moment": _holds(pc.and_(is_delivered, pc.is_null(delivered))),
    }


def _review_counts(reviews: pa.Table) -> dict[str, int]:
    message = reviews["review_comment_message"]
    return {
        "repeated_review_ids": len(reviews) - _distinct(reviews["review_id"]),
        "reviews_with_comment": len(reviews) - message.null_count,
        "comments_with_line_breaks": _holds(pc.match_substring(message, "\n")),
        "comments_with_quotes": _holds(pc.match_substring(message, '"')),
        "comments_with_commas": _holds(pc.match_substring(message, ",")),
    }


def _place_counts(tables: Tables) -> dict[str, int]:
    geolocation, customers, sellers = (
        tables[name] for name in ("geolocation", "customers", "sellers")
    )
    prefixes = pc.unique(geolocation["geolocation_zip_code_prefix"])
    distinct_rows = geolocation.group_by(geolocation.column_names).aggregate([])
    return {
        "geolocation_exact_duplicates": len(geolocation) - len(distinct_rows),
        "zip_code_prefixes": len(prefixes),
        "geolocation_outside_brazil": _outside_brazil(geolocation),
        "customers_without_geolocation": _absent(customers["customer_zip_code_prefix"], prefixes),
        "sellers_without_geolocation": _absent(sellers["seller_zip_code_prefix"], prefixes),
        "cities_in_mixed_spelling": sum(
            _mixed_spellings(column)
            for column in (
                geolocation["geolocation_city"],
                customers["customer_city"],
                sellers["seller_city"],
            )
        ),
    }


def _outside_brazil(geolocation: pa.Table) -> int:
    latitude = geolocation["geolocation_lat"].to_numpy()
    longitude = geolocation["geolocation_lng"].to_numpy()
    south, north = silver.BRAZIL_LATITUDE
    west, east = silver.BRAZIL_LONGITUDE
    inside = (latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east)
    return _true(~inside)


def _mixed_spellings(cities: pa.ChunkedArray) -> int:
    return sum(
        rows
        for city, rows in _by_value(cities).items()
        if city != without_accents(city).lower().strip()
    )


def _catalogue_counts(tables: Tables) -> dict[str, int]:
    category = tables["products"]["product_category_name"]
    translated = tables["product_category_name_translation"]["product_category_name"]
    untranslated = category.filter(pc.invert(pc.is_in(category, value_set=translated)))
    used = pc.drop_null(untranslated)
    return {
        "products": len(category),
        "sellers": len(tables["sellers"]),
        "products_without_category": category.null_count,
        "products_without_weight": tables["products"]["product_weight_g"].null_count,
        "untranslated_categories": _distinct(used),
        "products_of_untranslated_categories": len(used),
    }


def _marketing_counts(tables: Tables) -> dict[str, int]:
    leads, deals = tables["marketing_qualified_leads"], tables["closed_deals"]
    known = pc.is_in(deals["seller_id"], value_set=tables["sellers"]["seller_id"])
    return {
        "marketing_qualified_leads": len(leads),
        "leads_without_origin": leads["origin"].null_count,
        "closed_deals": len(deals),
        "closed_deals_with_known_seller": _holds(known),
        "deals_declaring_no_revenue": _holds(pc.equal(deals["declared_monthly_revenue"], "0.0")),
    }


def _totals(tables: Tables) -> dict[str, str]:
    orders, items = tables["orders"], tables["order_items"]
    delivered = orders.filter(pc.equal(orders["order_status"], "delivered"))["order_id"]
    of_delivered = items.filter(pc.is_in(items["order_id"], value_set=delivered))
    return {
        "price": _total(items["price"]),
        "freight": _total(items["freight_value"]),
        "payments": _total(tables["order_payments"]["payment_value"]),
        "delivered_price": _total(of_delivered["price"]),
        "delivered_freight": _total(of_delivered["freight_value"]),
    }


def _total(column: pa.ChunkedArray) -> str:
    cents = int(_cents(column).sum())
    return f"{cents // 100}.{cents % 100:02d}"


def _cents(column: pa.ChunkedArray) -> Ints:
    reais: npt.NDArray[np.float64] = column.cast(pa.float64()).to_numpy()
    cents: Ints = np.rint(reais * 100).astype(np.int64)
    return cents


def _sums(of: Ints, values: Ints, groups: int) -> Ints:
    # sums of cents stay far below 2^53, where doubles are exact
    return np.bincount(of, weights=values, minlength=groups).astype(np.int64)


def _positions(values: pa.ChunkedArray, among: pa.ChunkedArray) -> Ints:
    found: Ints = pc.index_in(values, value_set=among.combine_chunks()).to_numpy()
    return found


def _absent(values: pa.ChunkedArray, among: pa.Array) -> int:
    return _holds(pc.invert(pc.is_in(values, value_set=among)))


def _equal(column: pa.ChunkedArray, value: str) -> npt.NDArray[np.bool_]:
    equal: npt.NDArray[np.bool_] = pc.equal(column, value).to_numpy()
    return equal


def _by_value(column: pa.ChunkedArray) -> dict[str, int]:
    counted = pc.value_counts(column).to_pylist()
    return {entry["values"]: entry["counts"] for entry in counted}


def _distinct(column: pa.ChunkedArray) -> int:
    return int(pc.count_distinct(column).as_py())


def _holds(condition: pa.ChunkedArray) -> int:
    """Rows for which a condition holds; an unknown one does not."""
    return int(pc.sum(condition).as_py() or 0)


def _true(flags: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(flags))
