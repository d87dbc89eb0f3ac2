"""The whole way of a line, from the raw topic to the message it becomes."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakehouse.contracts.streams import ACCESS_LOG, CLICKSTREAM, Stream
from lakehouse.streams import access_log, clickstream, parsing
from lakehouse.streams.enriching import Known, enriched
from lakehouse.streams.parsing import Accepted

_PARSED = {ACCESS_LOG.name: access_log.parsed, CLICKSTREAM.name: clickstream.parsed}


def messages(raw: DataFrame, stream: Stream, known: Known, accepted: Accepted) -> DataFrame:
    """Messages for the clean and the dead-letter topic: `topic`, `key`, `value`."""
    events = _PARSED[stream.name](raw, accepted)
    return parsing.messages(enriched(events, stream, known), stream)
