"""Records in JSON: each value is exactly of its declared type, or the record has a flaw."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts.model import Column
from lakehouse.contracts.streams import LONGEST_PARSED_BYTES
from lakehouse.streams import json_records, parsing
from lakehouse.streams.parsing import FLAW

COLUMNS = (
    Column("sale_id", "STRING", "Identifier", nullable=False),
    Column("quantity", "INT", "Pieces", nullable=False),
    Column("price", "DECIMAL(12,2)", "Price"),
    Column("degrees", "DECIMAL(9,6)", "Latitude"),
    Column("weight", "DOUBLE", "Weight"),
    Column("is_gift", "BOOLEAN", "Gift"),
    Column("sold_on", "DATE", "Day"),
    Column("sold_at", "TIMESTAMP", "Moment"),
)
NAMES = {"sale_id": "ts_id"}
GOOD = '"ts_id": "a", "quantity": 2'
RECEIVED = dt.datetime(2026, 3, 1, 12)


def rows(spark: SparkSession, *values: str | bytes | None) -> DataFrame:
    """Rows of a topic with these values."""
    encoded = [one.encode() if isinstance(one, str) else one for one in values]
    made = [(b"key", one, "toys", 0, number, RECEIVED) for number, one in enumerate(encoded)]
    schema = "key BINARY, value BINARY, topic STRING, partition INT, offset BIGINT, "
    return spark.createDataFrame(made, f"{schema} timestamp TIMESTAMP")


def read(spark: SparkSession, *values: str | bytes | None) -> list[Row]:
    found = json_records.read(rows(spark, *values), COLUMNS, NAMES)
    return found.sort("offset").drop(json_records.RECORD).collect()


def reasons(spark: SparkSession, *values: str | bytes | None) -> list[str | None]:
    return [row[FLAW]["reason"] if row[FLAW] else None for row in read(spark, *values)]


def test_values_arrive_with_all_their_digits(spark: SparkSession) -> None:
    (row,) = read(
        spark,
        '{"ts_id": "São Paulo \\"\\u00e9\\"", "quantity": -3, "price": 1234567890.10, '
        '"degrees": -23.550520, "weight": 0.1, "is_gift": true, "sold_on": "2026-02-28", '
        '"sold_at": "2026-02-28T23:59:59.123456Z", "more": {"is": ["ignored"]}}',
    )
    assert row[FLAW] is None
    assert (
        row.asDict().items()
        >= {
            "sale_id": 'São Paulo "é"',
            "quantity": -3,
            "price": Decimal("1234567890.10"),
            "degrees": Decimal("-23.550520"),
            "weight": 0.1,
            "is_gift": True,
            "sold_on": dt.date(2026, 2, 28),
            "sold_at": dt.datetime(2026, 2, 28, 23, 59, 59, 123456),
        }.items()
    )


ACCEPTED = (
    ('"quantity": "2"', "quantity", 2),
    ('"price": "12.10"', "price", Decimal("12.10")),
    ('"price": 1e3', "price", Decimal("1000.00")),
    ('"sold_at": "2026-02-28 10:00:00"', "sold_at", dt.datetime(2026, 2, 28, 10)),
    ('"sold_at": "2026-02-28T10:00:00+02:00"', "sold_at", dt.datetime(2026, 2, 28, 8)),
    ('"price": null', "price", None),
    # as Python writes 0.00001
    ('"degrees": 1e-05', "degrees", Decimal("0.000010")),
    ('"sold_on": "9999-12-31"', "sold_on", dt.date(9999, 12, 31)),
)
WRONG = (
    '"quantity": "two"',
    '"quantity": 2.5',
    '"quantity": 3000000000',
    '"quantity": true',
    '"quantity": {"n": 2}',
    '"ts_id": 7',
    '"ts_id": {"id": "a"}',
    '"ts_id": ["a"]',
    '"price": 12.101',
    '"price": 12345678901.00',
    '"price": "12,10"',
    '"price": "NaN"',
    '"price": 1.0000000000000000001',
    '"price": 1e-20',
    '"degrees": 23.5505201',
    '"weight": "heavy"',
    '"weight": "NaN"',
    '"weight": "Infinity"',
    '"weight": "-inf"',
    '"weight": 1e999',
    '"is_gift": "true"',
    '"is_gift": 1',
    '"sold_on": "2026-02-30"',
    '"sold_on": "2026"',
    '"sold_on": "28/02/2026"',
    '"sold_at": "2026-02-28"',
    '"sold_at": 1772236800',
    '"sold_at": "2026-02-28T25:00:00Z"',
    # years that Python cannot hold, which would end the batch
    '"sold_on": "0000-01-01"',
    '"sold_at": "0001-01-01T00:00:00+12:00"',
    '"sold_at": "9999-12-31T23:59:59-12:00"',
)


def record_with(field: str) -> str:
    """A good record with this field, instead of its own one of that name."""
    own = [one for one in GOOD.split(", ") if one.split(":")[0] not in field]
    return "{" + ", ".join([*own, field]) + "}"


@pytest.fixture(scope="module")
def by_field(spark: SparkSession) -> dict[str, Row]:
    """Rows read of a record with each field; one query, as each costs a second."""
    fields = [*(field for field, _, _ in ACCEPTED), *WRONG]
    return dict(zip(fields, read(spark, *map(record_with, fields)), strict=True))


@pytest.mark.parametrize(("field", "column", "expected"), ACCEPTED)
def test_accepted_forms(by_field: dict[str, Row], field: str, column: str, expected: Any) -> None:
    assert by_field[field][FLAW] is None
    assert by_field[field][column] == expected


@pytest.mark.parametrize("field", WRONG)
def test_other_types(by_field: dict[str, Row], field: str) -> None:
    flaw = by_field[field][FLAW]
    assert flaw["reason"] == "wrong_type"
    assert field.split('"')[1] in flaw["detail"]


def test_records_that_are_not_one_object(spark: SparkSession) -> None:
    whole = "{" + GOOD + "}"
    assert reasons(spark, whole, f" {whole}\n", f"\n{{\n\t{GOOD}\r\n}}") == [None, None, None]
    assert set(
        reasons(
            spark,
            f"{whole} trailing",
            f"{whole}{whole}",
            f"{whole},{whole}",
            f"{whole}] more",
            f"{whole}]{whole}",
            f"{whole}}} more",
            f"[{whole}]",
            "7",
            '"x"',
            "null",
            "{" + GOOD,
            "{" + GOOD + ",}",
            "{'ts_id': 'a', 'quantity': 2}",
            '{"ts_id": "a", "quantity": NaN}',
            '{"ts_id": "a", "quantity": 02}',
            '{"ts_id": "a", "quantity": 2, "quantity": 3}',
            f"\ufeff{whole}",
        )
    ) == {"not_json"}


def test_brackets_inside_a_text_are_no_end(spark: SparkSession) -> None:
    assert reasons(spark, '{"ts_id": "]", "quantity": 2}', '{"ts_id": "}]", "quantity": 2}') == [
        None,
        None,
    ]


def test_what_no_record_may_be(spark: SparkSession) -> None:
    assert reasons(
        spark,
        *("", None, "  ", b"\xff\xfe", "{" + GOOD + "\x00}"),
        "{" + GOOD + ', "m": "' + "x" * LONGEST_PARSED_BYTES + '"}',
    ) == ["empty_line", "empty_line", "empty_line", "not_text", "not_text", "too_long"]


def test_required_fields(spark: SparkSession) -> None:
    found = read(spark, '{"quantity": 2}', '{"ts_id": null, "quantity": 2}', '{"ts_id": "a"}')
    assert [row[FLAW]["reason"] for row in found] == ["missing_field"] * 3
    assert [row[FLAW]["detail"].rsplit(": ")[-1] for row in found] == ["ts_id", "ts_id", "quantity"]


def test_flaws_that_a_workload_declares(spark: SparkSession) -> None:
    sold = rows(
        spark, f"{{{GOOD}}}", '{"ts_id": "b", "quantity": 0}', '{"ts_id": "a", "quantity": 0}'
    )
    typed = json_records.read(sold, COLUMNS, NAMES)
    flaws = [
        json_records.unknown_word("sale_id", ["a"]),
        json_records.impossible("quantity", F.col("quantity") <= 0),
    ]
    found = parsing.judged(typed, flaws).sort("offset").select(FLAW).collect()
    assert [row[FLAW]["reason"] if row[FLAW] else None for row in found] == [
        None,
        "unknown_word",
        "impossible_value",
    ]
    assert found[2][FLAW]["detail"].endswith("quantity 0")
