"""Ingest dates of the silver tables that a gold table is built from."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import SparkSession

from lakehouse.contracts.model import Layer, Table
from lakehouse.registry import catalog
from lakehouse.silver.building import built_from


class SilverDayError(RuntimeError):
    """Silver does not hold the day that gold should be built for; gold is as it was."""


def check_days(spark: SparkSession, contract: Table, ingest_date: str) -> None:
    """Check that silver holds the day that a gold table is built for.

    Raises:
        SilverDayError: tables of one source hold different days, or no table of any source
            holds this one.
    """
    read = [catalog.read_by(contract, name) for name in contract.reads]
    tables = [t for t in read if t.layer is Layer.SILVER and t.source_database]
    if not tables:
        return
    days = {table: built_from(spark, table) for table in tables}
    if ingest_date not in days.values():
        # a table of one source alone may be of an earlier day than those of others
        others = [t for t in catalog.batch(Layer.SILVER) if spark.catalog.tableExists(t.full_name)]
        days |= {table: built_from(spark, table) for table in others}
    if problem := day_problem(days, ingest_date):
        raise SilverDayError(f"{contract.full_name} was not built: {problem}")


def day_problem(days: Mapping[Table, str], ingest_date: str) -> str:
    """Reason why gold is not built from silver tables of these days; empty if there is none.

    Args:
        days: ingest date (YYYY-MM-DD) that each silver table holds.
        ingest_date: the day that gold is built for.
    """
    for source in sorted({table.source_database for table in days}):
        held = {
            table.full_name: day for table, day in days.items() if table.source_database == source
        }
        if len(set(held.values())) > 1:
            listed = ", ".join(f"{name} of {day}" for name, day in sorted(held.items()))
            return (
                f"tables of {source} hold different days ({listed}); "
                f"run ./lakehouse run --all --date {ingest_date}"
            )
    if ingest_date not in days.values():
        found = ", ".join(sorted(set(days.values())))
        return (
            f"silver holds {found}, not {ingest_date}; "
            f"build silver first: ./lakehouse run --all --date {ingest_date}"
        )
    return ""
