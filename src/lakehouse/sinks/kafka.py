"""Topics of Kafka: rows under the grain of their table, for programs that read on from there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from lakehouse.contracts.model import Table
from lakehouse.contracts.sinks import AMOUNT, Seen, has_amount, identity
from lakehouse.contracts.streams import Route
from lakehouse.platform.errors import PlatformError
from lakehouse.sinks.encoding.records import InvalidRecordError, Rejected, lines_of, parsed
from lakehouse.sinks.encoding.sql import key_of

if TYPE_CHECKING:
    from confluent_kafka import Producer

    from lakehouse.platform.settings import Settings
    from lakehouse.platform.topics import TopicReader

TITLE = "Kafka"
# a message delivered twice is in the topic twice; readers take the newest of a key
ONCE = False
_RECEIVED = "received_at"
_NEWEST = 500
_TIMEOUT = 30.0


class DeliveryError(PlatformError):
    """Kafka has not taken every message."""


class KafkaSink:
    """Topics named after tables; they are made with those of the streams, by `up`."""

    def __init__(
        self, producer: Callable[[], Producer], reader: Callable[..., TopicReader]
    ) -> None:
        self._make_producer = producer
        self._reader = reader
        self._producer: Producer | None = None

    def provision(self, route: Route) -> None:
        """Nothing: topics of sinks are among the declared ones."""

    def target(self, route: Route) -> Table:
        """Table of a route, after which the topic is named."""
        table = route.binding.table
        # the registry accepts no other
        assert isinstance(table, Table)
        return table

    def write(self, content: bytes, target: Table, delivery: str) -> Rejected:
        """Publish JSON lines; Kafka has all of them, when it returns.

        Returns:
            The lines without a key.

        Raises:
            DeliveryError: Kafka has not taken every message.
        """
        rejected = Rejected()
        errors: list[str] = []
        if self._producer is None:
            self._producer = self._make_producer()

        def delivered(error: Any, _: Any) -> None:
            if error is not None:
                errors.append(str(error))

        for line in lines_of(content):
            try:
                key = key_of(target, parsed(line))
            except InvalidRecordError as error:
                rejected.add(line, error)
            else:
                self._producer.produce(target.name, line, key.encode(), on_delivery=delivered)
        left = self._producer.flush(_TIMEOUT)
        if errors or left:
            raise DeliveryError(
                f"Kafka has not taken {len(errors) + left} messages of {target.name}: "
                f"{errors[0] if errors else 'no answer'}; see ./lakehouse logs kafka"
            )
        return rejected

    def identities(self, route: Route) -> Iterator[Seen]:
        """The key of every message that the topic keeps, with the amount of an event."""
        is_amount = has_amount(route)
        with closing(self._reader(self.target(route).name)) as reader:
            for message in reader.messages():
                key = identity((message.key() or b"").decode())
                yield key, _amount(message) if is_amount else None

    def lag(self, route: Route) -> Iterable[float]:
        """Seconds from the arrival of the newest events in Kafka until they were published."""
        table = self.target(route)
        if _RECEIVED not in table.column_names:
            return []
        with closing(self._reader(table.name, last=_NEWEST)) as reader:
            return [age for message in reader.messages() if (age := _age(message)) is not None]

    def close(self) -> None:
        """Close the connection."""
        self._producer = None


def _amount(message: Any) -> Decimal | None:
    amount = json.loads(message.value() or b"{}", parse_float=Decimal).get(AMOUNT)
    return None if amount is None else Decimal(amount)


def _age(message: Any) -> float | None:
    try:
        received = dt.datetime.fromisoformat(json.loads(message.value() or b"")[_RECEIVED])
    except (ValueError, KeyError, TypeError):
        return None
    return float(message.timestamp()[1] / 1000 - received.timestamp())


def connect(config: Settings) -> KafkaSink:
    """The sink at the address of the settings."""
    from lakehouse.platform.topics import TopicReader

    def reader(topic: str, last: int | None = None) -> TopicReader:
        return TopicReader(topic, config, last)

    return KafkaSink(partial(_producer, config), reader)


def _producer(config: Settings) -> Producer:
    from confluent_kafka import Producer

    from lakehouse.platform.kafka import LARGEST_MESSAGE_BYTES, address

    return Producer(
        {
            "bootstrap.servers": address(config),
            # no message twice and none out of order when a request is repeated
            "enable.idempotence": True,
            "message.max.bytes": LARGEST_MESSAGE_BYTES,
            "linger.ms": 5,
        }
    )
