"""How often each oddity is planted, as shares of what it is planted in.

The shares are those of the published data set; each oddity is planted at least once, so that the
smallest generated set holds them all.
"""

from __future__ import annotations

# Shares of orders, by status; what is left is delivered.
STATUS_SHARES = {
    "shipped": 0.0111,
    "canceled": 0.0063,
    "unavailable": 0.0061,
    "invoiced": 0.0032,
    "processing": 0.0030,
    "created": 0.00005,
    "approved": 0.00002,
}

# Shares of the orders of a status that have no items.
WITHOUT_ITEMS_SHARES = {"unavailable": 0.99, "canceled": 0.26, "created": 1.0}

SHARES = {
    # of orders
    "returning_orders": 0.0336,
    "customers_without_geolocation": 0.0028,
    "orders_without_payment": 0.00001,
    "orders_without_review": 0.0077,
    "orders_with_several_reviews": 0.0055,
    "repeated_review_ids": 0.0081,
    "multi_payment_orders": 0.0298,
    "undefined_payments": 0.00003,
    # of orders with items
    "multi_item_orders": 0.0993,
    "multi_seller_orders": 0.0130,
    "orders_payment_mismatch": 0.0044,
    "orders_payment_off_by_one_cent": 0.0020,
    "far_shipping_limits": 0.00004,
    # of delivered orders
    "late_orders": 0.067,
    "delivered_on_the_estimated_day": 0.0135,
    "carrier_before_approval": 0.0135,
    "carrier_before_purchase": 0.0017,
    "delivered_without_approval": 0.00015,
    "delivered_without_delivery_moment": 0.00008,
    # of products
    "products_without_category": 0.0185,
    "products_without_weight": 0.00006,
    # of sellers
    "sellers_without_geolocation": 0.0023,
    # of sightings of a prefix
    "geolocation_outside_brazil": 0.0003,
    "geolocation_exact_duplicates": 0.262,
    # of leads
    "closed_deals": 0.105,
    "leads_without_origin": 0.0075,
    # of closed deals
    "closed_deals_with_known_seller": 0.45,
}

# Shares of rows whose city is spelt in another way than lower case without accents.
MIXED_SPELLING_SHARES = {"customers": 0.03, "sellers": 0.05, "geolocation": 0.12}


def planted(oddity: str, among: int) -> int:
    """How many rows of `among` get the oddity; at least one."""
    return at_least_one(SHARES[oddity], among)


def at_least_one(share: float, among: int) -> int:
    """A share of `among` as a whole number, at least one."""
    return max(1, round(share * among))
