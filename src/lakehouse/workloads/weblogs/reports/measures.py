"""Measures of requests, clicks and sessions."""

from __future__ import annotations

from lakehouse.serving.reports.model import Format, Measure
from lakehouse.workloads.weblogs.contracts.streams import FUNNEL

_REQUESTS = (
    Measure(
        "Requests",
        "fact_access_log",
        "count(*)",
        "COUNTROWS(fact_access_log)",
        Format.COUNT,
        "Requests to the web server",
    ),
    Measure(
        "Errors",
        "fact_access_log",
        "count_if(status_code >= 400)",
        "CALCULATE(COUNTROWS(fact_access_log), fact_access_log[status_code] >= 400) + 0",
        Format.COUNT,
        "Requests answered with status 4xx or 5xx",
    ),
    Measure(
        "Error share",
        "fact_access_log",
        "count_if(status_code >= 400) / count(*)",
        "DIVIDE([Errors], [Requests])",
        Format.SHARE,
        "Errors of all requests",
    ),
    Measure(
        "Bytes sent",
        "fact_access_log",
        "sum(bytes_sent)",
        "SUM(fact_access_log[bytes_sent])",
        Format.BYTES,
        "Bytes of the answers",
    ),
    Measure(
        "Page requests",
        "fact_page_day",
        "sum(request_count)",
        "SUM(fact_page_day[request_count])",
        Format.COUNT,
        "Requests by page",
    ),
    Measure(
        "Page errors",
        "fact_page_day",
        "sum(error_count)",
        "SUM(fact_page_day[error_count])",
        Format.COUNT,
        "Requests by page that were answered with status 4xx or 5xx",
    ),
)
_CLICKS = (
    Measure(
        "Events",
        "fact_clickstream",
        "count(*)",
        "COUNTROWS(fact_clickstream)",
        Format.COUNT,
        "What visitors did, each action once",
    ),
    Measure(
        "Purchases",
        "fact_clickstream",
        "count_if(event_type = 'purchase')",
        'CALCULATE(COUNTROWS(fact_clickstream), fact_clickstream[event_type] = "purchase") + 0',
        Format.COUNT,
        "Purchases in the clickstream",
    ),
    Measure(
        "Click revenue",
        "fact_clickstream",
        "sum(amount)",
        "SUM(fact_clickstream[amount])",
        Format.MONEY,
        "Amounts of purchases in the clickstream, BRL",
    ),
    Measure(
        "Product purchases",
        "fact_product_day",
        "sum(purchase_count)",
        "SUM(fact_product_day[purchase_count])",
        Format.COUNT,
        "Purchases by product in the clickstream",
    ),
    Measure(
        "Product revenue",
        "fact_product_day",
        "sum(revenue)",
        "SUM(fact_product_day[revenue])",
        Format.MONEY,
        "Amounts of purchases by product in the clickstream, BRL",
    ),
    Measure(
        "Product events",
        "fact_product_day",
        "sum(event_count)",
        "SUM(fact_product_day[event_count])",
        Format.COUNT,
        "What visitors did, by product",
    ),
    Measure(
        "Sessions",
        "fact_session",
        "count(*)",
        "COUNTROWS(fact_session)",
        Format.COUNT,
        "Sessions of visitors",
    ),
    Measure(
        "Conversion",
        "fact_session",
        "count_if(purchase_count > 0) / count(*)",
        "DIVIDE(CALCULATE(COUNTROWS(fact_session), fact_session[purchase_count] > 0), [Sessions])",
        Format.SHARE,
        "Sessions with a purchase, of all",
    ),
)


def _reached(event: str, step: int) -> Measure:
    words = event.replace("_", " ")
    return Measure(
        f"Reached {words}",
        "fact_session",
        f"count_if(funnel_step >= {step})",
        f"CALCULATE(COUNTROWS(fact_session), fact_session[funnel_step] >= {step}) + 0",
        Format.COUNT,
        f"Sessions that came as far as {words}",
    )


_FUNNEL = tuple(_reached(event, step) for event, step in FUNNEL.items())
FUNNEL_MEASURES = tuple(measure.name for measure in _FUNNEL)
MEASURES = (*_REQUESTS, *_CLICKS, *_FUNNEL)
