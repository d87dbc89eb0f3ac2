"""The tables of silver: the source tables typed, with corrected names and normalised text.

A column read from text that cannot be understood as its type puts the row in quarantine
(rule `unreadable_<column>`), as does a missing value where `nullable=False` (`missing_<column>`)
and a repeated grain (`repeated_key`): those three need no declaration of their own.
"""

from __future__ import annotations

from functools import partial

from lakehouse.contracts.model import (
    Column,
    Layer,
    Meaning,
    Reference,
    Rule,
    Severity,
    Table,
    Total,
)
from lakehouse.contracts.star import MONEY
from lakehouse.workloads.shop.contracts import sources

_ecom = partial(
    Table,
    Layer.SILVER,
    namespace=sources.NAMESPACES[sources.ECOM],
    source_database=sources.ECOM,
    functions="lakehouse.workloads.shop.silver.ecom",
)
_marketing = partial(
    Table,
    Layer.SILVER,
    namespace=sources.NAMESPACES[sources.MARKETING],
    source_database=sources.MARKETING,
    functions="lakehouse.workloads.shop.silver.marketing",
)
EARLIEST, LATEST = "2000-01-01", "2100-01-01"

ORDER_STATUSES = (
    "created",
    "approved",
    "invoiced",
    "processing",
    "shipped",
    "delivered",
    "unavailable",
    "canceled",
)
PAYMENT_TYPES = ("credit_card", "boleto", "voucher", "debit_card", "not_defined")

# Categories that the published translation lacks; any other that comes keeps its own name.
CATEGORY_FALLBACKS = {
    "pc_gamer": "pc_gamer",
    "portateis_cozinha_e_preparadores_de_alimentos": "portable_kitchen_food_preparers",
}

# Corners of a box around Brazil and its islands, in degrees.
BRAZIL_LATITUDE = (-33.76, 5.28)
BRAZIL_LONGITUDE = (-73.99, -28.84)


def _possible(column: str) -> Rule:
    return Rule(
        f"impossible_{column}",
        f"{column} >= '{EARLIEST}' AND {column} < '{LATEST}'",
        f"{column} lies outside {EARLIEST} to {LATEST}",
    )


def _not_negative(column: str) -> Rule:
    return Rule(f"negative_{column}", f"{column} >= 0", f"{column} is negative")


def _one_of(column: str, values: tuple[str, ...]) -> Rule:
    listed = ", ".join(f"'{value}'" for value in values)
    return Rule(
        f"unknown_{column}", f"{column} IN ({listed})", f"{column} is none of {', '.join(values)}"
    )


def _address(prefix: str, personal: bool) -> tuple[Column, ...]:
    return (
        Column(
            "zip_code_prefix",
            "STRING",
            "First five digits of the zip code",
            f"{prefix}_zip_code_prefix",
            personal=personal,
            meaning=Meaning.ZIP_CODE_PREFIX,
        ),
        Column(
            "city",
            "STRING",
            "City, lower case without accents",
            f"{prefix}_city",
            personal=personal,
            meaning=Meaning.CITY,
        ),
        Column(
            "state",
            "STRING",
            "Two-letter code of the Brazilian state",
            f"{prefix}_state",
            meaning=Meaning.STATE,
        ),
    )


