"""Every silver function with its rows in and out; the cases are folders of data."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts.functions import function_of
from lakehouse.contracts.model import Layer, Table
from lakehouse.registry import catalog
from lakehouse.silver import judging
from lakehouse.workloads.shop.contracts.silver import TABLES
from unit.rows import case_name, cases, expected, in_order, only, rows_of, text_frame, typed_frame

CASES = cases(Path(__file__).parent / "cases")


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_rows(spark: SparkSession, case: Path) -> None:
    contract = catalog.table(Layer.SILVER, case.parent.name)
    promised = expected(case)
    judged = _judged(spark, case, contract)
    types = dict(judged.dtypes)

    assert [types[column.name].upper() for column in contract.columns] == [
        column.type for column in contract.columns
    ]
    marked = rows_of(
        judged.withColumn("_is_good", judging.good()),
        [*contract.column_names, "_is_good", judging.IS_REPETITION],
    )
    good = [row for row in marked if row["_is_good"]]
    assert only(good, promised["good"]) == in_order(promised["good"])
    set_aside = rows_of(judging.set_aside(judged), ["rule", "reason"])
    assert set_aside == in_order(promised.get("set_aside", []))
    repetitions = [row for row in marked if row[judging.IS_REPETITION]]
    assert len(repetitions) == promised.get("repetitions", 0)
    assert len(marked) == len(good) + len(set_aside) + len(repetitions)


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
    bronze = [text_frame(spark, case, catalog.table(Layer.SOURCE, name)) for name in contract.reads]
    parents = {
        reference.table: typed_frame(spark, case, catalog.table(Layer.SILVER, reference.table))
        for reference in judging.quarantine_references(contract)
    }
    rows = function_of(contract)(*bronze)
    judged = judging.judged(rows, contract, parents)
    # computed once: what follows looks at it several times
    return spark.createDataFrame(judged.toArrow())
