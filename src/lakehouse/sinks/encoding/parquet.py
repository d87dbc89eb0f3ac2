"""Records as Parquet files, one for each hour in which they arrived."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakehouse.contracts.model import Column
from lakehouse.sinks.encoding.records import InvalidRecordError, Record, Rejected, lines_of, parsed

if TYPE_CHECKING:
    import pyarrow as pa

NOT_NULL = " NOT NULL"


@dataclass(frozen=True)
class Field:
    """A column of the file: Spark SQL type, and whether each record must have it."""

    name: str
    type: str
    required: bool


def schema_text(columns: Iterable[Column]) -> str:
    """Columns as one property holds them: `name TYPE NOT NULL; name TYPE; …`."""
    return "; ".join(
        f"{column.name} {column.type}{'' if column.nullable else NOT_NULL}" for column in columns
    )


def fields_of(text: str) -> tuple[Field, ...]:
    """The columns that `schema_text` wrote."""
    found = []
    for part in text.split(";"):
        name, kind = part.strip().split(" ", 1)
        found.append(Field(name, kind.removesuffix(NOT_NULL), kind.endswith(NOT_NULL)))
    return tuple(found)


def date_and_hour(record: Record, moment: str) -> tuple[str, str]:
    """Day and hour of a moment of the record, in UTC, the hour without a leading zero.

    Raises:
        InvalidRecordError: the record has no such moment.
    """
    value = record.get(moment)
    if not isinstance(value, str) or len(value) < 13 or not value.endswith("Z"):
        raise InvalidRecordError(f"{moment} is no moment in UTC")
    return value[:10], str(int(value[11:13]))


def partitions(
    content: bytes, fields: tuple[Field, ...], moment: str
) -> tuple[dict[tuple[str, str], bytes], Rejected]:
    """Parquet files by day and hour of a moment, and the lines that fit into none."""
    rejected = Rejected()
    found: dict[tuple[str, str], list[tuple[bytes, Record]]] = {}
    for line in lines_of(content):
        try:
            record = parsed(line)
            place = date_and_hour(record, moment)
            _require(record, fields)
        except (InvalidRecordError, ValueError) as error:
            rejected.add(line, error)
        else:
            found.setdefault(place, []).append((line, record))
    files = {}
    for place, together in found.items():
        table = _table(together, fields, rejected)
        if table.num_rows:
            files[place] = _file(table)
    return files, rejected


def _require(record: Record, fields: tuple[Field, ...]) -> None:
    for field in fields:
        if field.required and record.get(field.name) is None:
            raise InvalidRecordError(f"{field.name} is missing")


def _table(
    together: list[tuple[bytes, Record]], fields: tuple[Field, ...], rejected: Rejected
) -> pa.Table:
    """All records at once; where one does not fit, each half for itself, down to that one."""
    import pyarrow as pa

    try:
        return _columns([record for _, record in together], fields)
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError) as error:
        if len(together) == 1:
            rejected.add(together[0][0], error)
            return _columns([], fields)
        middle = len(together) // 2
        halves = (together[:middle], together[middle:])
        return pa.concat_tables([_table(half, fields, rejected) for half in halves])


def _columns(records: list[Record], fields: tuple[Field, ...]) -> pa.Table:
    import pyarrow as pa

    return pa.table(
        {field.name: _ARRAYS[_kind(field.type)](records, field) for field in fields},
    )


def _kind(spark_type: str) -> str:
    return spark_type.split("(", 1)[0]


def _plain(arrow_type: str) -> Callable[[list[Record], Field], Any]:
    def array(records: list[Record], field: Field) -> Any:
        import pyarrow as pa

        values = [record.get(field.name) for record in records]
        return pa.array(values, type=pa.type_for_alias(arrow_type))

    return array


def _read_from_text(arrow_type: Callable[[], Any]) -> Callable[[list[Record], Field], Any]:
    def array(records: list[Record], field: Field) -> Any:
        import pyarrow as pa

        values = [record.get(field.name) for record in records]
        return pa.array(values, type=pa.string()).cast(arrow_type())

    return array


def _timestamp() -> Any:
    import pyarrow as pa

    return pa.timestamp("us", tz="UTC")


def _day() -> Any:
    import pyarrow as pa

    return pa.date32()


def _decimals(records: list[Record], field: Field) -> Any:
    from decimal import Decimal

    import pyarrow as pa

    precision, scale = field.type.removeprefix("DECIMAL(").rstrip(")").split(",")
    values = [record.get(field.name) for record in records]
    decimals = [None if value is None else Decimal(str(value)) for value in values]
    return pa.array(decimals, type=pa.decimal128(int(precision), int(scale)))


_ARRAYS: dict[str, Callable[[list[Record], Field], Any]] = {
    "STRING": _plain("string"),
    "INT": _plain("int32"),
    "BIGINT": _plain("int64"),
    "DOUBLE": _plain("float64"),
    "BOOLEAN": _plain("bool"),
    "TIMESTAMP": _read_from_text(_timestamp),
    "DATE": _read_from_text(_day),
    "DECIMAL": _decimals,
}


def _file(table: pa.Table) -> bytes:
    from pyarrow import parquet

    target = io.BytesIO()
    parquet.write_table(table, target, compression="zstd")
    return target.getvalue()
