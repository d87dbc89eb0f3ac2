"""The tables of gold: the star schema that reports are built on.

Facts point at dimensions by integer keys that stay the same between runs; `-1` is the unknown
member, so no key is ever null. Dates are their own keys; `1900-01-01` is the unknown date.
"""

from __future__ import annotations

from functools import partial

from lakehouse.contracts.model import (
    Column,
    Layer,
    Namespace,
    Reference,
    Rule,
    Severity,
    Table,
    Total,
)
from lakehouse.contracts.star import MONEY, date_key, date_member, key, member
from lakehouse.contracts.streams import EARLIEST_EVENT
from lakehouse.workloads.shop.contracts.sources import WORKLOAD

NAMESPACE = Namespace(WORKLOAD, plain=True)
_dimension = partial(
    Table, Layer.GOLD, namespace=NAMESPACE, functions="lakehouse.workloads.shop.gold.dimensions"
)
_fact = partial(
    Table, Layer.GOLD, namespace=NAMESPACE, functions="lakehouse.workloads.shop.gold.facts"
)

SUM_OF_MONEY = "DECIMAL(14,2)"
DAYS = "DECIMAL(9,2)"
SUM_OF_DAYS = "DECIMAL(14,2)"
# The calendar holds at least these years, for events of streams, whatever the sources hold.
CALENDAR_FIRST_YEAR = EARLIEST_EVENT.year
CALENDAR_LAST_YEAR = 2035


