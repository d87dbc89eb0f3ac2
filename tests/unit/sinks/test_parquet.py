"""Records as files of Parquet."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyarrow import parquet as reader

from lakehouse.contracts.streams import PARTITION_COLUMNS
from lakehouse.sinks.encoding.parquet import fields_of, partitions, schema_text
from lakehouse.workloads.weblogs.contracts.streams import SILVER_CLICKSTREAM

COLUMNS = [c for c in SILVER_CLICKSTREAM.columns if c.name not in PARTITION_COLUMNS]
FIELDS = fields_of(schema_text(COLUMNS))
EVENT: dict[str, Any] = {
    "event_id": "a" * 32,
    "occurred_at": "2026-01-31T09:00:00.123456Z",
    "received_at": "2026-01-31T10:00:00.000001Z",
    "place": "0123456789abcdef:10",
    "level": "INFO",
    "user_id": 7,
    "session_id": 8,
    "event_type": "purchase",
    "amount": 12.5,
    "minute": "2026-01-31T09:00",
}


def content(*events: dict[str, Any]) -> bytes:
    """Events as JSON lines."""
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def rows(file: bytes) -> list[dict[str, Any]]:
    """What a file holds."""
    return list(reader.read_table(io.BytesIO(file)).to_pylist())


def test_values_have_the_types_of_the_contract() -> None:
    files, rejected = partitions(content(EVENT), FIELDS, "received_at")
    assert not rejected
    (found,) = rows(files["2026-01-31", "10"])
    assert list(found) == [column.name for column in COLUMNS]
    assert found["amount"] == Decimal("12.50")
    assert found["occurred_at"] == datetime(2026, 1, 31, 9, 0, 0, 123456, UTC)
    assert found["product_id"] is None


def test_each_hour_of_arrival_has_its_file() -> None:
    moments = ("2026-01-31T10:59:59.999999Z", "2026-01-31T11:00:00.0Z", "2026-02-01T00:00:00Z")
    events = [EVENT | {"received_at": moment} for moment in moments]
    files, _ = partitions(content(*events), FIELDS, "received_at")
    assert set(files) == {("2026-01-31", "10"), ("2026-01-31", "11"), ("2026-02-01", "0")}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user_id": None}, "user_id is missing"),
        ({"user_id": "seven"}, ""),
        ({"received_at": "yesterday"}, "no moment"),
        ({"occurred_at": "2026-02-30T00:00:00Z"}, ""),
        ({"amount": "much"}, ""),
        ({"amount": 10**12}, ""),
    ],
)
def test_what_does_not_fit_is_set_aside_alone(change: dict[str, Any], reason: str) -> None:
    events = [EVENT, EVENT | change, *[EVENT] * 5]
    files, rejected = partitions(content(*events) + b"nonsense\n", FIELDS, "received_at")
    assert sum(len(rows(file)) for file in files.values()) == 6
    told = [json.loads(line) for line in rejected.content().splitlines()]
    assert len(told) == 2
    wrong = next(one for one in told if one["line"] != "nonsense")
    assert reason in wrong["reason"]
    assert json.loads(wrong["line"]) == EVENT | change
