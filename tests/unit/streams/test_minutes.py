"""Figures of a minute, over several batches of a stream: repetitions, late and early events."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakehouse.contracts.streams import Stream
from lakehouse.registry import catalog
from lakehouse.registry.catalog import STREAMS
from lakehouse.workloads.weblogs import minutes

Message = dict[str, Any]
CASES = json.loads((Path(__file__).parent / "minutes.json").read_text(encoding="utf-8"))
TABLES = {table.name: table for table in catalog.LIVE_TABLES}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_the_newest_figures_count_every_event_once(
    spark: SparkSession, tmp_path: Path, stream: Stream
) -> None:
    case = CASES[stream.name]
    newest = _newest(spark, tmp_path, stream, case["batches"])

    assert _in_order(newest.values()) == _in_order(case["last"])


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_figures_are_those_of_their_table(stream: Stream) -> None:
    for figure in CASES[stream.name]["last"]:
        table = TABLES[figure["table"]]
        assert set(figure) - {"table"} <= {column.name for column in table.columns}
        assert set(figure) >= set(table.key)


def _newest(
    spark: SparkSession, folder: Path, stream: Stream, batches: list[list[Message]]
) -> dict[str, Message]:
    """The last message of each key, after each batch was read by itself."""
    query, source = f"minutes_of_{stream.name}", folder / "clean"
    source.mkdir()
    for number, batch in enumerate(batches):
        messages = [{"received_at": event["occurred_at"], **event} for event in batch]
        file = source / f"{number}.txt"
        file.write_text("\n".join(json.dumps(message) for message in messages), encoding="utf-8")
        # files are read in the order of their times
        os.utime(file, (number, number))
    reader = spark.readStream.schema("value STRING").option("maxFilesPerTrigger", "1")
    clean = reader.text(str(source))
    rows = minutes.figures(minutes.events(clean, stream), stream)
    writer = rows.writeStream.outputMode("update").format("memory").queryName(query)
    writer.trigger(availableNow=True).start().awaitTermination()
    return {row.key: json.loads(row.value) for row in spark.table(query).collect()}


def _in_order(figures: Any) -> list[Message]:
    return sorted(figures, key=lambda figure: json.dumps(figure, sort_keys=True))