DIM_DATE = _dimension(
    "dim_date",
    "A day; the unknown member is 1900-01-01",
    (
        date_key("date_key", "The day"),
        Column("year", "INT", "Year", derived=True),
        Column("quarter", "INT", "Quarter, 1 to 4", derived=True),
        Column("month", "INT", "Month, 1 to 12", derived=True),
        Column("month_name", "STRING", "English name of the month", derived=True),
        Column("year_month", "STRING", "Year and month, as 2018-03", derived=True),
        Column("day_of_month", "INT", "Day, 1 to 31", derived=True),
        Column("day_of_week", "INT", "Day of the week, Monday is 1", derived=True),
        Column("day_name", "STRING", "English name of the day", derived=True),
        Column("week_of_year", "INT", "ISO week", derived=True),
        Column("is_weekend", "BOOLEAN", "Saturday or Sunday", derived=True),
    ),
    grain=("date_key",),
    reads=("orders", "order_items", "order_reviews", "marketing_qualified_leads", "closed_deals"),
    unknown_member=True,
)
DIM_GEOLOCATION = _dimension(
    "dim_geolocation",
    "A zip code prefix: median of its coordinates inside Brazil, most frequent city and state",
    (
        key("geolocation_key", "Key of the prefix"),
        Column("zip_code_prefix", "STRING", "First five digits of the zip code", nullable=False),
        Column("latitude", "DOUBLE", "Median degrees north"),
        Column("longitude", "DOUBLE", "Median degrees east"),
        Column("city", "STRING", "Most frequent city"),
        Column("state", "STRING", "Most frequent state"),
    ),
    grain=("zip_code_prefix",),
    reads=("geolocation",),
    unknown_member=True,
)
DIM_STATE = _dimension(
    "dim_state",
    "A state of Brazil, the federal district among them; declared, as no source holds them",
    (
        key("state_key", "Key of the state"),
        Column("state", "STRING", "Two-letter code of the state", nullable=False),
        Column("state_name", "STRING", "Name of the state, Portuguese", nullable=False),
        Column("iso_code", "STRING", "Code of the state by ISO 3166-2, as BR-SP"),
        Column("region", "STRING", "Region of Brazil, Portuguese", nullable=False),
    ),
    grain=("state",),
    unknown_member=True,
)
DIM_CUSTOMER = _dimension(
    "dim_customer",
    "A person at one address; a new version starts with the order that first names another one",
    (
        key("customer_key", "Key of the version; facts have that of their own order"),
        Column("customer_unique_id", "STRING", "The person", nullable=False, personal=True),
        Column("zip_code_prefix", "STRING", "First five digits of the zip code", personal=True),
        Column("city", "STRING", "City", personal=True),
        Column("state", "STRING", "Two-letter code of the state"),
        key("geolocation_key", "Place of the zip code prefix"),
        Column(
            "person_key",
            "BIGINT",
            "Number of the person, the same in all versions; counts people, and is the number "
            "of a visitor of the shop",
            nullable=False,
            derived=True,
        ),
        Column(
            "valid_from",
            "TIMESTAMP",
            "Purchase that first names the address, UTC",
            nullable=False,
            derived=True,
        ),
        Column(
            "valid_to",
            "TIMESTAMP",
            "Start of the next version, UTC, no longer part of this one; null in the current one",
            derived=True,
        ),
        Column(
            "is_current",
            "BOOLEAN",
            "True in the latest version of the person",
            nullable=False,
            derived=True,
        ),
    ),
    grain=("customer_unique_id", "valid_from"),
    reads=("customers", "orders", "dim_geolocation"),
    references=(member("geolocation_key", "dim_geolocation"),),
    rules=(
        Rule(
            "ends_after_its_start",
            "valid_to > valid_from",
            "the version ends before it starts",
            Severity.FAIL,
        ),
        Rule(
            "only_the_current_version_is_open",
            "is_current = (valid_to IS NULL)",
            "a current version has an end, or another one has none",
            Severity.FAIL,
        ),
    ),
    unknown_member=True,
    durable_key="person_key",
)
DIM_SELLER = _dimension(
    "dim_seller",
    "A seller and where it ships from",
    (
        key("seller_key", "Key of the seller"),
        Column("seller_id", "STRING", "The seller", nullable=False),
        Column("zip_code_prefix", "STRING", "First five digits of the zip code"),
        Column("city", "STRING", "City"),
        Column("state", "STRING", "Two-letter code of the state"),
        key("geolocation_key", "Place of the zip code prefix"),
    ),
    grain=("seller_id",),
    reads=("sellers", "dim_geolocation"),
    references=(member("geolocation_key", "dim_geolocation"),),
    unknown_member=True,
)
DIM_PRODUCT_CATEGORY = _dimension(
    "dim_product_category",
    "A product category in Portuguese and English",
    (
        key("product_category_key", "Key of the category"),
        Column("product_category_name", "STRING", "Category, Portuguese", nullable=False),
        Column("product_category_name_english", "STRING", "Category, English", nullable=False),
    ),
    grain=("product_category_name",),
    reads=("product_category_name_translation",),
    unknown_member=True,
)
DIM_PRODUCT = _dimension(
    "dim_product",
    "A product of the catalogue",
    (
        key("product_key", "Key of the product"),
        Column("product_id", "STRING", "The product", nullable=False),
        key("product_category_key", "Its category"),
        Column("product_category_name_english", "STRING", "Category, English", nullable=False),
        Column("product_label", "STRING", "Category and short id, to be shown", nullable=False),
        Column("product_name_length", "INT", "Characters of the name"),
        Column("product_description_length", "INT", "Characters of the description"),
        Column("product_photo_count", "INT", "Published photos"),
        Column("weight_grams", "INT", "Weight, grams"),
        Column("length_centimeters", "INT", "Length, centimetres"),
        Column("height_centimeters", "INT", "Height, centimetres"),
        Column("width_centimeters", "INT", "Width, centimetres"),
    ),
    grain=("product_id",),
    reads=("products", "dim_product_category"),
    references=(member("product_category_key", "dim_product_category"),),
    unknown_member=True,
)
DIM_LEAD = _dimension(
    "dim_lead",
    "A marketing qualified lead",
    (
        key("lead_key", "Key of the lead"),
        Column("mql_id", "STRING", "The marketing qualified lead", nullable=False),
        date_key("first_contact_date_key", "Day of the first contact"),
        Column("landing_page_id", "STRING", "Page on which it asked"),
        Column("origin", "STRING", "Channel it came by", nullable=False),
    ),
    grain=("mql_id",),
    reads=("marketing_qualified_leads",),
    references=(date_member("first_contact_date_key"),),
    unknown_member=True,
)
FACT_ORDER = _fact(
    "fact_order",
    "An order, those without items among them",
    (
        Column("order_id", "STRING", "The order", nullable=False),
        key("customer_key", "Who ordered, at the address of the order"),
        key("customer_state_key", "State of the order's own address"),
        date_key("purchase_date_key", "Day of purchase"),
        date_key("approved_date_key", "Day the payment was approved"),
        date_key("delivered_date_key", "Day of delivery"),
        date_key("estimated_delivery_date_key", "Day by which delivery was promised"),
        Column("order_status", "STRING", "Last known state of the order", nullable=False),
        Column("purchased_at", "TIMESTAMP", "Moment of purchase, UTC", nullable=False),
        Column("purchase_hour", "INT", "Hour of purchase, 0 to 23, UTC", derived=True),
        Column("approved_at", "TIMESTAMP", "Payment approved, UTC"),
        Column("handed_to_carrier_at", "TIMESTAMP", "Handed to the carrier, UTC"),
        Column("delivered_at", "TIMESTAMP", "Delivered to the customer, UTC"),
        Column("item_count", "INT", "Items in the order", nullable=False, derived=True),
        Column("seller_count", "INT", "Sellers in the order", nullable=False, derived=True),
        Column("payment_count", "INT", "Payments for the order", nullable=False, derived=True),
        Column("review_count", "INT", "Reviews of the order", nullable=False, derived=True),
        Column("price_total", SUM_OF_MONEY, "Prices of its items, BRL", nullable=False),
        Column("freight_total", SUM_OF_MONEY, "Freight of its items, BRL", nullable=False),
        Column("payment_total", SUM_OF_MONEY, "Its payments, BRL", nullable=False),
        Column(
            "payment_difference",
            SUM_OF_MONEY,
            "Payments less prices and freight, BRL",
            nullable=False,
            derived=True,
        ),
        Column("days_to_approve", DAYS, "Days from purchase to approval", derived=True),
        Column("days_to_hand_over", DAYS, "Days from approval to the carrier", derived=True),
        Column("days_to_deliver", DAYS, "Days from purchase to delivery", derived=True),
        Column(
            "days_late",
            "INT",
            "Days from the promised day to the day of delivery; negative is early",
            derived=True,
        ),
        Column(
            "is_late",
            "BOOLEAN",
            "Delivered on a later day than promised; null while not delivered",
            derived=True,
        ),
    ),
    grain=("order_id",),
    reads=(
        "orders",
        "order_items",
        "order_payments",
        "order_reviews",
        "customers",
        "dim_customer",
        "dim_state",
    ),
    references=(
        member("customer_key", "dim_customer"),
        member("customer_state_key", "dim_state", "state_key"),
        date_member("purchase_date_key"),
        date_member("approved_date_key"),
        date_member("delivered_date_key"),
        date_member("estimated_delivery_date_key"),
    ),
    rules=(
        Rule(
            "difference_adds_up",
            "payment_difference = payment_total - price_total - freight_total",
            "the payment difference does not add up",
            Severity.FAIL,
        ),
        Rule(
            "paid_in_full",
            "item_count = 0 OR abs(payment_difference) <= 0.01",
            "payments differ from items plus freight by more than 0.01",
            Severity.WARN,
        ),
    ),
    totals=(
        Total("price_total", "order_items.price"),
        Total("freight_total", "order_items.freight"),
        Total("payment_total", "order_payments.payment_value"),
    ),
)
FACT_ORDER_ITEM = _fact(
    "fact_order_item",
    "One unit of a product in an order, with its share of the order's payments",
    (
        Column("order_id", "STRING", "The order", nullable=False),
        Column("order_item_id", "INT", "Number of the item in its order, from 1", nullable=False),
        key("customer_key", "Who ordered, at the address of the order"),
        key("customer_state_key", "State of the order's own address"),
        key("product_key", "The product"),
        key("product_category_key", "The product's category"),
        key("seller_key", "Who ships it"),
        date_key("purchase_date_key", "Day of purchase"),
        Column("order_status", "STRING", "Last known state of the order", nullable=False),
        Column("shipping_limit_at", "TIMESTAMP", "Latest moment for the carrier, UTC"),
        Column("price", MONEY, "Price of the item, BRL", nullable=False),
        Column("freight", MONEY, "Freight of the item, BRL", nullable=False),
        Column(
            "payment_allocated",
            MONEY,
            "Share of the order's payments, by price plus freight, largest remainder, BRL",
            nullable=False,
            derived=True,
        ),
    ),
    grain=("order_id", "order_item_id"),
    reads=(
        "order_items",
        "orders",
        "order_payments",
        "customers",
        "dim_customer",
        "dim_state",
        "dim_product",
        "dim_seller",
    ),
    references=(
        member("customer_key", "dim_customer"),
        member("customer_state_key", "dim_state", "state_key"),
        member("product_key", "dim_product"),
        member("product_category_key", "dim_product_category"),
        member("seller_key", "dim_seller"),
        date_member("purchase_date_key"),
        Reference("order_id", "fact_order", "order_id", Severity.FAIL),
    ),
    totals=(Total("price", "order_items.price"), Total("freight", "order_items.freight")),
)
FACT_SALES_MONTH = _fact(
    "fact_sales_month",
    "What was sold of a category to a state in a month: what reports ask of all items",
    (
        date_key("purchase_date_key", "First day of the month of purchase"),
        key("product_category_key", "The products' category"),
        key("customer_state_key", "State of the orders' own addresses"),
        Column("item_count", "BIGINT", "Items sold", nullable=False, derived=True),
        Column("price_total", SUM_OF_MONEY, "Prices of these items, BRL", nullable=False),
        Column("freight_total", SUM_OF_MONEY, "Freight of these items, BRL", nullable=False),
    ),
    grain=("purchase_date_key", "product_category_key", "customer_state_key"),
    reads=("fact_order_item",),
    references=(
        date_member("purchase_date_key"),
        member("product_category_key", "dim_product_category"),
        member("customer_state_key", "dim_state", "state_key"),
    ),
    totals=(
        Total("price_total", "fact_order_item.price"),
        Total("freight_total", "fact_order_item.freight"),
    ),
)
FACT_DELIVERY_MONTH = _fact(
    "fact_delivery_month",
    "How the orders of a month came to a state: what reports ask of all orders",
    (
        date_key("purchase_date_key", "First day of the month of purchase"),
        key("customer_state_key", "State of the orders' own addresses"),
        Column("order_count", "BIGINT", "Orders", nullable=False, derived=True),
        Column("delivered_count", "BIGINT", "Orders delivered", nullable=False, derived=True),
        Column(
            "days_to_deliver_total",
            SUM_OF_DAYS,
            "Days from purchase to delivery, summed over those delivered",
            nullable=False,
            derived=True,
        ),
        Column(
            "promised_count",
            "BIGINT",
            "Orders delivered that a day was promised for",
            nullable=False,
            derived=True,
        ),
        Column(
            "days_late_total",
            SUM_OF_DAYS,
            "Days from the promised day to the day of delivery, summed; early ones count below 0",
            nullable=False,
            derived=True,
        ),
        Column(
            "late_count",
            "BIGINT",
            "Orders that came on a later day than promised",
            nullable=False,
            derived=True,
        ),
    ),
    grain=("purchase_date_key", "customer_state_key"),
    reads=("fact_order",),
    references=(
        date_member("purchase_date_key"),
        member("customer_state_key", "dim_state", "state_key"),
    ),
)
FACT_PAYMENT = _fact(
    "fact_payment",
    "One payment towards an order",
    (
        Column("order_id", "STRING", "The order", nullable=False),
        Column("payment_sequential", "INT", "Number of the payment in its order", nullable=False),
        key("customer_key", "Who ordered, at the address of the order"),
        key("customer_state_key", "State of the order's own address"),
        date_key("purchase_date_key", "Day of purchase"),
        Column("payment_type", "STRING", "Means of payment", nullable=False),
        Column("payment_installments", "INT", "Number of instalments"),
        Column("payment_value", MONEY, "Amount paid, BRL", nullable=False),
    ),
    grain=("order_id", "payment_sequential"),
    reads=("order_payments", "orders", "customers", "dim_customer", "dim_state"),
    references=(
        member("customer_key", "dim_customer"),
        member("customer_state_key", "dim_state", "state_key"),
        date_member("purchase_date_key"),
        Reference("order_id", "fact_order", "order_id", Severity.FAIL),
    ),
    totals=(Total("payment_value", "order_payments.payment_value"),),
)
FACT_REVIEW = _fact(
    "fact_review",
    "A review of an order",
    (
        Column("review_id", "STRING", "The review; not unique alone", nullable=False),
        Column("order_id", "STRING", "The order", nullable=False),
        key("customer_key", "Who ordered, at the address of the order"),
        key("customer_state_key", "State of the order's own address"),
        date_key("purchase_date_key", "Day of purchase"),
        date_key("created_date_key", "Day the survey was sent"),
        Column("answered_at", "TIMESTAMP", "Moment of the answer, UTC"),
        Column("review_score", "INT", "Stars, 1 to 5", nullable=False),
        Column("has_comment", "BOOLEAN", "Whether there is a text", nullable=False, derived=True),
        Column("comment_title", "STRING", "Title of the comment, Portuguese", personal=True),
        Column("comment_message", "STRING", "Text of the comment, Portuguese", personal=True),
    ),
    grain=("review_id", "order_id"),
    reads=("order_reviews", "orders", "customers", "dim_customer", "dim_state"),
    references=(
        member("customer_key", "dim_customer"),
        member("customer_state_key", "dim_state", "state_key"),
        date_member("purchase_date_key"),
        date_member("created_date_key"),
        Reference("order_id", "fact_order", "order_id", Severity.FAIL),
    ),
)
FACT_CLOSED_DEAL = _fact(
    "fact_closed_deal",
    "A lead that became a seller; most sellers of deals have not sold yet",
    (
        Column("mql_id", "STRING", "The marketing qualified lead", nullable=False),
        key("lead_key", "The lead"),
        key("seller_key", "The seller it became"),
        date_key("won_date_key", "Day the deal was closed"),
        Column("won_at", "TIMESTAMP", "Moment the deal was closed, UTC"),
        Column("seller_id", "STRING", "The seller, also where it is unknown to dim_seller"),
        Column("business_segment", "STRING", "What it sells"),
        Column("lead_type", "STRING", "Size and kind of the lead"),
        Column("lead_behaviour_profile", "STRING", "Behaviour noted by the representative"),
        Column("business_type", "STRING", "Reseller or manufacturer"),
        Column("days_to_close", "INT", "Days from first contact to the deal", derived=True),
        Column("declared_product_catalog_size", "DECIMAL(12,1)", "Products it says it has"),
        Column("declared_monthly_revenue", MONEY, "Revenue a month it declares, BRL"),
    ),
    grain=("mql_id",),
    reads=("closed_deals", "marketing_qualified_leads", "dim_lead", "dim_seller"),
    references=(
        member("lead_key", "dim_lead"),
        member("seller_key", "dim_seller"),
        date_member("won_date_key"),
    ),
    totals=(Total("declared_monthly_revenue", "closed_deals.declared_monthly_revenue"),),
)

TABLES: tuple[Table, ...] = (
    DIM_DATE,
    DIM_GEOLOCATION,
    DIM_STATE,
    DIM_CUSTOMER,
    DIM_SELLER,
    DIM_PRODUCT_CATEGORY,
    DIM_PRODUCT,
    DIM_LEAD,
    FACT_ORDER,
    FACT_ORDER_ITEM,
    FACT_SALES_MONTH,
    FACT_DELIVERY_MONTH,
    FACT_PAYMENT,
    FACT_REVIEW,
    FACT_CLOSED_DEAL,
)
