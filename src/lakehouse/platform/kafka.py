"""Kafka: the topics that the contracts declare, and how many messages they hold."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from lakehouse.contracts.streams import LONGEST_LINE_BYTES, TOPIC_RETENTION_HOURS, Topic
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings
from lakehouse.registry.catalog import TOPICS

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient, TopicMetadata

Answer = TypeVar("Answer")

TIMEOUT = 20.0
# the longest line inside a dead letter, in base64 and with what is said about it
LARGEST_MESSAGE_BYTES = 2 * LONGEST_LINE_BYTES
# partitions have no leader for a moment after a start, and nodes of a cluster come one by one
_PASSING = (
    "LEADER_NOT_AVAILABLE",
    "NOT_LEADER_FOR_PARTITION",
    "UNKNOWN_LEADER_EPOCH",
    "INVALID_REPLICATION_FACTOR",
)
TOPIC_CONFIG = {
    "cleanup.policy": "delete",
    "retention.ms": str(TOPIC_RETENTION_HOURS * 3_600_000),
    "max.message.bytes": str(LARGEST_MESSAGE_BYTES),
}


class KafkaError(PlatformError):
    """Kafka does not answer, or refuses; with Kafka's own name of the reason."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def address(config: Settings) -> str:
    """Where clients find it."""
    return config.kafka_servers or f"{config.kafka_host}:{config.kafka_port}"


def declared_topics() -> tuple[Topic, ...]:
    """Every topic of every stream, and those that sinks write."""
    return TOPICS


def bootstrap(config: Settings) -> None:
    """Make the declared topics; widen those that are there. May run again at any time.

    Raises:
        KafkaError: Kafka does not answer, or refuses.
    """
    client = Kafka(config)
    for topic in declared_topics():
        client.declare(topic.name, TOPIC_CONFIG)


class Kafka:
    """Topics and offsets.

    Every method raises KafkaError where Kafka does not answer or refuses.
    """

    def __init__(self, config: Settings | None = None) -> None:
        self._config = config or settings()
        self._admin = _admin(self._config)

    def partitions(self) -> dict[str, int]:
        """The topics there are, with how many partitions each has."""
        return {name: len(topic.partitions) for name, topic in self._topics().items()}

    def declare(self, topic: str, options: dict[str, str]) -> None:
        """Make a topic with these options, or give them to the one that is there."""
        existing = self._topics().get(topic)
        if existing is None:
            self._create(topic, options)
            return
        self._configure(topic, options)
        if len(existing.partitions) < self._config.kafka_partitions:
            self._widen(topic)

    def end_offsets(self, topic: str) -> dict[int, int]:
        """Offset of the next message, by partition."""
        return self._offsets(topic, end=True)

    def count(self, topic: str) -> int:
        """Messages that the topic holds."""
        first = self._offsets(topic, end=False)
        return sum(end - first[number] for number, end in self.end_offsets(topic).items())

    def counts(self, topics: Iterable[Topic] | None = None) -> dict[str, int]:
        """Messages of each topic; of all declared ones where none are named."""
        return {topic.name: self.count(topic.name) for topic in topics or declared_topics()}

    def _topics(self) -> dict[str, TopicMetadata]:
        from confluent_kafka import KafkaException

        try:
            return dict(self._admin.list_topics(timeout=TIMEOUT).topics)
        except KafkaException as error:
            raise self._refusal(error) from error

    def _create(self, topic: str, options: dict[str, str]) -> None:
        from confluent_kafka.admin import NewTopic

        new = NewTopic(
            topic,
            num_partitions=self._config.kafka_partitions,
            replication_factor=self._config.kafka_replication,
            config=options,
        )
        _patiently(lambda: self._wait(self._admin.create_topics([new], operation_timeout=TIMEOUT)))

    def _configure(self, topic: str, options: dict[str, str]) -> None:
        from confluent_kafka.admin import (
            AlterConfigOpType,
            ConfigEntry,
            ConfigResource,
            ResourceType,
        )

        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
            for name, value in options.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
        self._wait(self._admin.incremental_alter_configs([resource]))

    def _widen(self, topic: str) -> None:
        from confluent_kafka.admin import NewPartitions

        wider = NewPartitions(topic, self._config.kafka_partitions)
        self._wait(self._admin.create_partitions([wider], operation_timeout=TIMEOUT))

    def _offsets(self, topic: str, *, end: bool) -> dict[int, int]:
        """Offsets of either end."""
        return _patiently(lambda: self._asked_offsets(topic, end=end))

    def _asked_offsets(self, topic: str, *, end: bool) -> dict[int, int]:
        from confluent_kafka import TopicPartition
        from confluent_kafka.admin import OffsetSpec

        topics = self._topics()
        if topic not in topics:
            raise KafkaError(f"Kafka has no topic {topic}: ./lakehouse up stream makes it")
        where = OffsetSpec.latest() if end else OffsetSpec.earliest()
        asked = {TopicPartition(topic, number): where for number in topics[topic].partitions}
        found = self._wait(self._admin.list_offsets(asked, request_timeout=TIMEOUT))
        return {place.partition: answer.offset for place, answer in found.items()}

    def _wait(self, futures: dict) -> dict:
        from confluent_kafka import KafkaException

        try:
            return {asked: future.result(TIMEOUT) for asked, future in futures.items()}
        except KafkaException as error:
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> KafkaError:
        return KafkaError(
            f"Kafka at {address(self._config)}: {error.args[0].str()}; "
            "see ./lakehouse status and ./lakehouse logs kafka",
            error.args[0].name(),
        )


def _patiently(ask: Callable[[], Answer]) -> Answer:
    """The answer, asked again while Kafka says what it says only for a moment."""
    until = time.monotonic() + TIMEOUT
    while True:
        try:
            return ask()
        except KafkaError as error:
            if error.code not in _PASSING or time.monotonic() > until:
                raise
        time.sleep(0.2)


def answers(config: Settings) -> bool:
    """Whether the node serves: it tells of itself as broker and of a controller."""
    from confluent_kafka import KafkaException

    try:
        found = _admin(config).list_topics(timeout=5)
    except KafkaException:
        return False
    return bool(found.brokers) and found.controller_id >= 0


def _admin(config: Settings) -> AdminClient:
    import logging

    from confluent_kafka.admin import AdminClient

    # what goes wrong is told by the call that fails; the library would also write it to the screen
    silent = logging.getLogger(f"{__name__}.client")
    silent.setLevel(logging.CRITICAL)
    return AdminClient({"bootstrap.servers": address(config)}, logger=silent)
