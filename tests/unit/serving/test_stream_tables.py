"""What the engine counts of a place in the lake is what the ledger counts of the same events."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from lakehouse.contracts.star import MONEY
from lakehouse.serving import stream_tables
from lakehouse.serving.ledger import Fingerprint, Hop, Ledger
from lakehouse.serving.stream_proof import amount_of
from lakehouse.serving.thrift import Answer, QueryError
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM

SILVER = Hop(8, "silver")


@pytest.fixture(autouse=True)
def engine(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Spark of the test answers in place of the Thrift server."""

    def query(statement: str) -> Answer:
        try:
            frame = spark.sql(statement)
            return Answer(frame.columns, [tuple(row) for row in frame.collect()])
        except AnalysisException as error:
            raise QueryError(str(error)) from error

    monkeypatch.setattr(stream_tables, "query", query)


@pytest.fixture
def place(spark: SparkSession, tmp_path: Path) -> str:
    """Three events, the first of them twice; the third is no purchase."""
    rows = [("1", "10.05"), ("1", "10.05"), ("2", "0.95"), ("3", None)]
    hashed = [(hashlib.md5(name.encode()).hexdigest(), amount) for name, amount in rows]
    frame = spark.createDataFrame(hashed, "event_id STRING, amount STRING")
    path = str(tmp_path / "silver")
    frame.selectExpr("event_id", f"CAST(amount AS {MONEY}) AS amount").write.parquet(path)
    return f"parquet.`{path}`"


def test_counted_by_the_engine_and_one_by_one(place: str) -> None:
    ledger = Ledger()
    for event, amount in stream_tables.in_lake(CLICKSTREAM, place):
        ledger.add(SILVER, event, amount)

    held = stream_tables.holding(CLICKSTREAM, place)
    assert held == (4, ledger.fingerprint(SILVER), Decimal("11.00"))
    assert ledger.amount(SILVER) == Decimal("11.00")
    assert (held.fingerprint.events, ledger.doubles(SILVER)) == (3, 1)


def test_a_stream_without_amounts(place: str) -> None:
    held = stream_tables.holding(ACCESS_LOG, place)

    assert (held.rows, held.fingerprint.events, held.amount) == (4, 3, Decimal(0))
    assert [amount for _, amount in stream_tables.in_lake(ACCESS_LOG, place)] == [None] * 4


@pytest.mark.parametrize("missing", ["parquet.`/no/such/folder`", "gold.fact_of_nothing"])
def test_what_is_not_there_holds_nothing(missing: str) -> None:
    nothing = (0, Fingerprint(0, 0, 0), Decimal(0))

    assert stream_tables.holding(CLICKSTREAM, missing) == nothing
    assert list(stream_tables.in_lake(CLICKSTREAM, missing)) == []


def test_other_errors_are_told(place: str) -> None:
    with pytest.raises(QueryError):
        stream_tables.holding(CLICKSTREAM, f"{place} WHERE no_column = 1")


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (b'{"event_id": "a", "amount": 12.30}', Decimal("12.30")),
        (b'{"event_id": "a", "amount": "12.30"}', Decimal("12.30")),
        (b'{"event_id": "a", "amount": null}', None),
        (b'{"event_id": "a"}', None),
    ],
)
def test_amounts_of_clean_messages_are_exact(value: bytes, amount: Decimal | None) -> None:
    assert amount_of(value) == amount
