"""Batch reconciliation with planted faults: each is noticed by the lines that it breaks, no other.

The lake is two rows per table that agree with each other. Payments are reconciled through all
layers; other tables give the same kinds of lines. PostgreSQL and the metastore are stand-ins; every
line is computed by Spark.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts.bronze import INGEST_DATE
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.quality import QUARANTINE_COLUMNS
from lakehouse.registry import catalog
from lakehouse.serving import verify
from lakehouse.serving.reconciliation import Line
from lakehouse.workloads.shop.contracts import gold, silver, sources

DAY = "2026-01-01"
LAYERS = (Layer.SOURCE, Layer.BRONZE, Layer.SILVER, Layer.GOLD)
RECONCILED = {
    Layer.SOURCE: (sources.ORDER_PAYMENTS,),
    Layer.SILVER: (silver.ORDER_PAYMENTS,),
    Layer.GOLD: (gold.FACT_PAYMENT,),
}
Row = dict[str, str]
Broken = set[tuple[str, str, str]]


def value(type_: str, name: str, number: int) -> str:
    """A text that reads as this type; equal in all tables, so that keys and sums agree."""
    kind = type_.split("(")[0]
    by_kind = {
        "DECIMAL": f"{number}0.00",
        "DATE": f"2026-01-0{number}",
        "TIMESTAMP": f"2026-01-0{number} 12:00:00",
        "BOOLEAN": "true",
        "STRING": f"{name} {number}",
    }
    return by_kind.get(kind, str(number))


def rows_of(table: Table) -> list[Row]:
    """Two rows of a table."""
    if table.layer in (Layer.SOURCE, Layer.BRONZE):
        silver = catalog.table(Layer.SILVER, table.name)
        read = {c.origin: c for c in silver.columns if not c.derived}
        types = {c.name: (read[c.name].type, read[c.name].name) for c in table.columns[:-1]}
        last = table.columns[-1]
        if last.name in read:
            types[last.name] = (read[last.name].type, read[last.name].name)
        day = {INGEST_DATE.name: DAY} if last == INGEST_DATE else {}
        return [{n: value(*t, i) for n, t in types.items()} | day for i in (1, 2)]
    return [{c.name: value(c.type, c.name, i) for c in table.columns} for i in (1, 2)]


class Lake:
    """Stands in for a session: the tables of all layers, and which of them were read."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._frames: dict[str, tuple[list[Row], DataFrame]] = {}
        self._local = threading.local()
        self.rows = {
            t.full_name: rows_of(t)
            for layer in LAYERS
            for t in (catalog.batch(layer) if layer is not Layer.SOURCE else catalog.LAYERS[layer])
        }
        self.types = {
            f"{layer}.{t.name}": {c.name: c.type for c in t.columns}
            for layer in LAYERS
            for t in catalog.LAYERS[layer]
        }
        self.catalog = SimpleNamespace(tableExists=lambda name: name in self.rows)

    @contextmanager
    def reading(self) -> Iterator[set[str]]:
        """Names of the tables that are read meanwhile."""
        self._local.names = names = set[str]()
        yield names

    def table(self, name: str) -> DataFrame:
        rows = self.source(name)
        if self._frames.get(name, (None,))[0] is not rows:
            self._frames[name] = (rows, self._frame(rows, self.types[name]))
        return self._frames[name][1]

    def _frame(self, rows: list[Row], types: dict[str, str]) -> DataFrame:
        # literals in a query: Spark computes with them while it plans, without a job
        texts = [", ".join(f"'{row.get(c, '')}'" for c in types) for row in rows]
        typed = ", ".join(f"CAST({c} AS {type_}) AS {c}" for c, type_ in types.items())
        values = ", ".join(f"({text})" for text in texts)
        return self._spark.sql(f"SELECT {typed} FROM VALUES {values} AS t({', '.join(types)})")

    def source(self, name: str) -> list[Row]:
        self._local.names.add(name)
        return self.rows[name]

    def sql(self, statement: str) -> DataFrame:
        for name in set(re.findall(r"\b(?:silver|gold)\.\w+", statement)):
            view = name.replace(".", "_")
            self.table(name).createOrReplaceTempView(view)
            statement = statement.replace(name, view)
        return self._spark.sql(statement)


