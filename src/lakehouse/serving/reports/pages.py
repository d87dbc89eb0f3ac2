"""The three pages of the report: Warehouse, Log, ClickStream."""

from __future__ import annotations

from lakehouse.contracts.star import UNKNOWN_TEXT
from lakehouse.serving.reports.measures import FUNNEL_MEASURES, PARAMETERS
from lakehouse.serving.reports.model import Attribute, Kind, Page, Visual, Without

_MONTH = Attribute("year_month", key="purchase_date_key")
_YEAR = Attribute("year", key="purchase_date_key")
_STATE = Attribute("state", key="customer_state_key")
_CATEGORY = Attribute("product_category_name_english", key="product_category_key")
_PRODUCT = Attribute("product_id")
_TOP = 10

WAREHOUSE = Page(
    "warehouse",
    "Warehouse",
    "What was sold, where and when, how it was paid, delivered and judged",
    slicers=(("fact_order", _YEAR), ("fact_order", _STATE)),
    rows=(
        (
            Visual("revenue", "Revenue", Kind.NUMBER, ("Revenue",)),
            Visual("freight", "Freight", Kind.NUMBER, ("Freight",)),
            Visual("orders", "Orders", Kind.NUMBER, ("Orders",)),
            Visual("late-share", "Late deliveries", Kind.NUMBER, ("Late share",)),
            Visual("review-score", "Review score", Kind.NUMBER, ("Review score",)),
            Visual(
                "scenario-difference",
                "What the changes would bring",
                Kind.NUMBER,
                ("Scenario difference",),
            ),
        ),
        (
            Visual(
                "revenue-by-month",
                "Revenue and freight by month",
                Kind.LINE,
                (
                    "Monthly revenue",
                    "Scenario revenue",
                    "Monthly freight",
                    "Scenario freight",
                ),
                _MONTH,
            ),
            Visual(
                "orders-by-status",
                "Orders by status",
                Kind.BAR,
                ("Orders",),
                Attribute("order_status"),
            ),
            Visual(
                "payment-mix",
                "Payments by means",
                Kind.DONUT,
                ("Paid", "Payments"),
                Attribute("payment_type"),
            ),
        ),
        (
            Visual(
                "revenue-by-category",
                "Revenue by category",
                Kind.BAR,
                ("Monthly revenue", "Monthly freight"),
                _CATEGORY,
                top=_TOP,
            ),
            Visual(
                "revenue-by-state",
                "Revenue by state of the customer",
                Kind.BAR,
                ("Monthly revenue", "Monthly freight"),
                _STATE,
            ),
            Visual(
                "lateness-by-state",
                "Delivery by state of the customer",
                Kind.TABLE,
                (
                    "Monthly late share",
                    "Monthly days late",
                    "Monthly days to deliver",
                    "Monthly orders",
                ),
                _STATE,
            ),
            Visual(
                "lateness-by-month",
                "Late deliveries by month of purchase",
                Kind.LINE,
                ("Monthly late share",),
                _MONTH,
            ),
            Visual(
                "reviews-by-score",
                "Reviews by stars",
                Kind.COLUMN,
                ("Reviews",),
                Attribute("review_score"),
            ),
        ),
    ),
    parameters=PARAMETERS,
)
LOG = Page(
    "log",
    "Log",
    "What was asked of the web server, and how it answered",
    slicers=(("fact_access_log", Attribute("date_key", key="request_date_key")),),
    rows=(
        (
            Visual("requests", "Requests", Kind.NUMBER, ("Requests",)),
            Visual("errors", "Errors", Kind.NUMBER, ("Errors",)),
            Visual("error-share", "Error share", Kind.NUMBER, ("Error share",)),
            Visual("bytes", "Bytes sent", Kind.NUMBER, ("Bytes sent",)),
        ),
        (
            Visual(
                "requests-by-hour",
                "Requests and errors by hour, UTC",
                Kind.COLUMN,
                ("Requests", "Errors"),
                Attribute("request_hour"),
            ),
            Visual(
                "status-mix",
                "Requests by status",
                Kind.DONUT,
                ("Requests",),
                Attribute("status_class"),
            ),
        ),
        (
            Visual(
                "top-pages",
                "Pages most asked for",
                Kind.TABLE,
                ("Page requests", "Page errors"),
                Attribute("path"),
                top=_TOP,
            ),
            Visual(
                "bytes-by-client",
                "Bytes by kind of client",
                Kind.BAR,
                ("Bytes sent", "Requests"),
                Attribute("agent_class"),
            ),
        ),
    ),
)
CLICKSTREAM = Page(
    "clickstream",
    "ClickStream",
    "How visitors come to buy",
    slicers=(("fact_session", Attribute("date_key", key="started_date_key")),),
    rows=(
        (
            Visual("sessions", "Sessions", Kind.NUMBER, ("Sessions",)),
            Visual("conversion", "Sessions with a purchase", Kind.NUMBER, ("Conversion",)),
            Visual("click-revenue", "Revenue", Kind.NUMBER, ("Click revenue",)),
            Visual("purchases", "Purchases", Kind.NUMBER, ("Purchases",)),
        ),
        (
            Visual("funnel", "How far sessions come", Kind.FUNNEL, FUNNEL_MEASURES),
            Visual(
                "events-by-type",
                "Events by type",
                Kind.BAR,
                ("Events",),
                Attribute("event_type"),
            ),
            Visual(
                "sessions-by-outcome",
                "Sessions by outcome",
                Kind.DONUT,
                ("Sessions",),
                Attribute("outcome"),
            ),
        ),
        (
            Visual(
                "revenue-by-hour",
                "Revenue by hour, UTC",
                Kind.COLUMN,
                ("Click revenue",),
                Attribute("event_hour"),
            ),
            Visual(
                "top-products",
                "Products most bought",
                Kind.TABLE,
                ("Product purchases", "Product revenue", "Product events"),
                _PRODUCT,
                top=_TOP,
                without=(Without(_PRODUCT, UNKNOWN_TEXT),),
            ),
        ),
    ),
)
PAGES = (WAREHOUSE, LOG, CLICKSTREAM)
