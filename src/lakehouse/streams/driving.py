"""The life of the streaming driver: starts the queries, says that they are well, ends with them.

It does not repair anything: when a query ends, the driver ends, is started again by whoever keeps
it, and goes on from its checkpoints.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.streaming import StreamingQuery

from lakehouse.contracts.streams import Route, Stream
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings
from lakehouse.streams import gold_copy
from lakehouse.streams.queries import Queries

READY = "ready"
_WELL_EVERY_SECONDS = 2.0
_SAY_EVERY_SECONDS = 60.0
_LOOK_AT_GOLD_EVERY_SECONDS = 60.0
# for copies of gold, which are read while the queries of metrics run
_SPARE_SLOTS = 1


class StreamEndedError(PlatformError):
    """A query of the driver ended by itself."""

    def __init__(self, query: StreamingQuery, checkpoints: Path) -> None:
        why = str(query.exception() or "it was stopped").strip().splitlines()
        super().__init__(
            f"the query {query.name} ended: {' '.join(why[:5])[:1000]}; the driver starts again "
            "from its checkpoint. If lines are gone from Kafka (a lost topic, a stop longer than "
            f"Kafka keeps lines), remove {checkpoints / query.name} to go on with what is there"
        )


class Driver:
    """Runs the queries of some streams until it is told to stop, or one of them ends."""

    def __init__(self, session: SparkSession, config: Settings, folder: Path) -> None:
        self._session = session
        self._config = config
        self._folder = folder
        self._queries = Queries(session, config, folder / "checkpoints")
        self._stopping = threading.Event()
        self._gold = _Gold(config)

    def run(self, streams: Sequence[Stream]) -> None:
        """Start every query and watch over them.

        Raises:
            StreamEndedError: a query ended.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self._gold.start()
        queries = [
            self._queries.start_window(stream, window)
            for stream in streams
            for window in stream.windows
        ]
        queries += [self._queries.start_sink(route, self._stopping) for route in driven(streams)]
        try:
            while not self._stopping.is_set():
                events = self._start_events(streams)
                self._watch([*events, *queries])
                _stop(events)
        finally:
            # ends deliveries to sinks that do not answer
            self._stopping.set()
            (self._folder / READY).unlink(missing_ok=True)
        _stop(queries)

    def _start_events(self, streams: Sequence[Stream]) -> list[StreamingQuery]:
        seen = gold_copy.versions(self._config)
        known = gold_copy.known(self._session, self._config, self._folder / "gold", seen)
        self._gold.follow(seen)
        return [self._queries.start_events(stream, known) for stream in streams]

    def _watch(self, running: list[StreamingQuery]) -> None:
        """Return when the driver shall stop, or when gold tells something new."""
        said = time.monotonic()
        while not self._stopping.wait(_WELL_EVERY_SECONDS) and not self._gold.has_changed:
            for query in running:
                if not query.isActive:
                    raise StreamEndedError(query, self._folder / "checkpoints")
            (self._folder / READY).touch()
            if time.monotonic() - said > _SAY_EVERY_SECONDS:
                said = time.monotonic()
                _say(running)


class _Gold(threading.Thread):
    """Looks whether gold has changed; aside, since HDFS may keep whoever asks waiting."""

    def __init__(self, config: Settings) -> None:
        super().__init__(name="gold", daemon=True)
        self._config = config
        self._seen: dict[str, str] = {}
        self.has_changed = False

    def follow(self, seen: dict[str, str]) -> None:
        """Compare with these versions from now on."""
        self._seen, self.has_changed = seen, False

    def run(self) -> None:
        """Look again and again."""
        while True:
            time.sleep(_LOOK_AT_GOLD_EVERY_SECONDS)
            found = gold_copy.versions(self._config)
            # away, it tells nothing new
            self.has_changed = bool(found) and found != self._seen


def _stop(queries: list[StreamingQuery]) -> None:
    for query in queries:
        query.stop()


def _say(running: list[StreamingQuery]) -> None:
    for query in running:
        progress = query.lastProgress
        if progress is not None:
            rows, rate = progress.numInputRows, progress.processedRowsPerSecond
            print(f"{query.name}: {rows} rows in its last batch, {rate:.0f} a second", flush=True)


def driven(streams: Sequence[Stream]) -> list[Route]:
    """Routes of topics to sinks that the driver writes to, and not NiFi."""
    return [route for stream in streams for route in stream.routes if not route.is_in_nifi]


def master(streams: Sequence[Stream], config: Settings) -> str:
    """Local Spark with a slot for every task that runs at the same time.

    In real-time mode each partition of a raw topic holds a slot for as long as its query runs. The
    queries of windows and of sinks need one slot each. A query without a free slot would wait
    without an error.
    """
    queries = sum(len(stream.windows) for stream in streams) + len(driven(streams))
    return f"local[{len(streams) * config.kafka_partitions + queries + _SPARE_SLOTS}]"


def main(streams: Sequence[Stream]) -> None:
    """Drive some streams, in a session of spark-submit and the folder of the streaming service.

    Raises:
        SystemExit: a query ended; the message says which, and why.
    """
    session = SparkSession.builder.master(master(streams, settings())).getOrCreate()
    driver = Driver(session, settings(), Path(os.environ["LAKEHOUSE_STREAMING_DATA"]))
    try:
        driver.run(streams)
    except PlatformError as error:
        raise SystemExit(str(error)) from error
    finally:
        session.stop()
