"""Lines of the shop's own log of what visitors do.

    YYYY-MM-DD HH:MM:SS.ffffff [LEVEL] USER_ID: n SESSION_ID: n EVENT_TYPE: word
    PRODUCT_ID: word|N/A AMOUNT: number|N/A OUTCOME: word|N/A

(one line each). Moments are UTC. An amount may have more digits than money has: it is rounded,
half a centavo upwards.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.star import MONEY
from lakehouse.contracts.streams import IMPOSSIBLE_VALUE, UNKNOWN_WORD
from lakehouse.streams import parsing
from lakehouse.streams.parsing import Accepted, Flaw, named, part
from lakehouse.workloads.weblogs.contracts.streams import EVENT_TYPES, LEVELS

_FORM = (
    r"^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?) \[([^\]\s]+)\] USER_ID: (\S+)"
    r" SESSION_ID: (\S+) EVENT_TYPE: (\S+) PRODUCT_ID: (\S+) AMOUNT: (\S+) OUTCOME: (\S+)$"
)
_MOMENT, _LEVEL, _USER, _SESSION, _EVENT_TYPE, _PRODUCT, _AMOUNT, _OUTCOME = range(8)
_NONE = "N/A"
_NUMBER = r"^\d+(?:\.\d+)?$"


def parsed(raw: DataFrame, accepted: Accepted) -> DataFrame:
    """Read each line of the raw topic: the contract's own columns, and its flaw if it has one."""
    read = parsing.parts(parsing.lines(raw), _FORM, 8)
    amount = _or_null(part(_AMOUNT))
    typed = read.select(
        "*",
        part(_MOMENT).try_cast("timestamp").alias("occurred_at"),
        part(_LEVEL).alias("level"),
        parsing.whole_number(part(_USER), "BIGINT").alias("user_id"),
        parsing.whole_number(part(_SESSION), "BIGINT").alias("session_id"),
        part(_EVENT_TYPE).alias("event_type"),
        _or_null(part(_PRODUCT)).alias("product_id"),
        F.when(amount.rlike(_NUMBER), amount.try_cast(MONEY)).alias("amount"),
        _or_null(part(_OUTCOME)).alias("outcome"),
    )
    return parsing.judged(typed, _flaws(accepted))


def _flaws(accepted: Accepted) -> list[Flaw]:
    level, event_type = F.col("level"), F.col("event_type")
    no_amount = F.col("amount").isNull() & (part(_AMOUNT) != _NONE)
    return [
        *parsing.flaws_of_time(part(_MOMENT), accepted.earliest),
        Flaw(UNKNOWN_WORD, ~level.isin(*LEVELS), named("level", level)),
        Flaw(IMPOSSIBLE_VALUE, F.col("user_id").isNull(), named("USER_ID", part(_USER))),
        Flaw(IMPOSSIBLE_VALUE, F.col("session_id").isNull(), named("SESSION_ID", part(_SESSION))),
        Flaw(UNKNOWN_WORD, ~event_type.isin(*EVENT_TYPES), named("EVENT_TYPE", event_type)),
        Flaw(IMPOSSIBLE_VALUE, no_amount, named("AMOUNT", part(_AMOUNT))),
    ]


def _or_null(text: Column) -> Column:
    return F.when(text != _NONE, text)
