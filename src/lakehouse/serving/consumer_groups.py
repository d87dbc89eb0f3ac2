"""How far the readers of topics have come, by the places that they committed."""

from __future__ import annotations

from typing import Any

from lakehouse.platform.kafka import TIMEOUT, KafkaError, address
from lakehouse.platform.settings import Settings

# (topic, partition) → offset of the next message
Places = dict[tuple[str, int], int]


def committed(config: Settings) -> dict[str, Places]:
    """The places of every group that has committed any.

    Raises:
        KafkaError: Kafka does not answer.
    """
    import logging

    from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException
    from confluent_kafka.admin import AdminClient

    # what goes wrong is told by the call that fails
    silent = logging.getLogger(f"{__name__}.client")
    silent.setLevel(logging.CRITICAL)
    admin = AdminClient({"bootstrap.servers": address(config)}, logger=silent)
    try:
        groups = admin.list_consumer_groups(request_timeout=TIMEOUT).result().valid
        found = {}
        # the client asks for one group at a time
        for group in groups:
            asked = ConsumerGroupTopicPartitions(group.group_id)
            answer = admin.list_consumer_group_offsets([asked], request_timeout=TIMEOUT)
            found[group.group_id] = _places(answer[group.group_id].result())
    except KafkaException as error:
        raise KafkaError(
            f"Kafka at {address(config)} does not tell of its readers: {error}; "
            "see ./lakehouse status and ./lakehouse logs kafka"
        ) from error
    return {group: places for group, places in found.items() if places}


def _places(answer: Any) -> Places:
    return {
        (place.topic, place.partition): place.offset
        for place in answer.topic_partitions
        if place.offset >= 0
    }
