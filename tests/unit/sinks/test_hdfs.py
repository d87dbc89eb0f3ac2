"""Writing silver: a file per hour of arrival, once per delivery."""

from __future__ import annotations

import io
import json
from typing import Any

from pyarrow import parquet

from lakehouse.contracts.streams import Route
from lakehouse.sinks.hdfs import HdfsSink
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

FOLDER = "/lakehouse/silver/streams/clickstream"


class Files:
    """Files by path; one that is there is left."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.aside: list[str] = []

    def put(self, path: str, content: bytes, aside: str) -> None:
        self.files.setdefault(path, content)
        self.aside.append(aside)


def route() -> Route:
    found = CLICKSTREAM.goes_to("hdfs")
    assert found is not None
    return found


def line(event: str, hour: int, **fields: Any) -> bytes:
    at = f"2026-01-31T{hour:02}:00:00.250000Z"
    required = {"occurred_at": at, "received_at": at, "place": "p", "level": "INFO"}
    visit = {"user_id": 1, "session_id": 2, "event_type": "click"}
    return json.dumps({"event_id": event, **required, **visit, **fields}).encode()


def test_events_are_written_by_the_hour_of_their_arrival() -> None:
    files = Files()
    sink = HdfsSink(files)  # type: ignore[arg-type]
    content = b"\n".join([line("0a", 9), line("0b", 10), line("0c", 10), b"no json"])

    for _ in range(2):
        rejected = sink.write(content, sink.target(route()), "d1")
    assert len(rejected) == 1
    held = {
        path: parquet.read_table(io.BytesIO(file))["event_id"].to_pylist()
        for path, file in files.files.items()
    }
    assert held == {
        f"{FOLDER}/ingest_date=2026-01-31/ingest_hour=9/d1.parquet": ["0a"],
        f"{FOLDER}/ingest_date=2026-01-31/ingest_hour=10/d1.parquet": ["0b", "0c"],
    }
    assert set(files.aside) == {"/lakehouse/aside/streams/d1.parquet"}


def test_spark_counts_the_files_of_silver() -> None:
    sink = HdfsSink(Files(), "hdfs://host:8020")  # type: ignore[arg-type]

    assert sink.identities(route()).name == f"parquet.`hdfs://host:8020{FOLDER}`"
