"""Topics of Kafka in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator


class Message:
    """A message of a topic."""

    def __init__(self, key: bytes, value: bytes) -> None:
        self._key, self._value = key, value

    def key(self) -> bytes:
        return self._key

    def value(self) -> bytes:
        return self._value

    def timestamp(self) -> tuple[int, int]:
        return 1, int(time.time() * 1000)


class Reader:
    """A topic that is read once, as `TopicReader` does."""

    forgotten = 0

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages

    def messages(self) -> Iterator[Message]:
        messages, self._messages = self._messages, []
        return iter(messages)

    def close(self) -> None:
        """There is no connection."""
