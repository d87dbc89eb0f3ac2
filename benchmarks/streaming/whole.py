"""File to Cassandra: from a line in the log of clicks to its row, while both logs are written."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from cassandra.cluster import Session

from benchmarks.measuring import tell
from benchmarks.streaming.figures import Busy, Latencies, latencies, server_pids
from lakehouse.platform.cassandra import open_session
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.platform.status import proportional_memory_mb
from lakehouse.registry import catalog
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

SERVERS = ("kafka", "nifi", "streaming", "cassandra", "namenode", "datanode")
STREAM_SERVERS = ("kafka", "nifi", "streaming", "cassandra")
_TABLE = catalog.EVENT_TABLES[CLICKSTREAM.name].full_name
_WARM_UP = 20.0
_LOOK_EVERY = 0.1
_MOST_SECONDS_BEHIND = 300.0


@dataclass(frozen=True)
class Whole:
    """One rate.

    Attributes:
        rate: lines a second, both logs together.
        lines: clicks written.
        rows: of them found in Cassandra.
        written: latencies until the row was sent to Cassandra.
        seen: how old the newest row was that a reader saw, look by look.
        behind: the same by thirds of the run, median: it grows where the way does not keep up.
        caught_up: seconds from the last line to the last row.
        cores: by server.
        memory: MB (PSS) by server, under load.
    """

    rate: int
    lines: int
    rows: int
    written: Latencies
    seen: Latencies
    behind: list[float]
    caught_up: float
    cores: dict[str, float]
    memory: dict[str, float]


@dataclass
class _Looks:
    """Ages of the newest row, in milliseconds, while it is watched."""

    ages: list[float] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def watch(self, session: Session) -> None:
        """Look until it is done."""
        newest = f"SELECT occurred_at FROM {_TABLE} WHERE minute = %s LIMIT 1"
        while not self.done.wait(_LOOK_EVERY):
            now = dt.datetime.now(dt.UTC)
            row = session.execute(newest, (now.strftime("%Y-%m-%dT%H:%M"),)).one()
            # at the turn of a minute its partition is empty for a moment
            if row is not None:
                moment = row.occurred_at.replace(tzinfo=dt.UTC)
                self.ages.append((dt.datetime.now(dt.UTC) - moment).total_seconds() * 1000)


def measure(config: Settings, rates: Sequence[int], seconds: float) -> list[Whole]:
    """Each rate, one after the other."""
    found = []
    with open_session(config) as session:
        _write(rates[0], _WARM_UP)
        for rate in rates:
            found.append(_measured(config, session, rate, seconds))
            told = found[-1].written
            tell(f"{rate:,} lines/s: p50 {told.p50:.0f} ms, p99 {told.p99:.0f} ms")
    return found


def _measured(config: Settings, session: Session, rate: int, seconds: float) -> Whole:
    looks, pids = _Looks(), server_pids(config, *SERVERS)
    busy, began = Busy(pids), dt.datetime.now(dt.UTC)
    memory: dict[str, float] = {}
    watcher = threading.Thread(target=looks.watch, args=(session,))
    weigher = threading.Timer(seconds / 2, lambda: memory.update(_memory(pids)))
    busy.start()
    started = time.monotonic()
    for thread in (watcher, weigher):
        thread.start()
    lines = _write(rate, seconds)
    ended = time.monotonic()
    cores = busy.cores(ended - started)
    looks.done.set()
    watcher.join()
    weigher.join()
    waited = _await_rows(session, began, lines)
    return Whole(
        rate=rate,
        lines=lines,
        rows=len(waited),
        written=latencies(waited),
        seen=latencies(looks.ages),
        behind=[latencies(part).p50 for part in _thirds(looks.ages)],
        caught_up=time.monotonic() - ended,
        cores=cores,
        memory=memory,
    )


def _write(rate: int, seconds: float) -> int:
    """Write both logs; lines of the clickstream."""
    command = ["stream", "write", "--rate", str(rate), "--duration", str(seconds), "--json"]
    answer = subprocess.run(
        [str(PROJECT / "lakehouse"), *command], capture_output=True, text=True, check=True
    )
    return int(json.loads(answer.stdout)["streams"][CLICKSTREAM.name]["lines"])


def _await_rows(session: Session, began: dt.datetime, lines: int) -> list[float]:
    """Milliseconds from line to row of every event of the run, once all are there."""
    until = time.monotonic() + _MOST_SECONDS_BEHIND
    while len(found := _waited(session, began)) < lines and time.monotonic() < until:
        time.sleep(0.5)
    return found


def _waited(session: Session, began: dt.datetime) -> list[float]:
    found, minute = [], began.replace(second=0, microsecond=0)
    rows = f"SELECT occurred_at, WRITETIME(level) AS written FROM {_TABLE} WHERE minute = %s"
    while minute <= dt.datetime.now(dt.UTC):
        for row in session.execute(rows, (minute.strftime("%Y-%m-%dT%H:%M"),)):
            moment = row.occurred_at.replace(tzinfo=dt.UTC)
            if moment >= began:
                found.append(row.written / 1000 - moment.timestamp() * 1000)
        minute += dt.timedelta(minutes=1)
    return found


def _thirds(ages: Sequence[float]) -> list[Sequence[float]]:
    size = max(1, len(ages) // 3)
    return [ages[:size], ages[size : 2 * size], ages[2 * size :]]


def _memory(pids: dict[str, int]) -> dict[str, float]:
    return {name: proportional_memory_mb(pid) or 0.0 for name, pid in pids.items()}
