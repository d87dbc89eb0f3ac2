"""Records as rows of Cassandra."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from cassandra import cqltypes

from lakehouse.contracts import cassandra
from lakehouse.registry import catalog
from lakehouse.sinks.encoding.cql import ENCODERS, MOST_BYTES, MOST_ROWS, Shape, batches
from lakehouse.sinks.encoding.records import InvalidRecordError, parsed

SHAPE = Shape(
    "visits",
    {"minute": "text", "id": "bigint", "amount": "decimal", "note": "text"},
    ("minute",),
    frozenset({"minute", "id"}),
)
MISSING = object()
PROTOCOL = 4


def test_every_type_of_the_live_tables_can_be_encoded() -> None:
    used = {cassandra.cql_type(c.type) for table in catalog.LIVE_TABLES for c in table.columns}
    assert used <= set(ENCODERS)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "olá", "olá"),
        ("int", -7, -7),
        ("bigint", 2**40, 2**40),
        ("double", 1.5, 1.5),
        ("boolean", True, True),
        ("decimal", Decimal("12.50"), Decimal("12.50")),
        ("decimal", "-0.01", Decimal("-0.01")),
        ("decimal", 3, Decimal(3)),
        ("decimal", Decimal("1E+3"), Decimal(1000)),
        ("decimal", "255.00", Decimal("255.00")),
        ("date", "2026-01-31", date(2026, 1, 31)),
        ("date", "1969-12-31", date(1969, 12, 31)),
        (
            "timestamp",
            "2026-01-31T23:59:59.123456Z",
            datetime(2026, 1, 31, 23, 59, 59, 123000, tzinfo=UTC),
        ),
        ("timestamp", "1969-12-31T23:59:59.999Z", datetime(1969, 12, 31, 23, 59, 59, 999000, UTC)),
    ],
)
def test_the_driver_reads_what_is_encoded(kind: str, value: Any, expected: Any) -> None:
    read = cqltypes.lookup_casstype(_cassandra_name(kind)).deserialize(
        ENCODERS[kind](value), PROTOCOL
    )
    if isinstance(expected, datetime):
        read = read.replace(tzinfo=UTC)
    if kind == "date":
        read = read.date()
    assert read == expected


def _cassandra_name(kind: str) -> str:
    names = {"text": "UTF8Type", "int": "Int32Type", "bigint": "LongType", "date": "SimpleDateType"}
    return names.get(kind, f"{kind.capitalize()}Type")


def test_what_a_record_does_not_say_stays_unset() -> None:
    values = SHAPE.encode({"minute": "2026-01-31T23:59", "id": 1, "note": None}, MISSING)
    assert values[2:] == [MISSING, MISSING]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": 1}, "minute is missing"),
        ({"minute": "m", "id": None}, "id is missing"),
        ({"minute": "m", "id": "one"}, "id: "),
        ({"minute": "m", "id": 1.5}, "no whole number"),
        ({"minute": "m", "id": 2**70}, "id: "),
        ({"minute": "m", "id": 1, "amount": "much"}, "amount: "),
        ({"minute": "m", "id": 1, "amount": "NaN"}, "no number"),
        ({"minute": 5, "id": 1}, "minute: "),
    ],
)
def test_what_can_never_be_written_is_told(record: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidRecordError, match=reason):
        SHAPE.encode(record, MISSING)


@pytest.mark.parametrize("line", [b"nonsense", b"[1]", b"\xff", b'{"a": '])
def test_lines_that_are_no_record_are_told(line: bytes) -> None:
    with pytest.raises(InvalidRecordError):
        parsed(line)


def test_numbers_keep_every_digit() -> None:
    assert parsed(b'{"amount": 0.10}')["amount"] == Decimal("0.10")


def row(minute: str, number: int, note: str = "") -> list[Any]:
    """An encoded row."""
    return SHAPE.encode({"minute": minute, "id": number, "note": note}, MISSING)


def test_a_batch_holds_one_partition() -> None:
    rows = [row(f"minute {number % 3}", number) for number in range(30)]
    found = list(batches(SHAPE, rows))
    assert len(found) == 3
    assert all(len({values[0] for values in batch}) == 1 for batch in found)
    assert sum(len(batch) for batch in found) == len(rows)


def test_a_batch_is_no_larger_than_the_server_takes() -> None:
    many = list(batches(SHAPE, [row("m", number) for number in range(250)]))
    assert [len(batch) for batch in many] == [MOST_ROWS, MOST_ROWS, 50]
    wide = list(batches(SHAPE, [row("m", number, "x" * 15_000) for number in range(5)]))
    assert [len(batch) for batch in wide] == [2, 2, 1]
    assert MOST_BYTES < 15_000 * 3
    huge = list(batches(SHAPE, [row("m", number, "x" * 60_000) for number in range(2)]))
    assert [len(batch) for batch in huge] == [1, 1]
