"""Columns that events get from gold, such as the category of a product.

What is looked up is small, and is joined by broadcast. Where gold is not there the columns are
null, and the event goes on.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.streams import Stream

# rows of each lookup, by the name of its local copy
Known = Mapping[str, DataFrame]


def enriched(events: DataFrame, stream: Stream, known: Known) -> DataFrame:
    """Events with the columns that their stream looks up."""
    for lookup in stream.lookups:
        events = events.join(F.broadcast(known[lookup.copy]), lookup.key.name, "left")
    return events
