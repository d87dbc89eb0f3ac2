"""Micro-batches of a topic to a sink, by Spark's `foreachBatch`.

A write that fails is repeated until it succeeds, as a NiFi flow would; the driver's other queries
continue. A delivery is named after its content, so that a sink of files recognises it after a kill.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lakehouse.contracts import places
from lakehouse.contracts.model import Layer
from lakehouse.contracts.sinks import Rejections, Sink
from lakehouse.contracts.streams import Route

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

QUARANTINE = f"{places.ROOT}/{Layer.QUARANTINE}/streams"
MOST_LINES = 5_000
_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 15.0

# writes a file to HDFS: path and content
Put = Callable[[str, bytes], object]


class StoppedError(Exception):
    """The driver stops before a write succeeded; the batch is repeated after its start."""


class Delivery:
    """Writes every batch of a route to its sink.

    Args:
        route: topic, sink and table.
        sink: the sink.
        put: writes the records that can never be written to quarantine.
        stopping: set when the driver stops.
    """

    def __init__(self, route: Route, sink: Sink[Any], put: Put, stopping: threading.Event) -> None:
        self._route, self._sink, self._put = route, sink, put
        self._target = sink.target(route)
        self._stopping = stopping

    def __call__(self, batch: DataFrame, number: int) -> None:
        """Write a batch, in the order of its topic's partitions: the newest row of a key is last.

        Raises:
            StoppedError: the driver stops.
        """
        ordered = batch.sort("partition", "offset").select("value")
        for lines in chunks(bytes(row[0] or b"") for row in ordered.toLocalIterator()):
            self._deliver(b"\n".join(lines))

    def _deliver(self, content: bytes) -> None:
        name = f"{self._route.name}-{hashlib.sha256(content).hexdigest()[:32]}"
        rejected: Rejections = self._until_done(
            lambda: self._sink.write(content, self._target, name)
        )
        if rejected:
            today = dt.datetime.now(dt.UTC).date().isoformat()
            folder = f"{QUARANTINE}/{self._route.sink}/{self._route.topic.name}"
            path = f"{folder}/ingest_date={today}/{name}.json"
            self._until_done(lambda: self._put(path, rejected.content()))

    def _until_done(self, work: Callable[[], Any]) -> Any:
        for attempt in itertools.count():
            if self._stopping.is_set():
                raise StoppedError(self._route.name)
            try:
                return work()
            # errors of any client of a store
            except Exception as error:
                pause = min(_PAUSE_SECONDS * 2 ** min(attempt, 8), _LONGEST_PAUSE_SECONDS)
                print(f"{self._route.name}: {error}; again in {pause:.0f} s", flush=True)
                self._stopping.wait(pause)
        raise AssertionError("unreachable")


def chunks(lines: Iterable[bytes], most: int | None = None) -> Iterator[list[bytes]]:
    """Lines in lists that are short enough for one delivery."""
    pending = iter(lines)
    while found := list(itertools.islice(pending, most or MOST_LINES)):
        yield found
