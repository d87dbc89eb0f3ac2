"""Identities and amounts of a stream's events in the lake, as Spark reads them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from lakehouse.contracts.model import Layer
from lakehouse.contracts.sinks import AMOUNT, Seen, identity
from lakehouse.contracts.star import MONEY
from lakehouse.contracts.streams import Stream
from lakehouse.serving.ledger import Fingerprint
from lakehouse.serving.thrift import QueryError, query

# the folder, or the table, has not been made yet: nothing has arrived
_NOT_YET = ("PATH_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA")


class Holding(NamedTuple):
    """What a table of the lake holds.

    Attributes:
        rows: its rows.
        fingerprint: of the different identities in them.
        amount: sum of amounts of different events.
    """

    rows: int
    fingerprint: Fingerprint
    amount: Decimal


def gold_place(stream: Stream) -> str:
    """The table of gold."""
    return f"{stream.event.namespace.database(Layer.GOLD)}.{stream.fact}"


def holding(stream: Stream, place: str) -> Holding:
    """What a place in the lake holds, counted by the engine.

    Raises:
        QueryError: the engine refuses or is not there.
    """
    amount = f"CAST({AMOUNT} AS {MONEY})" if _has_amount(stream) else f"CAST(NULL AS {MONEY})"
    statement = (
        f"SELECT count(1), coalesce(sum(n), 0), coalesce(bit_xor({_part(1)}), 0), "
        f"coalesce(bit_xor({_part(16)}), 0), coalesce(sum(amount), 0) FROM (SELECT event_id, "
        f"count(1) AS n, max({amount}) AS amount FROM {place} GROUP BY event_id)"
    )
    rows = _rows(statement)
    if not rows:
        return Holding(0, Fingerprint(0, 0, 0), Decimal("0.00"))
    distinct, count, first, second, total = rows[0]
    fingerprint = Fingerprint(int(distinct), int(first), int(second))
    return Holding(int(count), fingerprint, Decimal(str(total)))


def in_lake(stream: Stream, place: str) -> Iterator[Seen]:
    """Every event of a place in the lake, one by one.

    Raises:
        QueryError: the engine refuses or is not there.
    """
    columns = f"event_id, {AMOUNT}" if _has_amount(stream) else "event_id"
    for row in _rows(f"SELECT {columns} FROM {place}"):
        yield _seen(*row)


def _part(start: int) -> str:
    return f"CAST(conv(substring(event_id, {start}, 15), 16, 10) AS BIGINT)"


def _rows(statement: str) -> list[tuple]:
    try:
        return query(statement).rows
    except QueryError as error:
        if any(sign in str(error) for sign in _NOT_YET):
            return []
        raise


def _seen(event: str, amount: object = None) -> Seen:
    return identity(event), None if amount is None else Decimal(str(amount))


def _has_amount(stream: Stream) -> bool:
    return AMOUNT in stream.event.column_names
