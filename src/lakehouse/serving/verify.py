"""The proof: nothing lost, nothing doubled, at every hop from the sources to gold.

Every figure is counted from the tables as they stand, not taken from what builds reported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F

from lakehouse.bronze.importing import count_source
from lakehouse.contracts import text as forms
from lakehouse.contracts.functions import named
from lakehouse.contracts.model import Layer, Severity, Table
from lakehouse.contracts.model import Total as TotalContract
from lakehouse.contracts.workload import Workload
from lakehouse.platform import postgres
from lakehouse.quality import checks, quarantine
from lakehouse.registry import catalog
from lakehouse.serving.reconciliation import Line
from lakehouse.silver.building import built_from
from lakehouse.silver.reading import number, present

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_AT_ONCE = 3
_MONEY = "DECIMAL(20,2)"
# the first number without room in that type
_TOO_LARGE = Decimal(10) ** 18


Check = Callable[["SparkSession"], tuple[Line, ...]]


def verify(
    spark: SparkSession,
    on_line: Callable[[Line], None] = lambda line: None,
    workloads: Collection[Workload] = catalog.WORKLOADS,
) -> list[Line]:
    """Check every balance; `on_line` hears of each as it is done, in a fixed order."""
    lines = []
    found = checks_of(workloads)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for line in chain.from_iterable(pool.map(lambda check: check(spark), found)):
            on_line(line)
            lines.append(line)
    return lines


def checks_of(workloads: Collection[Workload]) -> list[Check]:
    """Checks of the tables that workloads build from source databases."""
    return list(_checks(workloads))


def _checks(workloads: Collection[Workload]) -> Iterator[Check]:
    def own(tables: Iterable[Table]) -> list[Table]:
        names = {one.name for one in workloads}
        return [table for table in tables if table.workload in names]

    for source in own(catalog.LAYERS[Layer.SOURCE]):
        yield _bound(_source_to_bronze, source)
    for silver in own(catalog.batch(Layer.SILVER)):
        yield _bound(_bronze_to_silver, silver)
        for total in silver.totals:
            yield _bound(_source_total, silver, total)
            yield _bound(_silver_total, silver, total)
        if silver.grain:
            yield partial(_keys, table=silver)
    for gold in own(catalog.batch(Layer.GOLD)):
        # a summary of another fact has rows of its own; its totals are compared
        if not gold.is_dimension and catalog.read_by(gold, gold.reads[0]).layer is Layer.SILVER:
            yield _bound(_silver_to_gold, gold)
        for total in gold.totals:
            yield _bound(_gold_total, gold, total)
        yield partial(_keys, table=gold)
    for workload in workloads:
        if workload.reconciliation:
            yield from named(workload.reconciliation)()


def _bound(check: Callable[..., Line], *arguments: Any) -> Check:
    return lambda spark: (check(spark, *arguments),)


def _silver(table: Table) -> Table:
    return catalog.table(Layer.SILVER, f"{table.namespace.database(Layer.SILVER)}.{table.name}")


def _imported(spark: SparkSession, table: Table) -> DataFrame:
    """The rows of bronze that the silver table of this name shows now."""
    day = built_from(spark, _silver(table))
    bronze = f"{table.namespace.database(Layer.BRONZE)}.{table.name}"
    return spark.table(bronze).filter(f"ingest_date = DATE'{day}'").drop("ingest_date")


def _source_to_bronze(spark: SparkSession, source: Table) -> Line:
    found = _imported(spark, source).count()
    return Line("source → bronze", source.name, "rows", count_source(source), found, "source rows")


def _bronze_to_silver(spark: SparkSession, silver: Table) -> Line:
    imported = _imported(spark, silver)
    rows = imported.count()
    repeated = rows - imported.distinct().count()
    aside = quarantine.count(spark, silver, built_from(spark, silver))
    kept = spark.table(silver.full_name)
    if silver.completed:
        kept = kept.filter(f"NOT ({silver.completed})")
    how = f"{rows} imported - {repeated} repeated - {aside} quarantined"
    return Line("bronze → silver", silver.name, "rows", rows - repeated - aside, kept.count(), how)


def _source_total(spark: SparkSession, silver: Table, total: TotalContract) -> Line:
    found = sum_of(_imported(spark, silver), _amount(total.source))
    return Line(
        "source → bronze",
        silver.name,
        total.source,
        sum_in_source(silver, total.source),
        found,
        "sum in the source",
    )


def sum_in_source(silver: Table, column: str) -> Decimal:
    """The sum of a text column's numbers, as `_amount` reads them."""
    statement = (
        "SELECT coalesce(sum(round(number, 2)) FILTER (WHERE abs(number) < %s), 0) FROM ("
        "SELECT CASE WHEN plain ~ %s AND pg_input_is_valid(plain, 'numeric') "
        "THEN plain::numeric END AS number FROM ("
        f'SELECT btrim(translate("{column}", %s, %s), %s) AS plain FROM "{silver.name}"'
        ") AS texts) AS numbers"
    )
    blanks = (forms.UNUSUAL_BLANKS, forms.USUAL_BLANKS, forms.TRIMMED)
    with (
        contextlib.closing(postgres.connect(silver.source_database, "reader")) as server,
        server.cursor() as cursor,
    ):
        cursor.execute(statement, (_TOO_LARGE, forms.NUMBER, *blanks))
        row = cursor.fetchone()
    assert row is not None
    return Decimal(row[0])


