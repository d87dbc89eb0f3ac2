"""Records as rows of a declared table: values of Python by the types of its columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from lakehouse.contracts.model import Column, Table
from lakehouse.sinks.encoding.records import InvalidRecordError, Record

_LARGEST = {"INT": 2**31, "BIGINT": 2**63}


def row(table: Table, record: Record) -> list[Any]:
    """The values of a record, in the order of the table's columns; other fields are left out.

    Raises:
        InvalidRecordError: a required value or a part of the grain is missing, or a value has
            another type than its column.
    """
    return [_value(table, column, record.get(column.name)) for column in table.columns]


def key(table: Table, values: Iterable[Any]) -> str:
    """Text of a row's grain, from its values in the order of the grain; the same in every store."""
    texts = [_text_of(value) for value in values]
    return texts[0] if len(table.grain) == 1 else json.dumps(texts)


def key_of(table: Table, record: Record) -> str:
    """Text of the grain of a record.

    Raises:
        InvalidRecordError: a part of the grain is missing, or has another type.
    """
    return key(table, (_value(table, table.column(n), record.get(n)) for n in table.grain))


def _value(table: Table, column: Column, value: Any) -> Any:
    if value is None:
        if column.name in table.grain or not column.nullable:
            raise InvalidRecordError(f"{table.name}: {column.name} is missing")
        return None
    kind, _, scale = column.type.partition("(")
    try:
        if kind == "DECIMAL":
            return _decimal(value, scale)
        return _READERS[kind](value)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise InvalidRecordError(f"{table.name}: {column.name}: {error}") from None


def _decimal(value: Any, scale: str) -> Decimal:
    precision, places = (int(part) for part in scale.rstrip(")").split(","))
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= Decimal(10) ** (precision - places):
        raise ValueError(f"{value} has more than {precision} digits")
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _whole(kind: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = Decimal(str(value))
        if number != number.to_integral_value():
            raise ValueError(f"{value} is no whole number")
        if not -_LARGEST[kind] <= number < _LARGEST[kind]:
            raise ValueError(f"{value} is out of range")
        return int(number)

    return read


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("is no text")
    if "\0" in value:
        raise ValueError("has a NUL character")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("is neither true nor false")
    return value


def _timestamp(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _text_of(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "STRING": _text,
    "INT": _whole("INT"),
    "BIGINT": _whole("BIGINT"),
    "DOUBLE": float,
    "BOOLEAN": _boolean,
    "TIMESTAMP": _timestamp,
    "DATE": lambda value: date.fromisoformat(_text(value)),
}
