"""Cases as data: folders whose files are named after the tables that a function reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts.model import Table

Row = dict[str, Any]


def cases(folder: Path) -> list[Path]:
    """Case folders, `<folder>/<table>/<case>`, in the order of their names."""
    return sorted(file.parent for file in folder.glob("*/*/expected.json"))


def case_name(case: Path) -> str:
    """What a case is called in a report."""
    return f"{case.parent.name}/{case.name}"


def expected(case: Path) -> Any:
    """What the case promises."""
    return json.loads((case / "expected.json").read_text(encoding="utf-8"))


def text_frame(spark: SparkSession, case: Path, contract: Table) -> DataFrame:
    """The case's rows of a table, every column text, as bronze has them.

    Columns that the file leaves out are null, as are empty fields; without a file there are no
    rows.

    Raises:
        ValueError: the file names a column that the table lacks.
    """
    rows = _csv_rows(case / f"{contract.name}.csv")
    unknown = {name for row in rows for name in row} - set(contract.column_names)
    if unknown:
        raise ValueError(f"{case_name(case)}: {contract.full_name} has no {sorted(unknown)}")
    columns = {
        name: pa.array([row.get(name) or None for row in rows], pa.string())
        for name in contract.column_names
    }
    return spark.createDataFrame(pa.table(columns))


def typed_frame(spark: SparkSession, case: Path, contract: Table) -> DataFrame:
    """The case's rows of a table, typed as its contract says."""
    text = text_frame(spark, case, contract)
    return text.select(
        *[F.col(column.name).cast(column.type).alias(column.name) for column in contract.columns]
    )


def rows_of(frame: DataFrame, columns: Iterable[str]) -> list[Row]:
    """The rows as JSON could write them: moments, days and decimals as text, sorted."""
    as_text = {"timestamp", "date"}
    types = dict(frame.dtypes)
    shown = frame.select(
        *[
            F.col(name).cast("string").alias(name)
            if types[name] in as_text or types[name].startswith("decimal")
            else F.col(name)
            for name in columns
        ]
    )
    return in_order(row.asDict(recursive=True) for row in shown.collect())


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Rows in an order that does not depend on how they were made."""
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def only(rows: list[Row], promised: list[Row]) -> list[Row]:
    """The rows, cut down to the columns that the promised ones speak of."""
    if not promised:
        return rows
    return in_order({name: row[name] for name in promised[0]} for row in rows)


def _csv_rows(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