def _silver_total(spark: SparkSession, silver: Table, total: TotalContract) -> Line:
    amount = _amount(total.source)
    imported = _imported(spark, silver)
    all_rows, once = sum_of(imported, amount), sum_of(imported.distinct(), amount)
    aside = _quarantined_sum(spark, silver, total)
    found = sum_of(spark.table(silver.full_name), F.col(total.column))
    how = f"{all_rows} imported - {all_rows - once} repeated - {aside} quarantined"
    return Line("bronze → silver", silver.name, total.column, once - aside, found, how)


def _quarantined_sum(spark: SparkSession, silver: Table, total: TotalContract) -> Decimal:
    name, day = quarantine.table_name(silver), built_from(spark, silver)
    if not spark.catalog.tableExists(name):
        return Decimal("0.00")
    rows = spark.table(name).filter(f"ingest_date = DATE'{day}'")
    text = F.get_json_object("source_row", f"$.{total.source}").alias(total.source)
    return sum_of(rows.select(text), _amount(total.source))


def _silver_to_gold(spark: SparkSession, gold: Table) -> Line:
    read = catalog.read_by(gold, gold.reads[0]).full_name
    expected, found = spark.table(read).count(), spark.table(gold.full_name).count()
    return Line("silver → gold", gold.name, "rows", expected, found, f"rows of {read}")


def _gold_total(spark: SparkSession, gold: Table, total: TotalContract) -> Line:
    name, column = total.source.split(".")
    origin = catalog.read_by(gold, name)
    expected = sum_of(spark.table(origin.full_name), F.col(column))
    found = sum_of(spark.table(gold.full_name), F.col(total.column))
    hop = "silver → gold" if origin.layer is Layer.SILVER else "in gold"
    how = f"sum of {origin.full_name}.{column}"
    return Line(hop, gold.name, total.column, expected, found, how)


def _keys(spark: SparkSession, table: Table) -> tuple[Line, ...]:
    """Repeated keys, and the orphans of each reference; one query for all."""
    references = [
        r
        for r in table.references
        if table.layer is Layer.GOLD or r.severity is Severity.QUARANTINE
    ]
    found = checks.count_violations(spark, table.full_name, table, [], references)
    hop, repeated = f"in {table.layer}", found[checks.REPEATED_KEY]
    return (
        Line(hop, table.name, "repeated keys", 0, repeated, ", ".join(table.grain)),
        *[
            Line(hop, table.name, "orphans", 0, found[r.name], f"{r.column} in {r.table}")
            for r in references
        ],
    )


def _amount(column: str) -> Column:
    """The amount in a text column of the source, by the rules of silver."""
    return number(present(column), _MONEY)


def sum_of(rows: DataFrame, amount: Column) -> Decimal:
    """Sum of an amount over rows, 0 if there is none."""
    total = F.coalesce(F.sum(amount), F.lit(0)).cast(_MONEY).alias("total")
    cents = rows.select(total).first()
    assert cents is not None
    return Decimal(cents["total"])
