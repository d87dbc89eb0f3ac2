"""The whole way of a line, from the raw topic to the message it becomes."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakehouse.contracts.functions import named
from lakehouse.contracts.streams import Stream
from lakehouse.streams import parsing
from lakehouse.streams.enriching import Known, enriched
from lakehouse.streams.parsing import Accepted


def messages(raw: DataFrame, stream: Stream, known: Known, accepted: Accepted) -> DataFrame:
    """Messages for the clean and the dead-letter topic: `topic`, `key`, `value`."""
    events = named(stream.parser)(raw, accepted)
    return parsing.messages(enriched(events, stream, known), stream)
