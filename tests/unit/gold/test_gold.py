"""Every gold function with its rows in and out; the cases are folders of data."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts.functions import function_of
from lakehouse.contracts.model import Layer, Table
from lakehouse.gold import keys
from lakehouse.registry import catalog
from unit.rows import Row, case_name, cases, expected, in_order, only, rows_of, typed_frame

CASES = cases(Path(__file__).parent / "cases")


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_rows(spark: SparkSession, case: Path) -> None:
    contract = catalog.table(Layer.GOLD, case.parent.name)
    promised = expected(case)
    built = _built(spark, case, contract)
    rows = rows_of(built, contract.column_names)

    assert [(name, type_.upper()) for name, type_ in built.dtypes] == [
        (column.name, column.type) for column in contract.columns
    ]
    assert only(rows, promised) == in_order(promised)
    assert len({tuple(row[name] for name in contract.grain) for row in rows}) == len(rows)
    assert not _missing(rows, contract)


@pytest.mark.parametrize(
    "contract",
    [
        table
        for table in catalog.LAYERS[Layer.GOLD]
        # the calendar has a test of its own; models are no functions of rows alone
        if table.name != "dim_date" and table.functions
    ],
    ids=lambda t: t.name,
)
def test_a_case_names_every_column(contract: Table) -> None:
    named = [expected(case) for case in CASES if case.parent.name == contract.name]

    assert any(rows and list(rows[0]) == contract.column_names for rows in named)


def _missing(rows: list[Row], contract: Table) -> set[str]:
    """Columns that are null somewhere though their contract says never."""
    promised = [column.name for column in contract.columns if not column.nullable]
    return {name for name in promised for row in rows if row[name] is None}


def _built(spark: SparkSession, case: Path, contract: Table) -> DataFrame:
    """The table as it is written: a dimension with its keys and its unknown member."""
    read = [typed_frame(spark, case, catalog.read_by(contract, name)) for name in contract.reads]
    made = function_of(contract)(*read)
    if not contract.is_dimension:
        return made
    if contract.columns[0].name not in contract.grain:
        made = keys.with_keys(made, typed_frame(spark, case, contract), contract)
    return keys.with_unknown_member(made, contract)
