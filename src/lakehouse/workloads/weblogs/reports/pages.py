"""Pages of the report on the logs: Log, ClickStream."""

from __future__ import annotations

from lakehouse.contracts.star import UNKNOWN_TEXT
from lakehouse.serving.reports.model import Attribute, Kind, Page, Visual, Without
from lakehouse.workloads.weblogs.reports.measures import FUNNEL_MEASURES

_PRODUCT = Attribute("product_label", key="product_key")
_TOP = 10

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
PAGES = (LOG, CLICKSTREAM)
