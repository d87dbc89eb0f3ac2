"""Reading whole topics, and again what has come since."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakehouse.platform.kafka import Kafka, KafkaError, address
from lakehouse.platform.settings import Settings, settings

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message

_AT_ONCE = 10_000
_PATIENCE = 20.0


def event_id(key: bytes | None, value: bytes | None) -> bytes:
    """The identity of a raw line: what Spark calls `event_id`, as bytes."""
    return hashlib.md5((key or b"") + b"\n" + (value or b""), usedforsecurity=False).digest()


class TopicReader:
    """One topic, read from its beginning; belongs to no group and commits nothing."""

    def __init__(self, topic: str, config: Settings | None = None, last: int | None = None) -> None:
        self.topic = topic
        self._config = config or settings()
        self._kafka = Kafka(self._config)
        self._consumer = consumer(self._config)
        self._places = {
            number: self._begin(number, end, last)
            for number, end in self._kafka.end_offsets(topic).items()
        }
        # messages that the topic held once and has let go of
        self.forgotten = sum(self._places.values()) if last is None else 0

    def messages(self) -> Iterator[Message]:
        """Everything up to the present end that was not read before.

        Raises:
            KafkaError: Kafka stops answering.
        """
        ends = self._kafka.end_offsets(self.topic)
        owed = {n: end for n, end in ends.items() if self._places.setdefault(n, 0) < end}
        if not owed:
            return
        self._assign(owed)
        until = time.monotonic() + _PATIENCE
        while owed:
            for message in self._consumer.consume(_AT_ONCE, timeout=0.5):
                until = time.monotonic() + _PATIENCE
                number, offset = message.partition(), message.offset()
                if message.error() or number not in owed or offset is None:
                    continue
                if offset < owed[number]:
                    self._places[number] = offset + 1
                    yield message
                if offset + 1 >= owed[number]:
                    del owed[number]
            if time.monotonic() > until:
                raise KafkaError(
                    f"{self.topic}: Kafka at {address(self._config)} sends nothing; "
                    "see ./lakehouse logs kafka"
                )

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close()

    def _begin(self, number: int, end: int, last: int | None) -> int:
        from confluent_kafka import TopicPartition

        low, _ = self._consumer.get_watermark_offsets(
            TopicPartition(self.topic, number), timeout=_PATIENCE
        )
        return low if last is None else max(low, end - last)

    def _assign(self, owed: dict[int, int]) -> None:
        from confluent_kafka import TopicPartition

        self._consumer.assign(
            [TopicPartition(self.topic, number, self._places[number]) for number in owed]
        )


def consumer(config: Settings) -> Consumer:
    """A client that reads and leaves no trace."""
    import logging

    from confluent_kafka import Consumer

    # what goes wrong is told by the call that fails
    silent = logging.getLogger(f"{__name__}.client")
    silent.setLevel(logging.CRITICAL)
    options: dict[str, Any] = {
        "bootstrap.servers": address(config),
        "group.id": "lakehouse-looking",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 50,
        "queued.max.messages.kbytes": 32_768,
    }
    return Consumer(options, logger=silent)
