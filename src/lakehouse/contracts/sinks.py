"""A sink: a store that streams write to. Its module in `lakehouse.sinks` has one class for it.

A module declares `TITLE` (its name in reports), `ONCE` (True if a row that is delivered twice must
be one row at once) and `connect`, which returns the sink at the addresses of the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeVar

from lakehouse.contracts.streams import Route

Target = TypeVar("Target")
# identity of a row, and its amount where it has one
Seen = tuple[bytes, Decimal | None]
AMOUNT = "amount"


class Rejections(Protocol):
    """Records that can never be written, with the reason."""

    def content(self) -> bytes:
        """All of them, one JSON line each."""
        ...

    def __len__(self) -> int:
        """Number of records."""
        ...


@dataclass(frozen=True)
class SparkTable:
    """Rows that Spark reads and counts.

    Attributes:
        name: the table as SQL names it.
    """

    name: str


class Sink(Protocol[Target]):
    """A store, written to by NiFi (a processor in Python) and by Spark (`foreachBatch`).

    A module of a sink imports neither Spark nor, before it is used, the client of its store.
    """

    def provision(self, route: Route) -> None:
        """Create the table of a route, or the columns that its declaration gained."""
        ...

    def target(self, route: Route) -> Target:
        """Destination of a route's rows, as `write` takes it."""
        ...

    def write(self, content: bytes, target: Target, delivery: str) -> Rejections:
        """Write JSON lines; all of them, when it returns. Repeating a delivery changes nothing.

        Args:
            content: the lines, in the order in which they hold.
            target: where they go.
            delivery: name that a repetition of the same lines has, too.

        Returns:
            The lines that can never be written.
        """
        ...

    def identities(self, route: Route) -> Iterator[Seen] | SparkTable:
        """Every row that is there, or the table by which Spark counts them."""
        ...

    def lag(self, route: Route) -> Iterable[float]:
        """Seconds from the arrival of the newest events in Kafka until they were written."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


def identity(text: str) -> bytes:
    """An event_id as bytes, also one that is no hash."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode()


def has_amount(route: Route) -> bool:
    """True if events of the route may have an amount, and its table keeps it."""
    if not route.is_of_events or AMOUNT not in route.stream.event.column_names:
        return False
    table = route.binding.table
    return table is None or AMOUNT in (column.name for column in table.columns)
