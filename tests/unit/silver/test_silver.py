"""Every silver function with its rows in and out; the cases are folders of data."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from unit.rows import case_name, cases, expected, in_order, named_columns, rows_of
from unit.rows import text_frame, typed_frame

from lakehouse.contracts import catalog, sources
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.silver import TABLES
from lakehouse.silver import ecom, judging, marketing

CASES = cases(Path(__file__).parent / "cases")
MODULES = {sources.ECOM: ecom, sources.MARKETING: marketing}


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_rows(spark: SparkSession, case: Path) -> None:
    contract = catalog.table(Layer.SILVER, case.parent.name)
    promised = expected(case)
    judged = _judged(spark, case, contract).cache()

    going_on = judged.filter(judging.good(judged)).select(*contract.column_names)
    assert [(name, type_.upper()) for name, type_ in going_on.dtypes] == [
        (column.name, column.type) for column in contract.columns
    ]
    columns = named_columns(promised["good"], contract)
    assert rows_of(going_on, columns) == in_order(promised["good"])
    assert _set_aside(judged) == in_order(promised.get("set_aside", []))
    repetitions = judged.filter(judging.IS_REPETITION).count()
    assert repetitions == promised.get("repetitions", 0)
    judged.unpersist()


@pytest.mark.parametrize("contract", TABLES, ids=lambda table: table.name)
def test_a_case_names_every_column(contract: Table) -> None:
    named = [expected(case)["good"] for case in CASES if case.parent.name == contract.name]

    assert any(rows and list(rows[0]) == contract.column_names for rows in named)


def test_source_row_is_kept_whole(spark: SparkSession) -> None:
    case = Path(__file__).parent / "cases" / "order_payments" / "negative_value"
    judged = _judged(spark, case, catalog.table(Layer.SILVER, "order_payments"))

    assert [row.source_row for row in judging.set_aside(judged).collect()] == [
        '{"order_id":"o1","payment_sequential":"1","payment_type":"voucher",'
        '"payment_installments":null,"payment_value":"-0.01"}'
    ]


def _judged(spark: SparkSession, case: Path, contract: Table) -> DataFrame:
    bronze = [
        text_frame(spark, case, catalog.table(Layer.SOURCE, name)) for name in contract.reads
    ]
    parents = {
        reference.table: typed_frame(spark, case, catalog.table(Layer.SILVER, reference.table))
        for reference in judging.quarantine_references(contract)
    }
    rows = getattr(MODULES[contract.source], contract.name)(*bronze)
    return judging.judged(rows, contract, parents)


def _set_aside(judged: DataFrame) -> list[dict[str, str]]:
    return rows_of(judging.set_aside(judged), ["rule", "reason"])
