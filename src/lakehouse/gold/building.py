"""Building one gold table: compute, check, merge by grain."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts import catalog, ddl, places
from lakehouse.contracts.model import Layer, Severity, Table
from lakehouse.gold import dimensions, facts
from lakehouse.gold.keys import with_keys, with_unknown_member
from lakehouse.platform.settings import settings
from lakehouse.quality import results
from lakehouse.quality.checks import (
    Result,
    breaks,
    orphans,
    promises,
    repeated,
    rule_results,
    stop_if_failed,
)

log = logging.getLogger(__name__)

_INCOMING = "incoming"


@dataclass(frozen=True)
class GoldReport:
    """What one build changed, in rows."""

    table: str
    ingest_date: str
    rows: int
    inserted: int
    updated: int
    deleted: int

    def as_dict(self) -> dict[str, str | int]:
        """The report for an asset event."""
        return asdict(self)


def function_of(contract: Table) -> Callable[..., DataFrame]:
    """The pure function that makes a gold table."""
    made: Callable[..., DataFrame] = getattr(
        dimensions if contract.is_dimension else facts, contract.name
    )
    return made


def build(spark: SparkSession, name: str, ingest_date: str) -> GoldReport:
    """Build a gold table from silver and from the gold tables it points at.

    Raises:
        lakehouse.quality.checks.ChecksFailedError: readers keep the table as it was.
    """
    contract = catalog.table(Layer.GOLD, name)
    ensure_table(spark, contract)
    rows = computed(spark, contract).persist()
    try:
        count, outcomes = _checked(spark, rows, contract)
        results.record(spark, contract, ingest_date, outcomes)
        stop_if_failed(contract, outcomes)
        inserted, updated, deleted = _merged(spark, rows, contract, count)
    finally:
        rows.unpersist()
    report = GoldReport(name, ingest_date, count, inserted, updated, deleted)
    log.info("%s", report)
    return report


def computed(spark: SparkSession, contract: Table) -> DataFrame:
    """The rows that a gold table should hold, with keys and unknown member."""
    rows = function_of(contract)(**{read: _input(spark, read) for read in contract.reads})
    if contract.columns[0].key and contract.columns[0].type == "BIGINT":
        rows = with_keys(rows, spark.table(contract.full_name), contract)
    if contract.unknown_member:
        rows = with_unknown_member(rows, contract)
    return rows.select(*contract.column_names)


def ensure_table(spark: SparkSession, contract: Table) -> None:
    """Create the table where it is missing; add columns that its contract gained."""
    if not spark.catalog.tableExists(contract.full_name):
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {contract.layer}")
        location = settings().hdfs_url + places.folder(contract)
        spark.sql(ddl.create(contract, "delta", location))
        return
    present = set(spark.table(contract.full_name).columns)
    gained = [column for column in contract.columns if column.name not in present]
    if gained:
        spark.sql(f"ALTER TABLE {contract.full_name} ADD COLUMNS ({ddl.columns(gained)})")


def _input(spark: SparkSession, name: str) -> DataFrame:
    layer = Layer.GOLD if name.startswith(("dim_", "fact_")) else Layer.SILVER
    return spark.table(f"{layer}.{name}")


def _checked(spark: SparkSession, rows: DataFrame, contract: Table) -> tuple[int, list[Result]]:
    rules = [*promises(contract), *contract.rules]
    aggregates = [F.count(F.lit(1)).alias("_rows"), *[breaks(rule) for rule in rules]]
    counts = rows.agg(*aggregates).first()
    assert counts is not None
    found = rule_results(rules, counts.asDict())
    found.append(repeated(rows, contract))
    for reference in contract.references:
        if reference.severity is Severity.FAIL:
            found.append(orphans(rows, reference, spark.table(f"gold.{reference.table}")))
    return int(counts["_rows"]), found


def _merged(
    spark: SparkSession, rows: DataFrame, contract: Table, count: int
) -> tuple[int, int, int]:
    """Bring the table to the given rows; unchanged rows are not written again."""
    if spark.table(contract.full_name).isEmpty():
        rows.write.format("delta").mode("append").saveAsTable(contract.full_name)
        return count, 0, 0
    rows.createOrReplaceTempView(_INCOMING)
    done = spark.sql(merge_statement(contract)).first()
    assert done is not None
    return (
        int(done["num_inserted_rows"]),
        int(done["num_updated_rows"]),
        int(done["num_deleted_rows"]),
    )


def merge_statement(contract: Table) -> str:
    """MERGE by grain: changed rows are updated, new ones inserted; facts also lose what is gone.

    A member that left its source stays in its dimension, since facts of other days point at it.
    """
    same = " AND ".join(f"old.{c} = new.{c}" for c in contract.grain)
    changed = " OR ".join(
        f"old.{c} IS DISTINCT FROM new.{c}"
        for c in contract.column_names
        if c not in contract.grain
    )
    gone = "" if contract.is_dimension else "\nWHEN NOT MATCHED BY SOURCE THEN DELETE"
    return (
        f"MERGE INTO {contract.full_name} AS old USING {_INCOMING} AS new ON {same}\n"
        f"WHEN MATCHED AND ({changed}) THEN UPDATE SET *\n"
        f"WHEN NOT MATCHED THEN INSERT *{gone}"
    )
