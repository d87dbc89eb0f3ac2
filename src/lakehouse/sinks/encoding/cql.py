"""Records as rows of Cassandra: encoded by the types of a table, in batches of one partition.

A batch of one partition is one write for the server; single inserts cost it and the client many
times as much. What a table looks like is learnt from the cluster, not said again here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lakehouse.sinks.encoding.records import InvalidRecordError, Record

MOST_ROWS = 100
# the server refuses batches of 50 KB; statement and lengths need some of it
MOST_BYTES = 40_000
EPOCH_DAY = date(1970, 1, 1).toordinal()

_INT = struct.Struct(">i")
_BIGINT = struct.Struct(">q")
_DOUBLE = struct.Struct(">d")
_DATE = struct.Struct(">I")
_DECIMAL_SCALE = struct.Struct(">i")


def _text(value: Any) -> bytes:
    if not isinstance(value, str):
        raise TypeError("is no text")
    return value.encode()


def _boolean(value: Any) -> bytes:
    return b"\x01" if value else b"\x00"


def _whole(value: Any) -> int:
    number = int(value)
    if number != Decimal(str(value)):
        raise ValueError(f"{value} is no whole number")
    return number


def _timestamp(value: Any) -> bytes:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _BIGINT.pack(int(moment.timestamp() * 1000 // 1))


def _date(value: Any) -> bytes:
    return _DATE.pack(date.fromisoformat(value).toordinal() - EPOCH_DAY + 2**31)


def _decimal(value: Any) -> bytes:
    sign, digits, exponent = Decimal(str(value)).as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is no number")
    unscaled = int("".join(map(str, digits)) or "0") * (-1 if sign else 1)
    length = unscaled.bit_length() // 8 + 1
    return _DECIMAL_SCALE.pack(-exponent) + unscaled.to_bytes(length, "big", signed=True)


ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "text": _text,
    "int": lambda value: _INT.pack(_whole(value)),
    "bigint": lambda value: _BIGINT.pack(_whole(value)),
    "double": lambda value: _DOUBLE.pack(float(value)),
    "boolean": _boolean,
    "timestamp": _timestamp,
    "date": _date,
    "decimal": _decimal,
}


@dataclass(frozen=True)
class Shape:
    """A table as the cluster tells of it.

    Attributes:
        table: its name.
        types: its columns with their types.
        partition: columns of its partition key.
        key: columns of its primary key.
    """

    table: str
    types: dict[str, str]
    partition: tuple[str, ...]
    key: frozenset[str]

    @property
    def insert(self) -> str:
        """CQL that writes one row, all columns marked."""
        marks = ", ".join("?" for _ in self.types)
        return f"INSERT INTO {self.table} ({', '.join(self.types)}) VALUES ({marks})"

    def encode(self, record: Record, missing: Any) -> list[Any]:
        """The values of a row as the server stores them; `missing` where there is none.

        Raises:
            InvalidRecordError: a part of the key is missing, a value has another type, or a field
                has no column.
        """
        if unknown := self.unknown(record):
            raise InvalidRecordError(f"{self.table}: there is no column {', '.join(unknown)}")
        return [self._encode(name, kind, record, missing) for name, kind in self.types.items()]

    def unknown(self, record: Record) -> list[str]:
        """Fields with a value that the table has no column for."""
        fields = record.keys() - self.types.keys()
        return sorted(field for field in fields if record[field] is not None)

    def _encode(self, name: str, kind: str, record: Record, missing: Any) -> Any:
        value = record.get(name)
        if value is None:
            if name in self.key:
                raise InvalidRecordError(f"{self.table}: {name} is missing")
            return missing
        try:
            return ENCODERS[kind](value)
        except (TypeError, ValueError, OverflowError, InvalidOperation, struct.error) as error:
            raise InvalidRecordError(f"{self.table}: {name}: {error}") from None


def batches(shape: Shape, rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    """Rows of one partition each, as many together as the server takes well."""
    partitions: dict[tuple[Any, ...], list[list[Any]]] = {}
    places = [list(shape.types).index(name) for name in shape.partition]
    for values in rows:
        partition = tuple(values[place] for place in places)
        partitions.setdefault(partition, []).append(values)
    for together in partitions.values():
        yield from _cut(together)


def _cut(rows: list[list[Any]]) -> Iterator[list[list[Any]]]:
    batch: list[list[Any]] = []
    size = 0
    for values in rows:
        # a value costs its bytes and its length
        bytes_of_row = sum(4 + (len(v) if isinstance(v, bytes) else 0) for v in values)
        if batch and (len(batch) == MOST_ROWS or size + bytes_of_row > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(values)
        size += bytes_of_row
    if batch:
        yield batch
