"""Measures of the star schema, and the parameters of its scenario."""

from __future__ import annotations

from lakehouse.serving.reports.model import Format, Measure, Parameter

PRICE_CHANGE = Parameter(
    "price_change", "Price change", -0.3, 0.3, 0.01, 0, "What if all prices changed by this share"
)
FREIGHT_CHANGE = Parameter(
    "freight_change",
    "Freight change",
    -0.3,
    0.3,
    0.01,
    0,
    "What if all freight changed by this share",
)
PARAMETERS = (PRICE_CHANGE, FREIGHT_CHANGE)

_ITEMS = (
    Measure(
        "Revenue",
        "fact_order_item",
        "sum(price)",
        "SUM(fact_order_item[price])",
        Format.MONEY,
        "Prices of items, freight not counted, BRL",
    ),
    Measure(
        "Freight",
        "fact_order_item",
        "sum(freight)",
        "SUM(fact_order_item[freight])",
        Format.MONEY,
        "Freight of items, BRL",
    ),
    Measure(
        "Items",
        "fact_order_item",
        "count(*)",
        "COUNTROWS(fact_order_item)",
        Format.COUNT,
        "Items sold",
    ),
)
_SALES_BY_MONTH = (
    Measure(
        "Monthly revenue",
        "fact_sales_month",
        "sum(price_total)",
        "SUM(fact_sales_month[price_total])",
        Format.MONEY,
        "Prices of the items of whole months, freight not counted, BRL",
    ),
    Measure(
        "Monthly freight",
        "fact_sales_month",
        "sum(freight_total)",
        "SUM(fact_sales_month[freight_total])",
        Format.MONEY,
        "Freight of the items of whole months, BRL",
    ),
    Measure(
        "Scenario revenue",
        "fact_sales_month",
        "sum(price_total) * (1 + {price_change})",
        "[Monthly revenue] * (1 + [Price change value])",
        Format.MONEY,
        "Revenue with prices changed as chosen, BRL",
    ),
    Measure(
        "Scenario freight",
        "fact_sales_month",
        "sum(freight_total) * (1 + {freight_change})",
        "[Monthly freight] * (1 + [Freight change value])",
        Format.MONEY,
        "Freight changed as chosen, BRL",
    ),
    Measure(
        "Scenario difference",
        "fact_sales_month",
        "sum(price_total) * {price_change} + sum(freight_total) * {freight_change}",
        "[Scenario revenue] + [Scenario freight] - [Monthly revenue] - [Monthly freight]",
        Format.MONEY,
        "What the chosen changes add to revenue and freight together, BRL",
    ),
)
_ORDERS = (
    Measure("Orders", "fact_order", "count(*)", "COUNTROWS(fact_order)", Format.COUNT, "Orders"),
    Measure(
        "Late share",
        "fact_order",
        "try_divide(count_if(is_late), count(days_late))",
        "DIVIDE(CALCULATE(COUNTROWS(fact_order), fact_order[is_late] = TRUE()), "
        "COUNT(fact_order[days_late]))",
        Format.SHARE,
        "Delivered orders that came on a later day than promised, of all delivered",
    ),
    Measure(
        "Days to deliver",
        "fact_order",
        "avg(days_to_deliver)",
        "AVERAGE(fact_order[days_to_deliver])",
        Format.DECIMAL,
        "Average days from purchase to delivery",
    ),
    Measure(
        "Days late",
        "fact_order",
        "avg(days_late)",
        "AVERAGE(fact_order[days_late])",
        Format.DECIMAL,
        "Average days from the promised day to the day of delivery; negative is early",
    ),
)
_DELIVERIES_BY_MONTH = (
    Measure(
        "Monthly orders",
        "fact_delivery_month",
        "sum(order_count)",
        "SUM(fact_delivery_month[order_count])",
        Format.COUNT,
        "Orders of whole months",
    ),
    Measure(
        "Monthly late share",
        "fact_delivery_month",
        "try_divide(sum(late_count), sum(promised_count))",
        "DIVIDE(SUM(fact_delivery_month[late_count]), SUM(fact_delivery_month[promised_count]))",
        Format.SHARE,
        "Late share of the orders of whole months",
    ),
    Measure(
        "Monthly days to deliver",
        "fact_delivery_month",
        "try_divide(sum(days_to_deliver_total), sum(delivered_count))",
        "DIVIDE(SUM(fact_delivery_month[days_to_deliver_total]), "
        "SUM(fact_delivery_month[delivered_count]))",
        Format.DECIMAL,
        "Average days from purchase to delivery, of whole months",
    ),
    Measure(
        "Monthly days late",
        "fact_delivery_month",
        "try_divide(sum(days_late_total), sum(promised_count))",
        "DIVIDE(SUM(fact_delivery_month[days_late_total]), "
        "SUM(fact_delivery_month[promised_count]))",
        Format.DECIMAL,
        "Average days from the promised day to the day of delivery, of whole months",
    ),
)
_PAYMENTS_AND_REVIEWS = (
    Measure(
        "Paid",
        "fact_payment",
        "sum(payment_value)",
        "SUM(fact_payment[payment_value])",
        Format.MONEY,
        "Amounts paid, BRL",
    ),
    Measure(
        "Payments",
        "fact_payment",
        "count(*)",
        "COUNTROWS(fact_payment)",
        Format.COUNT,
        "Payments; an order may have several",
    ),
    Measure(
        "Review score",
        "fact_review",
        "avg(review_score)",
        "AVERAGE(fact_review[review_score])",
        Format.DECIMAL,
        "Average stars, 1 to 5",
    ),
    Measure(
        "Reviews", "fact_review", "count(*)", "COUNTROWS(fact_review)", Format.COUNT, "Reviews"
    ),
)
MEASURES = (*_ITEMS, *_SALES_BY_MONTH, *_ORDERS, *_DELIVERIES_BY_MONTH, *_PAYMENTS_AND_REVIEWS)
