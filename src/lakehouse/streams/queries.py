"""The queries of a stream: records to events as they come, events to aggregates of windows."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StreamingQuery

from lakehouse.contracts.functions import named
from lakehouse.contracts.log_formats import log_format
from lakehouse.contracts.streams import Route, Stream, Topic, Window
from lakehouse.platform import kafka
from lakehouse.platform.settings import Settings
from lakehouse.platform.webhdfs import WebHdfs
from lakehouse.registry import sinks
from lakehouse.sinks import hdfs
from lakehouse.sinks.hdfs import OWNER
from lakehouse.streams import events
from lakehouse.streams.delivering import Delivery
from lakehouse.streams.enriching import Known
from lakehouse.streams.parsing import Accepted

# After a kill, what came since the last boundary is done again; at a boundary events wait a moment.
_REAL_TIME_BATCH = "300 seconds"
_WINDOW_EVERY = "2 seconds"
# bounds memory when figures catch up after a stop
_WINDOW_AT_ONCE = 100_000
_SINK_EVERY = "1 second"
_SINK_AT_ONCE = 50_000


@dataclass(frozen=True)
class Queries:
    """Starts queries in a session.

    Attributes:
        session: a session with the Kafka connector.
        config: where Kafka is, and how events become clean.
        checkpoints: folder that keeps how far each query has come.
    """

    session: SparkSession
    config: Settings
    checkpoints: Path

    def start_events(self, stream: Stream, known: Known) -> StreamingQuery:
        """Raw lines to the clean and the dead-letter topic."""
        rows = events.messages(self._read(stream.raw), stream, known, self._accepted())
        real_time = self.config.streaming_trigger == "realtime"
        trigger = {"realTime": _REAL_TIME_BATCH} if real_time else {"processingTime": "0 seconds"}
        return self._start(rows, f"{stream.name}.events", trigger)

    def start_window(self, stream: Stream, window: Window) -> StreamingQuery:
        """Clean events to the topic of a window's aggregates."""
        clean = self._read(stream.clean, maxOffsetsPerTrigger=str(_WINDOW_AT_ONCE))
        topic = stream.topic_of(window).name
        rows = named(window.rows)(clean, stream)
        addressed = rows.selectExpr(f"'{topic}' AS topic", "*")
        return self._start(addressed, topic, {"processingTime": _WINDOW_EVERY})

    def start_sink(self, route: Route, stopping: threading.Event) -> StreamingQuery:
        """Messages of a topic to a sink that NiFi does not write to."""
        files = WebHdfs(
            f"http://{self.config.namenode_host}:{self.config.namenode_http_port}", OWNER
        )

        def put(path: str, content: bytes) -> None:
            files.put(path, content, aside=f"{hdfs.ASIDE}/{path.rpartition('/')[2]}")

        sink = sinks.connect(route.sink, self.config)
        return (
            self._read(route.topic, maxOffsetsPerTrigger=str(_SINK_AT_ONCE))
            .writeStream.foreachBatch(Delivery(route, sink, put, stopping))
            .option("checkpointLocation", str(self.checkpoints / route.name))
            .queryName(route.name)
            .trigger(processingTime=_SINK_EVERY)
            .start()
        )

    def _accepted(self) -> Accepted:
        return Accepted(log_format(self.config.access_log_format), self.config.earliest_event)

    def _read(self, topic: Topic, **options: str) -> DataFrame:
        return (
            self.session.readStream.format("kafka")
            .option("kafka.bootstrap.servers", kafka.address(self.config))
            .option("subscribe", topic.name)
            # a query without a checkpoint has everything still to do
            .option("startingOffsets", "earliest")
            # lines that are gone from Kafka are a loss that somebody has to know of
            .option("failOnDataLoss", "true")
            .options(**options)
            .load()
        )

    def _start(self, rows: DataFrame, name: str, trigger: dict[str, str]) -> StreamingQuery:
        return (
            rows.writeStream.format("kafka")
            .option("kafka.bootstrap.servers", kafka.address(self.config))
            .option("kafka.max.request.size", str(kafka.LARGEST_MESSAGE_BYTES))
            .option("checkpointLocation", str(self.checkpoints / name))
            .queryName(name)
            .outputMode("update")
            .trigger(**trigger)  # type: ignore[arg-type]
            .start()
        )
