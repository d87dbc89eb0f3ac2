"""Lines as data: files of cases, each a line with the event or the reason it must become.

A case gives its line as `line` (text), as `line_base64`, or as `line_pieces`, each with how often
it is repeated; `place` where it matters; then `clean` (the fields that are promised) or `reason`
and, where it is promised, `detail`.
"""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from lakehouse.streams.enriching import Known

Case = dict[str, Any]
FOLDER = Path(__file__).parent
RECEIVED_AT = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
_RAW = pa.schema(
    [
        ("key", pa.binary()),
        ("value", pa.binary()),
        ("topic", pa.string()),
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("timestamp", pa.timestamp("us", tz="UTC")),
    ]
)


def cases(stream: str) -> list[Case]:
    """The cases of a stream."""
    text = (FOLDER / f"{stream}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def line(case: Case) -> bytes | None:
    """The bytes of a case's line."""
    if case.get("without_value"):
        return None
    if "line" in case:
        return bytes(case["line"], "utf-8")
    if "line_base64" in case:
        return base64.b64decode(case["line_base64"])
    if "line_pieces" in case:
        return b"".join(bytes(piece, "utf-8") * times for piece, times in case["line_pieces"])
    return b"".join(base64.b64decode(piece) * n for piece, n in case["line_pieces_base64"])


def raw(spark: SparkSession, found: Sequence[Case], topic: str) -> DataFrame:
    """The cases as messages of a raw topic, their offsets counting from 0."""
    rows = [
        {
            "key": bytes(case.get("place", "0f1e2d3c4b5a6978:0"), "utf-8"),
            "value": line(case),
            "topic": topic,
            "partition": 0,
            "offset": offset,
            "timestamp": RECEIVED_AT,
        }
        for offset, case in enumerate(found)
    ]
    return spark.createDataFrame(pa.Table.from_pylist(rows, _RAW))


def known(spark: SparkSession) -> Known:
    """One product and one customer that gold knows."""
    return {
        "dim_product": spark.createDataFrame(
            [("4d2a", "garden_tools")], "product_id STRING, product_category STRING"
        ),
        "dim_customer": spark.createDataFrame([(7, "SP")], "user_id BIGINT, customer_state STRING"),
    }
