"""Every kind of line that the writer breaks is set aside for the reason that it declares."""

from __future__ import annotations

import datetime as dt
import json
import random

import pytest
from pyspark.sql import SparkSession

from lakehouse.contracts.streams import Stream
from lakehouse.registry.catalog import STREAMS
from lakehouse.streams import parsing
from lakehouse.workloads.weblogs.generator.entries import Entry, as_common
from lakehouse.workloads.weblogs.generator.malformed import KINDS
from lakehouse.workloads.weblogs.generator.moments import AccessMoments, ClickMoments
from lakehouse.workloads.weblogs.generator.shop import invented_shop
from lakehouse.workloads.weblogs.generator.traffic import Traffic
from lakehouse.workloads.weblogs.parsing import access_log, clickstream

RECEIVED = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)
MICROS = int(RECEIVED.timestamp() * 1_000_000)
PARSED = {"access_log": access_log.parsed, "clickstream": clickstream.parsed}
COLUMNS = (
    "key BINARY, value BINARY, topic STRING, partition INT, offset BIGINT, timestamp TIMESTAMP"
)


def entries(stream: Stream) -> list[Entry]:
    lines = Traffic(invented_shop(), 3, 0.5, 1000).take(2000)
    if stream.name == "clickstream":
        return lines.clicks
    return [*lines.requests[:500], *(as_common(entry) for entry in lines.requests[500:])]


def judged(spark: SparkSession, stream: Stream, lines: list[bytes]) -> list[tuple[str, str]]:
    rows = [
        (f"f:{n}".encode(), line, stream.raw.name, 0, n, RECEIVED) for n, line in enumerate(lines)
    ]
    raw = spark.createDataFrame(rows, COLUMNS)
    read = PARSED[stream.name](raw, parsing.Accepted())
    for column in ("product_category", "customer_state"):
        read = read.selectExpr("*", f"CAST(NULL AS STRING) AS {column}")
    found = parsing.messages(read, stream).collect()
    return [(row.topic, row.value) for row in found]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_reasons(spark: SparkSession, stream: Stream) -> None:
    moment = (AccessMoments() if stream.name == "access_log" else ClickMoments())(MICROS)
    rng = random.Random(1)
    wanted, lines = [], []
    for kind in KINDS[stream.name]:
        for entry in entries(stream)[::40]:
            wanted.append((kind.name, kind.reason.name))
            lines.append(kind.make(entry, moment, rng))

    found = judged(spark, stream, lines)

    assert all(b"\n" not in line for line in lines)
    wrong = {
        (kind, reason, topic, line[:200])
        for (kind, reason), (topic, value), line in zip(wanted, found, lines, strict=True)
        if topic != stream.dead_letter.name or json.loads(value)["reason"] != reason
    }
    assert wrong == set()


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_good_lines_are_clean(spark: SparkSession, stream: Stream) -> None:
    moment = (AccessMoments() if stream.name == "access_log" else ClickMoments())(MICROS)
    lines = [entry.head + moment + entry.tail for entry in entries(stream)]

    found = judged(spark, stream, lines)

    assert [value for topic, value in found if topic != stream.clean.name] == []
    amounts = sum(round(json.loads(value).get("amount", 0) * 100) for _, value in found)
    assert amounts == sum(entry.cents for entry in entries(stream))
