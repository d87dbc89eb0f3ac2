"""Writing events to Cassandra: the flow's sink, single inserts, and a bare loop of the driver."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cassandra.cluster import Session
from cassandra.concurrent import execute_concurrent_with_args

from benchmarks.measuring import tell
from benchmarks.streaming.figures import Busy, server_pids
from lakehouse.contracts import cassandra as contract
from lakehouse.platform.cassandra import open_session
from lakehouse.platform.settings import Settings
from lakehouse.registry import catalog
from lakehouse.sinks.cassandra import CassandraSink
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

SINK = "sink of the flow"
SINGLE = "single inserts, 100 in flight"
BARE = "bare loop, one insert at a time"
_TABLE = catalog.EVENT_TABLES[CLICKSTREAM.name]
# as many lines as a FlowFile brings at 5,000 a second
_LINES = 500


@dataclass(frozen=True)
class Written:
    """One way of writing the same rows."""

    way: str
    rows: int
    seconds: float
    client_seconds: float
    server_seconds: float

    @property
    def per_client_second(self) -> float:
        """Rows for each second that the writing process used."""
        return self.rows / self.client_seconds


def measure(config: Settings, rows: int, rounds: int) -> list[Written]:
    """Write rows in each way, in turns; the sink parses JSON, the others get values ready-made."""
    found: list[Written] = []
    with open_session(config) as session, contextlib.closing(_store(config)) as store:
        for number in range(rounds + 1):
            records = _records(rows if number else _LINES, number)
            for way, write in _ways(store, session, records).items():
                written = _timed(config, way, len(records), write)
                # the first round only warms what is cold at a start
                if number:
                    found.append(written)
                    tell(f"{way}: {written.per_client_second:,.0f} rows a client second")
    return found


def _store(config: Settings) -> CassandraSink:
    return CassandraSink(
        [config.cassandra_host],
        config.cassandra_port,
        config.cassandra_datacenter,
        contract.KEYSPACE,
        config.cassandra_consistency,
    )


def _ways(
    store: CassandraSink, session: Session, records: list[dict[str, Any]]
) -> dict[str, Callable[[], object]]:
    insert = f"INSERT INTO {_TABLE.full_name} ({', '.join(records[0])}) VALUES ("
    prepared = session.prepare(insert + ", ".join("?" for _ in records[0]) + ")")
    values = [_values(record) for record in records]
    lines = [json.dumps(record).encode() for record in records]

    def sink() -> None:
        for first in range(0, len(lines), _LINES):
            store.write(b"\n".join(lines[first : first + _LINES]), _TABLE.name, str(first))

    def bare() -> None:
        for row in values:
            session.execute(prepared, row)

    return {
        SINK: sink,
        SINGLE: lambda: execute_concurrent_with_args(session, prepared, values, concurrency=100),
        BARE: bare,
    }


def _timed(config: Settings, way: str, rows: int, write: Callable[[], object]) -> Written:
    busy = Busy(server_pids(config, "cassandra"))
    busy.start()
    own, began = time.process_time(), time.monotonic()
    write()
    seconds = time.monotonic() - began
    server = busy.cores(1.0)["cassandra"]
    return Written(way, rows, seconds, time.process_time() - own, server)


def _records(count: int, salt: int) -> list[dict[str, Any]]:
    """Events of one minute, as the clean topic holds them."""
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    return [_record(now, number, salt) for number in range(count)]


def _record(minute: dt.datetime, number: int, salt: int) -> dict[str, Any]:
    moment = (minute + dt.timedelta(milliseconds=number)).isoformat(timespec="microseconds")
    return {
        "minute": minute.strftime("%Y-%m-%dT%H:%M"),
        "event_id": hashlib.md5(f"{salt}:{number}".encode()).hexdigest(),
        "occurred_at": moment.replace("+00:00", "Z"),
        "received_at": moment.replace("+00:00", "Z"),
        "place": f"{salt:016x}:{number * 150}",
        "level": "INFO",
        "user_id": number % 997,
        "session_id": number % 10,
        "event_type": "product_view",
        "product_id": f"prod_{number % 5000}",
    }


def _values(record: dict[str, Any]) -> list[Any]:
    moments = ("occurred_at", "received_at")
    return [
        dt.datetime.fromisoformat(value) if name in moments else value
        for name, value in record.items()
    ]
