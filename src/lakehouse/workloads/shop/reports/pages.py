"""Page of the report on sales: Warehouse."""

from __future__ import annotations

from lakehouse.serving.reports.model import Attribute, Kind, Page, Visual
from lakehouse.workloads.shop.reports.measures import PARAMETERS

_MONTH = Attribute("year_month", key="purchase_date_key")
_YEAR = Attribute("year", key="purchase_date_key")
_STATE = Attribute("state", key="customer_state_key")
_CATEGORY = Attribute("product_category_name_english", key="product_category_key")
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
PAGES = (WAREHOUSE,)