CUSTOMERS = _ecom(
    "customers",
    "An order's alias of a person, with the address at that time",
    (
        Column("customer_id", "STRING", "Alias of a person for one order", nullable=False),
        Column("customer_unique_id", "STRING", "The person", nullable=False, personal=True),
        *_address("customer", personal=True),
    ),
    grain=("customer_id",),
    reads=("customers",),
)
SELLERS = _ecom(
    "sellers",
    "A seller and where it ships from",
    (
        Column("seller_id", "STRING", "The seller", nullable=False),
        *_address("seller", personal=False),
    ),
    grain=("seller_id",),
    reads=("sellers",),
)
GEOLOCATION = _ecom(
    "geolocation",
    "One sighting of a zip code prefix, exact repetitions removed",
    (
        Column(
            "zip_code_prefix",
            "STRING",
            "First five digits of the zip code",
            "geolocation_zip_code_prefix",
            nullable=False,
            meaning=Meaning.ZIP_CODE_PREFIX,
        ),
        Column("latitude", "DOUBLE", "Degrees north", "geolocation_lat", nullable=False),
        Column("longitude", "DOUBLE", "Degrees east", "geolocation_lng", nullable=False),
        Column(
            "city",
            "STRING",
            "City, lower case without accents",
            "geolocation_city",
            meaning=Meaning.CITY,
        ),
        Column(
            "state",
            "STRING",
            "Two-letter code of the Brazilian state",
            "geolocation_state",
            meaning=Meaning.STATE,
        ),
        Column(
            "is_inside_brazil",
            "BOOLEAN",
            "Whether the coordinates lie in a box around Brazil",
            derived=True,
        ),
    ),
    reads=("geolocation",),
    rules=(
        Rule(
            "impossible_coordinates",
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            "the coordinates lie on no globe",
        ),
        Rule(
            "inside_brazil",
            "is_inside_brazil",
            "the coordinates lie outside Brazil; gold leaves them out of the median",
            Severity.WARN,
        ),
    ),
)
ORDERS = _ecom(
    "orders",
    "An order and the moments of its life",
    (
        Column("order_id", "STRING", "The order", nullable=False),
        Column("customer_id", "STRING", "Alias of the person who ordered", nullable=False),
        Column("order_status", "STRING", "Last known state of the order", nullable=False),
        Column(
            "purchased_at",
            "TIMESTAMP",
            "Moment of purchase, UTC",
            "order_purchase_timestamp",
            nullable=False,
        ),
        Column("approved_at", "TIMESTAMP", "Payment approved, UTC", "order_approved_at"),
        Column(
            "handed_to_carrier_at",
            "TIMESTAMP",
            "Handed to the carrier, UTC",
            "order_delivered_carrier_date",
        ),
        Column(
            "delivered_at",
            "TIMESTAMP",
            "Delivered to the customer, UTC",
            "order_delivered_customer_date",
        ),
        Column(
            "estimated_delivery_date",
            "DATE",
            "Day by which delivery was promised",
            "order_estimated_delivery_date",
        ),
    ),
    grain=("order_id",),
    reads=("orders",),
    rules=(
        _one_of("order_status", ORDER_STATUSES),
        _possible("purchased_at"),
        _possible("approved_at"),
        _possible("handed_to_carrier_at"),
        _possible("delivered_at"),
        _possible("estimated_delivery_date"),
        Rule(
            "handed_over_after_approval",
            "handed_to_carrier_at >= approved_at",
            "handed to the carrier before the payment was approved",
            Severity.WARN,
        ),
        Rule(
            "handed_over_after_purchase",
            "handed_to_carrier_at >= purchased_at",
            "handed to the carrier before the purchase",
            Severity.WARN,
        ),
    ),
    references=(Reference("customer_id", "customers", "customer_id", Severity.WARN),),
)
ORDER_ITEMS = _ecom(
    "order_items",
    "One unit of a product in an order",
    (
        Column("order_id", "STRING", "The order", nullable=False),
        Column("order_item_id", "INT", "Number of the item in its order, from 1", nullable=False),
        Column("product_id", "STRING", "The product", nullable=False),
        Column("seller_id", "STRING", "The seller who ships it", nullable=False),
        Column(
            "shipping_limit_at",
            "TIMESTAMP",
            "Latest moment to hand it to the carrier, UTC",
            "shipping_limit_date",
        ),
        Column("price", MONEY, "Price of the item, BRL", nullable=False),
        Column("freight", MONEY, "Freight of the item, BRL", "freight_value", nullable=False),
    ),
    grain=("order_id", "order_item_id"),
    reads=("order_items",),
    rules=(_not_negative("price"), _not_negative("freight"), _possible("shipping_limit_at")),
    references=(
        Reference("order_id", "orders", "order_id", Severity.QUARANTINE),
        Reference("product_id", "products", "product_id", Severity.WARN),
        Reference("seller_id", "sellers", "seller_id", Severity.WARN),
    ),
    totals=(Total("price", "price"), Total("freight", "freight_value")),
)
ORDER_PAYMENTS = _ecom(
    "order_payments",
    "One payment towards an order",
    (
        Column("order_id", "STRING", "The order", nullable=False),
        Column(
            "payment_sequential",
            "INT",
            "Number of the payment in its order, from 1",
            nullable=False,
        ),
        Column("payment_type", "STRING", "Means of payment", nullable=False),
        Column("payment_installments", "INT", "Number of instalments"),
        Column("payment_value", MONEY, "Amount paid, BRL", nullable=False),
    ),
    grain=("order_id", "payment_sequential"),
    reads=("order_payments",),
    rules=(_one_of("payment_type", PAYMENT_TYPES), _not_negative("payment_value")),
    references=(Reference("order_id", "orders", "order_id", Severity.QUARANTINE),),
    totals=(Total("payment_value", "payment_value"),),
)
ORDER_REVIEWS = _ecom(
    "order_reviews",
    "A customer's review of an order; one review may cover several orders",
    (
        Column("review_id", "STRING", "The review; not unique alone", nullable=False),
        Column("order_id", "STRING", "The order", nullable=False),
        Column("review_score", "INT", "Stars, 1 to 5", nullable=False),
        Column(
            "comment_title",
            "STRING",
            "Title of the comment, Portuguese",
            "review_comment_title",
            personal=True,
            meaning=Meaning.FREE_TEXT,
        ),
        Column(
            "comment_message",
            "STRING",
            "Text of the comment, Portuguese",
            "review_comment_message",
            personal=True,
            meaning=Meaning.FREE_TEXT,
        ),
        Column("created_date", "DATE", "Day the survey was sent", "review_creation_date"),
        Column("answered_at", "TIMESTAMP", "Moment of the answer, UTC", "review_answer_timestamp"),
    ),
    grain=("review_id", "order_id"),
    reads=("order_reviews",),
    rules=(
        Rule("impossible_review_score", "review_score BETWEEN 1 AND 5", "the score is not 1 to 5"),
        _possible("created_date"),
        _possible("answered_at"),
    ),
    references=(Reference("order_id", "orders", "order_id", Severity.QUARANTINE),),
)
PRODUCTS = _ecom(
    "products",
    "A product of the catalogue",
    (
        Column("product_id", "STRING", "The product", nullable=False),
        Column("product_category_name", "STRING", "Category, Portuguese", meaning=Meaning.NAME),
        Column("product_name_length", "INT", "Characters of the name", "product_name_lenght"),
        Column(
            "product_description_length",
            "INT",
            "Characters of the description",
            "product_description_lenght",
        ),
        Column("product_photo_count", "INT", "Published photos", "product_photos_qty"),
        Column("weight_grams", "INT", "Weight, grams", "product_weight_g"),
        Column("length_centimeters", "INT", "Length, centimetres", "product_length_cm"),
        Column("height_centimeters", "INT", "Height, centimetres", "product_height_cm"),
        Column("width_centimeters", "INT", "Width, centimetres", "product_width_cm"),
    ),
    grain=("product_id",),
    reads=("products",),
)
CATEGORY_TRANSLATION = _ecom(
    "product_category_name_translation",
    "English name of every category in use, completed where the published table has none",
    (
        Column(
            "product_category_name",
            "STRING",
            "Category, Portuguese",
            nullable=False,
            meaning=Meaning.NAME,
        ),
        Column(
            "product_category_name_english",
            "STRING",
            "Category, English",
            nullable=False,
            meaning=Meaning.NAME,
        ),
        Column(
            "has_published_translation",
            "BOOLEAN",
            "False where the declared fallback stands in",
            derived=True,
        ),
    ),
    grain=("product_category_name",),
    reads=("product_category_name_translation", "products"),
    completed="NOT has_published_translation",
)
MARKETING_QUALIFIED_LEADS = _marketing(
    "marketing_qualified_leads",
    "A seller-to-be that asked for contact",
    (
        Column("mql_id", "STRING", "The marketing qualified lead", nullable=False),
        Column("first_contact_date", "DATE", "Day of the first contact"),
        Column("landing_page_id", "STRING", "Page on which it asked"),
        Column("origin", "STRING", "Channel it came by"),
    ),
    grain=("mql_id",),
    reads=("marketing_qualified_leads",),
    rules=(_possible("first_contact_date"),),
)
CLOSED_DEALS = _marketing(
    "closed_deals",
    "A lead that became a seller",
    (
        Column("mql_id", "STRING", "The marketing qualified lead", nullable=False),
        Column("seller_id", "STRING", "The seller it became"),
        Column(
            "sales_development_representative_id",
            "STRING",
            "Who qualified the lead",
            "sdr_id",
            personal=True,
        ),
        Column("sales_representative_id", "STRING", "Who closed the deal", "sr_id", personal=True),
        Column("won_at", "TIMESTAMP", "Moment the deal was closed, UTC", "won_date"),
        Column("business_segment", "STRING", "What it sells"),
        Column("lead_type", "STRING", "Size and kind of the lead"),
        Column("lead_behaviour_profile", "STRING", "Behaviour noted by the representative"),
        Column("has_company", "BOOLEAN", "Whether it is a registered company"),
        Column("has_gtin", "BOOLEAN", "Whether its goods have trade item numbers"),
        Column("average_stock", "STRING", "Range of units in stock"),
        Column("business_type", "STRING", "Reseller or manufacturer"),
        Column("declared_product_catalog_size", "DECIMAL(12,1)", "Products it says it has"),
        Column("declared_monthly_revenue", MONEY, "Revenue a month it declares, BRL; mostly 0"),
    ),
    grain=("mql_id",),
    reads=("closed_deals",),
    rules=(_possible("won_at"), _not_negative("declared_monthly_revenue")),
    references=(Reference("mql_id", "marketing_qualified_leads", "mql_id", Severity.QUARANTINE),),
    totals=(Total("declared_monthly_revenue", "declared_monthly_revenue"),),
)

TABLES: tuple[Table, ...] = (
    CUSTOMERS,
    SELLERS,
    GEOLOCATION,
    PRODUCTS,
    CATEGORY_TRANSLATION,
    ORDERS,
    ORDER_ITEMS,
    ORDER_PAYMENTS,
    ORDER_REVIEWS,
    MARKETING_QUALIFIED_LEADS,
    CLOSED_DEALS,
)
