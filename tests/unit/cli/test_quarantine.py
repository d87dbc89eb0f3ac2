"""`quarantine replay` of sources that hold different days."""

from __future__ import annotations

import dataclasses

import pytest

from lakehouse.cli.quarantine import day_by_source, runs_by_day
from lakehouse.platform.errors import PlatformError
from lakehouse.workloads.shop.contracts import silver
from lakehouse.workloads.shop.contracts.sources import ECOM, MARKETING

OLD, NEW = "2026-03-01", "2026-03-02"
SILVER = {
    ECOM: "Ecom_from_Bronze_to_Silver_using_Spark",
    MARKETING: "Marketing_from_Bronze_to_Silver_using_Spark",
}
IMPORTS = {
    ECOM: "Import_Ecom_data_to_Bronze_State_using_SQOOP",
    MARKETING: "Import_Marketing_data_to_Bronze_State_using_SQOOP",
}
GOLD = "Ecom_from_Silver_to_Gold_DataWarehouse_with_Hive"


def runs(days: dict[str, str], reimport: bool = False) -> list[tuple[list[str], str]]:
    return [([p.dag_id for p in found], day) for found, day in runs_by_day(days, reimport)]


def test_sources_of_one_day_are_replayed_together() -> None:
    assert runs({ECOM: NEW, MARKETING: NEW}) == [([SILVER[ECOM], SILVER[MARKETING], GOLD], NEW)]


def test_each_source_is_replayed_for_its_own_day_and_gold_for_the_newest() -> None:
    assert runs({ECOM: OLD, MARKETING: NEW}) == [
        ([SILVER[ECOM]], OLD),
        ([SILVER[MARKETING], GOLD], NEW),
    ]
    assert runs({ECOM: NEW, MARKETING: OLD}, reimport=True) == [
        ([IMPORTS[MARKETING], SILVER[MARKETING]], OLD),
        ([IMPORTS[ECOM], SILVER[ECOM], GOLD], NEW),
    ]


def test_other_source_is_not_replayed() -> None:
    assert runs({MARKETING: OLD}) == [([SILVER[MARKETING], GOLD], OLD)]


def test_tables_of_one_source_with_different_days_are_refused_with_the_commands() -> None:
    lead = next(table for table in silver.TABLES if table.source_database == MARKETING)
    days = {silver.ORDERS: OLD, lead: NEW}
    assert day_by_source(days) == {ECOM: OLD, MARKETING: NEW}
    another = dataclasses.replace(silver.ORDERS, name="another")
    with pytest.raises(PlatformError, match="different days") as refused:
        day_by_source(days | {another: NEW})
    for day in (OLD, NEW):
        assert f"./lakehouse run {SILVER[ECOM]} --date {day}" in str(refused.value)