class Postgres:
    """Stands in for a connection: answers the sum of a column of a source table."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._answer = Decimal(0)

    def cursor(self) -> Postgres:
        return self

    def execute(self, statement: str, _: tuple[object, ...]) -> None:
        ((column,), (table,)) = (
            re.findall(r'translate\("(\w+)"', statement),
            re.findall(r'FROM "(\w+)"', statement),
        )
        rows = self._lake.source(f"source.{table}")
        self._answer = sum((Decimal(row[column]) for row in rows), Decimal(0))

    def fetchone(self) -> tuple[Decimal]:
        return (self._answer,)

    def close(self) -> None:
        pass

    def __enter__(self) -> Postgres:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class Reconciliation:
    """All lines of a lake; after a change, those that read the changed table are computed again."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self._checks = verify.checks_of(catalog.WORKLOADS)
        self._clean = [self._run(check) for check in self._checks]

    @property
    def lines(self) -> list[Line]:
        return [line for lines, _ in self._clean for line in lines]

    def broken_after(self, name: str, change: Callable[[list[Row]], list[Row]]) -> Broken:
        """Lines that do not balance after a change of a table, which is taken back."""
        kept = self.lake.rows[name]
        self.lake.rows[name] = change([dict(row) for row in kept])
        try:
            lines = [
                line
                for check, (clean, read) in zip(self._checks, self._clean, strict=True)
                for line in (self._run(check)[0] if name in read else clean)
            ]
        finally:
            self.lake.rows[name] = kept
        return {(line.hop, line.table, line.subject) for line in lines if not line.balanced}

    def _run(self, check: verify.Check) -> tuple[tuple[Line, ...], set[str]]:
        with self.lake.reading() as read:
            return check(cast(SparkSession, self.lake)), read


@pytest.fixture(scope="module")
def reconciliation(spark: SparkSession) -> Iterator[Reconciliation]:
    lake = Lake(spark)
    server: Any = Postgres(lake)
    with pytest.MonkeyPatch.context() as patch:
        few = SimpleNamespace(
            LAYERS=RECONCILED,
            batch=RECONCILED.__getitem__,
            table=catalog.table,
            read_by=catalog.read_by,
        )
        patch.setattr(verify, "catalog", few)
        patch.setattr(verify, "built_from", lambda spark, table: DAY)
        patch.setattr(verify, "count_source", lambda t: len(lake.source(f"source.{t.name}")))
        patch.setattr(verify.postgres, "connect", lambda database, role: server)
        yield Reconciliation(lake)


def delete(rows: list[Row]) -> list[Row]:
    return rows[:-1]


def duplicate(rows: list[Row]) -> list[Row]:
    return [*rows, rows[-1]]


def changed(column: str, to: str) -> Callable[[list[Row]], list[Row]]:
    """Another value of a column in the last row."""

    def change(rows: list[Row]) -> list[Row]:
        return [*rows[:-1], rows[-1] | {column: to}]

    change.__name__ = f"changed_{column}"
    return change


