"""Files of streams in silver, written as NiFi's processor writes them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lakehouse.contracts import places
from lakehouse.contracts.model import Table
from lakehouse.platform.hdfs import Hdfs

Row = dict[str, Any]

_TYPES = {
    "STRING": pa.string(),
    "INT": pa.int32(),
    "BIGINT": pa.int64(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    "DECIMAL(12,2)": pa.decimal128(12, 2),
}


def content(table: Table, rows: Iterable[Row]) -> bytes:
    """A Parquet file of these rows; columns that a row leaves out are null."""
    kept = [column for column in table.columns if column.name not in table.partition]
    schema = pa.schema([(column.name, _TYPES[column.type]) for column in kept])
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema), file)
    return file.getvalue()


def hour_folder(table: Table, hour: dt.datetime) -> str:
    """Where files of an hour lie."""
    return f"{places.folder(table)}/ingest_date={hour:%Y-%m-%d}/ingest_hour={hour:%H}"


def drop(table: Table, hour: dt.datetime, name: str, rows: Iterable[Row]) -> str:
    """Put a file into the folder of an hour; its path."""
    path = f"{hour_folder(table, hour)}/{name}.parquet"
    Hdfs().write(path, content(table, rows))
    return path


def click(number: int, at: dt.datetime, **columns: Any) -> Row:
    """An event of the clickstream; five of them make a session."""
    return {
        "event_id": f"click-{number}",
        "occurred_at": at,
        "received_at": at,
        "place": f"0123456789abcdef:{number * 100}",
        "level": "INFO",
        "user_id": number // 5 % 7,
        "session_id": number // 5,
        "event_type": ("page_view", "product_view", "add_to_cart", "purchase", "click")[number % 5],
        "product_id": f"p{number % 3}",
        "amount": Decimal("12.34") if number % 5 == 3 else None,
        **columns,
    }


def request(number: int, at: dt.datetime, **columns: Any) -> Row:
    """A request of the access log."""
    return {
        "event_id": f"request-{number}",
        "occurred_at": at,
        "received_at": at,
        "place": f"fedcba9876543210:{number * 100}",
        "ip_address": f"10.0.0.{number % 9}",
        "method": "GET",
        "path": f"/product/p{number % 4}",
        "protocol": "HTTP/1.1",
        "status_code": 404 if number % 10 == 0 else 200,
        "status_class": "4xx" if number % 10 == 0 else "2xx",
        "bytes_sent": 100,
        "agent_class": "browser",
        "product_id": f"p{number % 4}",
        **columns,
    }
