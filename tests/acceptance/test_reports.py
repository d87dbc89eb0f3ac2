"""What the reports show of a lake that both ways have filled: figures that agree with the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from acceptance.lake import LINES
from integration.launching import lakehouse_json
from lakehouse.serving.reports import queries
from lakehouse.serving.reports.measures import MEASURES
from lakehouse.serving.reports.model import Measure
from lakehouse.serving.thrift import query

VISUALS = dict(queries.all_visuals())


@pytest.fixture(scope="module")
def shown(streamed: dict[str, dict]) -> dict[str, dict[str, Any]]:
    """What every visual got, by its name; the command fails where one has no data."""
    return {each["visual"]: each for each in lakehouse_json("bi", "queries")}


@pytest.mark.parametrize("name", VISUALS)
def test_a_visual_has_rows(name: str, shown: dict[str, dict[str, Any]]) -> None:
    rows = shown[name]["rows"]
    assert rows
    measures = [row[-len(VISUALS[name].measures) :] for row in rows]
    # a group may lack one of its measures, such as the days late of orders under way
    assert all(any(value is not None for value in row) for row in measures)
    assert all(any(row[i] is not None for row in measures) for i in range(len(measures[0])))


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ("warehouse/revenue-by-month", "warehouse/revenue"),
        ("warehouse/revenue-by-state", "warehouse/revenue"),
        ("warehouse/orders-by-status", "warehouse/orders"),
        ("log/requests-by-hour", "log/requests"),
        ("log/status-mix", "log/requests"),
        ("log/bytes-by-client", "log/bytes"),
        ("clickstream/sessions-by-outcome", "clickstream/sessions"),
        ("clickstream/revenue-by-hour", "clickstream/click-revenue"),
    ],
)
def test_parts_add_up_to_the_whole(
    parts: str, whole: str, shown: dict[str, dict[str, Any]]
) -> None:
    total = sum(Decimal(str(row[1])) for row in shown[parts]["rows"] if row[1] is not None)
    assert total == Decimal(str(shown[whole]["rows"][0][0]))


@pytest.mark.parametrize(
    ("summary", "fact"),
    [
        (
            "SELECT sum(item_count), sum(price_total), sum(freight_total) "
            "FROM gold.fact_sales_month",
            "SELECT count(*), sum(price), sum(freight) FROM gold.fact_order_item",
        ),
        (
            "SELECT sum(order_count), sum(late_count), sum(days_late_total), "
            "sum(days_to_deliver_total) FROM gold.fact_delivery_month",
            "SELECT count(*), count_if(is_late), sum(days_late), sum(days_to_deliver) "
            "FROM gold.fact_order",
        ),
        (
            "SELECT sum(event_count), sum(purchase_count) FROM gold.fact_product_day",
            "SELECT count(*), count_if(event_type = 'purchase') FROM gold.fact_clickstream",
        ),
    ],
    ids=["sales", "deliveries", "products"],
)
def test_a_summary_adds_up_to_its_fact(
    summary: str, fact: str, shown: dict[str, dict[str, Any]]
) -> None:
    (parts,), (whole,) = query(summary).rows, query(fact).rows
    assert [Decimal(part) for part in parts] == [Decimal(part) for part in whole]


def test_figures_agree_with_verify(shown: dict[str, dict[str, Any]]) -> None:
    lines = lakehouse_json("verify")
    assert [line for line in lines if not line["balanced"]] == []
    found = {
        (line["table"], line["subject"]): Decimal(str(line["found"]))
        for line in lines
        if line["hop"] == "silver → gold"
    }
    for visual, line in (
        ("warehouse/revenue", ("fact_order_item", "price")),
        ("warehouse/freight", ("fact_order_item", "freight")),
        ("warehouse/orders", ("fact_order", "rows")),
    ):
        assert Decimal(str(shown[visual]["rows"][0][0])) == found[line]
    paid = sum(Decimal(str(row[1])) for row in shown["warehouse/payment-mix"]["rows"])
    assert paid == found["fact_payment", "payment_value"]


def test_figures_agree_with_what_the_writers_wrote(
    shown: dict[str, dict[str, Any]], streamed: dict[str, dict]
) -> None:
    good = {
        stream: counts["lines"] - sum(counts["malformed"].values())
        for stream, counts in streamed.items()
    }
    events = sum(row[1] for row in shown["clickstream/events-by-type"]["rows"])
    assert shown["log/requests"]["rows"] == [[good["access_log"]]]
    assert events == good["clickstream"]
    assert sum(good.values()) < LINES
    assert shown["clickstream/click-revenue"]["rows"] == [[str(streamed["clickstream"]["revenue"])]]


def test_the_funnel_grows_narrower(shown: dict[str, dict[str, Any]]) -> None:
    (steps,) = shown["clickstream/funnel"]["rows"]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] <= shown["clickstream/sessions"]["rows"][0][0]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_every_measure_has_a_value(measure: Measure, streamed: dict[str, dict]) -> None:
    (row,) = query(f"SELECT {queries.sql(measure.name)} FROM gold.{measure.table}").rows
    assert row[0] is not None


def test_a_moved_parameter_moves_the_scenario(
    shown: dict[str, dict[str, Any]],
) -> None:
    moved = {"price_change": 0.1, "freight_change": -0.2}
    (row,) = query(queries.query(VISUALS["warehouse/scenario-difference"], moved)).rows
    revenue, freight = (
        Decimal(shown[name]["rows"][0][0]) for name in ("warehouse/revenue", "warehouse/freight")
    )
    expected = revenue * Decimal("0.1") - freight * Decimal("0.2")
    assert Decimal(row[0]) == pytest.approx(expected, abs=Decimal("0.01"))