IMPORT, SILVER, GOLD = "source → bronze", "bronze → silver", "silver → gold"
PAYMENTS, FACT, AMOUNT = "order_payments", "fact_payment", "payment_value"
IMPORTED = {(IMPORT, PAYMENTS, "rows"), (IMPORT, PAYMENTS, AMOUNT)}
BUILT = {(SILVER, PAYMENTS, "rows"), (SILVER, PAYMENTS, AMOUNT)}
MERGED = {(GOLD, FACT, "rows"), (GOLD, FACT, AMOUNT)}
A_CENT_MORE = changed(AMOUNT, "20.01")
FAULTS: list[tuple[str, Callable[[list[Row]], list[Row]], Broken]] = [
    ("source.order_payments", delete, IMPORTED),
    ("source.order_payments", A_CENT_MORE, {(IMPORT, PAYMENTS, AMOUNT)}),
    ("bronze.order_payments", delete, IMPORTED | BUILT),
    # silver leaves out exact duplicates, so that only the import shows it
    ("bronze.order_payments", duplicate, IMPORTED),
    (
        "bronze.order_payments",
        A_CENT_MORE,
        {(IMPORT, PAYMENTS, AMOUNT), (SILVER, PAYMENTS, AMOUNT)},
    ),
    ("silver.order_payments", delete, BUILT | MERGED),
    (
        "silver.order_payments",
        duplicate,
        BUILT | MERGED | {("in silver", PAYMENTS, "repeated keys")},
    ),
    (
        "silver.order_payments",
        A_CENT_MORE,
        {(SILVER, PAYMENTS, AMOUNT), (GOLD, FACT, AMOUNT)},
    ),
    ("gold.fact_payment", delete, MERGED),
    ("gold.fact_payment", duplicate, MERGED | {("in gold", FACT, "repeated keys")}),
    ("gold.fact_payment", A_CENT_MORE, {(GOLD, FACT, AMOUNT)}),
    ("gold.fact_payment", changed("customer_key", "9"), {("in gold", FACT, "orphans")}),
    ("gold.dim_date", delete, {("in gold", FACT, "orphans")}),
    (
        "gold.dim_customer",
        changed("is_current", "false"),
        {(GOLD, "dim_customer", "current versions")},
    ),
    (
        "gold.dim_customer",
        changed("customer_unique_id", "x"),
        {(GOLD, "dim_customer", "people")},
    ),
    ("gold.dim_customer", duplicate, {(GOLD, "dim_customer", "current versions")}),
    (
        "gold.dim_customer",
        delete,
        {
            (GOLD, "dim_customer", "people"),
            (GOLD, "dim_customer", "current versions"),
            ("in gold", FACT, "orphans"),
        },
    ),
    (
        "silver.customers",
        changed("customer_unique_id", "customer_unique_id 1"),
        {(GOLD, "dim_customer", "current versions")},
    ),
    (
        "gold.fact_order",
        changed("customer_state_key", "1"),
        {(GOLD, "fact_order", "orders of other states")},
    ),
    (
        "gold.fact_order_item",
        changed("payment_allocated", "20.01"),
        {
            ("in gold", "fact_order_item", "payment_allocated"),
            ("in gold", "fact_order_item", "orders that do not"),
        },
    ),
]


def test_every_line_balances_without_a_fault(reconciliation: Reconciliation) -> None:
    assert [line for line in reconciliation.lines if not line.balanced] == []
    assert len(reconciliation.lines) > 15


@pytest.mark.parametrize(
    ("table", "change", "broken"),
    FAULTS,
    ids=[f"{table}-{change.__name__}" for table, change, _ in FAULTS],
)
def test_fault_breaks_its_lines_and_no_other(
    reconciliation: Reconciliation,
    table: str,
    change: Callable[[list[Row]], list[Row]],
    broken: Broken,
) -> None:
    assert reconciliation.broken_after(table, change) == broken


def test_row_in_quarantine_accounts_for_one_that_silver_lacks(
    reconciliation: Reconciliation,
) -> None:
    lake = reconciliation.lake
    name = "quarantine.order_payments"
    lake.types[name] = {column.name: column.type for column in QUARANTINE_COLUMNS}
    lake.rows[name] = [
        {"rule": "r", "reason": "r", "source_row": '{"payment_value": "20.00"}', "ingest_date": DAY}
    ]
    lake.rows["silver.order_payments"] = lake.rows["silver.order_payments"][:1]
    try:
        contract = catalog.table(Layer.SILVER, PAYMENTS)
        session = cast(SparkSession, lake)
        with lake.reading():
            rows = verify._bronze_to_silver(session, contract)
            total = verify._silver_total(session, contract, contract.totals[0])
    finally:
        del lake.rows[name]
        lake.rows["silver.order_payments"] = rows_of(contract)

    assert (rows.expected, rows.found) == (1, 1)
    assert (total.expected, total.found) == (Decimal("10.00"), Decimal("10.00"))
