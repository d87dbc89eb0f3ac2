"""Building a fact of events: new files of silver only, each event once.

Order matters: events are merged by their identity first, and their files are noted as merged
after it. A crash in between lets the next run merge the same files again, which adds nothing.
Events stay, while members of dimensions may leave: their events then point at the unknown member.
"""

from __future__ import annotations

import logging

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts.functions import function_of, parameter
from lakehouse.contracts.model import Layer, Reference, Table
from lakehouse.contracts.star import UNKNOWN_KEY
from lakehouse.gold.building import INCOMING, GoldReport, checked, ensure_table, incoming
from lakehouse.platform.errors import PlatformError
from lakehouse.quality import merged_files, results
from lakehouse.quality.checks import stop_if_failed
from lakehouse.registry import catalog
from lakehouse.silver import arrivals

log = logging.getLogger(__name__)

_GONE = "gone_members"


class MissingDimensionError(PlatformError):
    """Events wait for a dimension that has not been built yet."""


def build(spark: SparkSession, name: str, ingest_date: str) -> GoldReport:
    """Add to a fact the events of all files that it does not hold yet.

    Raises:
        MissingDimensionError: the star schema has not been built yet.
        lakehouse.quality.checks.ChecksFailedError: readers keep the table as it was.
    """
    contract = catalog.table(Layer.GOLD, name)
    silver = catalog.read_by(contract, contract.reads[0])
    ensure_table(spark, contract)
    released = _released(spark, contract)
    found = arrivals.hours(silver)
    arrivals.register(spark, silver, found)
    new = {path for hour in found for path in hour.files}
    new -= merged_files.known(spark, silver.name)
    if not new:
        log.info("%s: no new files of %s", name, silver.full_name)
        return GoldReport(name, ingest_date, 0, 0, released, 0)
    count, inserted = _added(spark, contract, silver, sorted(new), ingest_date)
    merged_files.add(spark, silver.name, new)
    report = GoldReport(name, ingest_date, count, inserted, released, 0)
    log.info("%s from %d files", report, len(new))
    return report


def _released(spark: SparkSession, contract: Table) -> int:
    """Point events at the unknown member where theirs has left its dimension; how many."""
    count = 0
    for reference in contract.references:
        # an event keeps its day, by which it is found
        if reference.column in contract.partition:
            continue
        dimension = contract.sibling(reference.table)
        if not spark.catalog.tableExists(dimension):
            continue
        held = spark.table(contract.full_name).select(reference.column).distinct()
        members = spark.table(dimension).select(F.col(reference.target).alias(reference.column))
        gone = held.join(members, reference.column, "left_anti")
        if gone.isEmpty():
            continue
        gone.createOrReplaceTempView(_GONE)
        outcome = spark.sql(release_statement(contract, reference)).first()
        count += int(outcome["num_updated_rows"]) if outcome else 0
    return count


def release_statement(contract: Table, reference: Reference) -> str:
    """MERGE that gives events of members who have left the unknown member's key."""
    column = reference.column
    return (
        f"MERGE INTO {contract.full_name} AS held USING {_GONE} AS gone\n"
        f"ON held.{column} = gone.{column}\n"
        f"WHEN MATCHED THEN UPDATE SET held.{column} = {UNKNOWN_KEY}"
    )


def _added(
    spark: SparkSession, contract: Table, silver: Table, paths: list[str], ingest_date: str
) -> tuple[int, int]:
    """Merge the events of files; how many there were and how many of them were new."""
    events = arrivals.read(spark, silver, paths).dropDuplicates(list(silver.grain))
    _stop_without_dimensions(spark, contract)
    looked_up = {parameter(name): catalog.read_by(contract, name) for name in contract.reads[1:]}
    inputs = {name: spark.table(table.full_name) for name, table in looked_up.items()}
    made = function_of(contract)(**{silver.name: events}, **inputs)
    with incoming(spark, made.select(*contract.column_names)) as rows:
        count, outcomes = checked(spark, contract)
        results.record(spark, contract, ingest_date, outcomes)
        stop_if_failed(contract, outcomes)
        return count, _merged(spark, rows, contract)


def _stop_without_dimensions(spark: SparkSession, contract: Table) -> None:
    for reference in contract.references:
        dimension = contract.sibling(reference.table)
        if not spark.catalog.tableExists(dimension):
            raise MissingDimensionError(
                f"{dimension} is not there yet: run ./lakehouse run --all; until then events wait "
                "in silver"
            )


def _merged(spark: SparkSession, rows: DataFrame, contract: Table) -> int:
    """Insert what the fact does not hold; the number of rows inserted."""
    (day,) = contract.partition
    days = [str(row[0]) for row in rows.select(day).distinct().collect()]
    outcome = spark.sql(merge_statement(contract, days)).first()
    return int(outcome["num_inserted_rows"]) if outcome else 0


def merge_statement(contract: Table, days: list[str]) -> str:
    """MERGE that only inserts, and that looks only at the days that the new events are of."""
    (day,) = contract.partition
    listed = ", ".join(f"DATE'{value}'" for value in sorted(days))
    same = " AND ".join(f"old.{column} = new.{column}" for column in (day, *contract.grain))
    return (
        f"MERGE INTO {contract.full_name} AS old USING {INCOMING} AS new\n"
        f"ON old.{day} IN ({listed}) AND {same}\n"
        "WHEN NOT MATCHED THEN INSERT *"
    )
