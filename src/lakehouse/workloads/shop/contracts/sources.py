"""The source databases `ecom` and `marketing`, as published by Olist.

Every column is text: the source keeps what was published, character for character, and typing is
silver's work, so that an impossible timestamp reaches quarantine instead of stopping a load.
Published data: Kaggle `olistbr/brazilian-ecommerce` and `olistbr/marketing-funnel-olist`.
"""

from __future__ import annotations

from lakehouse.contracts.model import Column, Layer, Namespace, Table

WORKLOAD = "shop"
ECOM = "ecom"
MARKETING = "marketing"
# Tables of a source database have a folder of its name in bronze and silver.
NAMESPACES = {name: Namespace(WORKLOAD, plain=True, folder=name) for name in (ECOM, MARKETING)}


def _source(
    database: str,
    name: str,
    file: str,
    columns: str,
    description: str,
    key: tuple[str, ...] = (),
    personal: tuple[str, ...] = (),
) -> Table:
    return Table(
        layer=Layer.SOURCE,
        namespace=NAMESPACES[database],
        source_database=database,
        name=name,
        file=file,
        description=description,
        columns=tuple(
            Column(c, "STRING", "as published", personal=c in personal) for c in columns.split()
        ),
        primary_key=key,
    )


CUSTOMERS = _source(
    ECOM,
    "customers",
    "olist_customers_dataset.csv",
    "customer_id customer_unique_id customer_zip_code_prefix customer_city customer_state",
    "An order's alias of a person, with the address at that time",
    ("customer_id",),
    ("customer_unique_id", "customer_zip_code_prefix", "customer_city"),
)
GEOLOCATION = _source(
    ECOM,
    "geolocation",
    "olist_geolocation_dataset.csv",
    "geolocation_zip_code_prefix geolocation_lat geolocation_lng geolocation_city "
    "geolocation_state",
    "One sighting of a zip code prefix; a prefix has many",
)
ORDER_ITEMS = _source(
    ECOM,
    "order_items",
    "olist_order_items_dataset.csv",
    "order_id order_item_id product_id seller_id shipping_limit_date price freight_value",
    "One unit of a product in an order",
    ("order_id", "order_item_id"),
)
ORDER_PAYMENTS = _source(
    ECOM,
    "order_payments",
    "olist_order_payments_dataset.csv",
    "order_id payment_sequential payment_type payment_installments payment_value",
    "One payment towards an order",
    ("order_id", "payment_sequential"),
)
ORDER_REVIEWS = _source(
    ECOM,
    "order_reviews",
    "olist_order_reviews_dataset.csv",
    "review_id order_id review_score review_comment_title review_comment_message "
    "review_creation_date review_answer_timestamp",
    "A customer's review of an order; one review may cover several orders",
    ("review_id", "order_id"),
    ("review_comment_title", "review_comment_message"),
)
ORDERS = _source(
    ECOM,
    "orders",
    "olist_orders_dataset.csv",
    "order_id customer_id order_status order_purchase_timestamp order_approved_at "
    "order_delivered_carrier_date order_delivered_customer_date order_estimated_delivery_date",
    "An order and the moments of its life",
    ("order_id",),
)
PRODUCTS = _source(
    ECOM,
    "products",
    "olist_products_dataset.csv",
    "product_id product_category_name product_name_lenght product_description_lenght "
    "product_photos_qty product_weight_g product_length_cm product_height_cm product_width_cm",
    "A product of the catalogue",
    ("product_id",),
)
SELLERS = _source(
    ECOM,
    "sellers",
    "olist_sellers_dataset.csv",
    "seller_id seller_zip_code_prefix seller_city seller_state",
    "A seller and where it ships from",
    ("seller_id",),
)
CATEGORY_TRANSLATION = _source(
    ECOM,
    "product_category_name_translation",
    "product_category_name_translation.csv",
    "product_category_name product_category_name_english",
    "English name of a product category",
    ("product_category_name",),
)
MARKETING_QUALIFIED_LEADS = _source(
    MARKETING,
    "marketing_qualified_leads",
    "olist_marketing_qualified_leads_dataset.csv",
    "mql_id first_contact_date landing_page_id origin",
    "A seller-to-be that asked for contact",
    ("mql_id",),
)
CLOSED_DEALS = _source(
    MARKETING,
    "closed_deals",
    "olist_closed_deals_dataset.csv",
    "mql_id seller_id sdr_id sr_id won_date business_segment lead_type lead_behaviour_profile "
    "has_company has_gtin average_stock business_type declared_product_catalog_size "
    "declared_monthly_revenue",
    "A lead that became a seller",
    ("mql_id",),
)

TABLES: tuple[Table, ...] = (
    CUSTOMERS,
    GEOLOCATION,
    ORDER_ITEMS,
    ORDER_PAYMENTS,
    ORDER_REVIEWS,
    ORDERS,
    PRODUCTS,
    SELLERS,
    CATEGORY_TRANSLATION,
    MARKETING_QUALIFIED_LEADS,
    CLOSED_DEALS,
)
