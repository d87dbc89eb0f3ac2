"""Days of silver that gold is built from."""

from __future__ import annotations

import pytest

from lakehouse.gold.sources import day_problem
from lakehouse.workloads.shop.contracts.silver import CLOSED_DEALS, CUSTOMERS, ORDERS

DAY, NEXT = "2026-03-01", "2026-03-02"


@pytest.mark.parametrize(
    ("deals", "customers", "orders"),
    [(DAY, DAY, DAY), (NEXT, DAY, DAY), ("2026-02-28", DAY, DAY), (DAY, NEXT, NEXT)],
)
def test_one_day_per_source_of_which_one_is_that_of_the_run(
    deals: str, customers: str, orders: str
) -> None:
    assert day_problem({CLOSED_DEALS: deals, CUSTOMERS: customers, ORDERS: orders}, DAY) == ""


def test_tables_of_a_source_of_different_days_are_refused() -> None:
    found = day_problem({CUSTOMERS: DAY, ORDERS: NEXT}, DAY)

    assert "silver.customers of 2026-03-01, silver.orders of 2026-03-02" in found
    assert found.endswith(f"run ./lakehouse run --all --date {DAY}")


def test_day_that_silver_does_not_hold_is_refused() -> None:
    found = day_problem({CUSTOMERS: NEXT, ORDERS: NEXT}, DAY)

    assert found.startswith("silver holds 2026-03-02, not 2026-03-01")
