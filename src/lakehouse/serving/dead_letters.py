"""Lines that were set aside: which are still, and sending them on their way again after a fix.

A line goes back into the raw topic with its own bytes and its own key, so that its identity stays:
once it is clean, nothing of it is left to do, whatever the dead-letter topic still holds.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakehouse.contracts.streams import Stream
from lakehouse.platform.kafka import KafkaError, address
from lakehouse.platform.settings import Settings, settings
from lakehouse.platform.topics import TopicReader
from lakehouse.registry.catalog import STREAMS

if TYPE_CHECKING:
    from confluent_kafka import Producer

# A stream that begins a batch again sets its lines aside again, close behind the first time.
_REMEMBERED = 200_000
_TIMEOUT = 30.0
_PAUSE = 0.5


@dataclass(frozen=True)
class DeadLetter:
    """A line set aside: the message, as contracts name its columns."""

    message: dict[str, Any]

    @property
    def event_id(self) -> str:
        """Its identity."""
        return str(self.message["event_id"])

    @property
    def reason(self) -> str:
        """Why it was set aside."""
        return str(self.message["reason"])

    @property
    def key(self) -> bytes:
        """Key of the raw line."""
        return str(self.message["place"]).encode()

    @property
    def line(self) -> bytes:
        """The raw line."""
        return base64.b64decode(self.message["line_base64"])


@dataclass(frozen=True)
class Replayed:
    """What became of lines that were sent again.

    Attributes:
        sent: lines sent.
        clean: those that are clean now.
        aside: those that were set aside once more.
    """

    sent: int
    clean: int
    aside: int

    @property
    def unknown(self) -> int:
        """Lines that nobody has judged yet."""
        return self.sent - self.clean - self.aside


@dataclass(frozen=True)
class SetAside:
    """That a line was set aside: of which stream, for which reason, when, UTC."""

    stream: str
    reason: str
    at: dt.datetime


class LetterReader:
    """Follows the dead-letter topics of all streams; tells of each line once."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._kept = contextlib.ExitStack()
        self._readers: dict[str, TopicReader] = {}
        # event_id of lines told of, oldest first
        self._told: dict[bytes, None] = {}

    def new(self) -> Iterator[SetAside]:
        """What has come since the last time; at first, what the topics hold.

        Raises:
            KafkaError: Kafka does not answer.
        """
        for stream in STREAMS:
            if stream.name not in self._readers:
                reader = TopicReader(stream.dead_letter.name, self._config)
                self._readers[stream.name] = self._kept.enter_context(contextlib.closing(reader))
            for message in self._readers[stream.name].messages():
                if self._is_new(message.key() or b""):
                    reason = str(json.loads(message.value() or b"")["reason"])
                    at = dt.datetime.fromtimestamp(message.timestamp()[1] / 1000, dt.UTC)
                    yield SetAside(stream.name, reason, at)

    def close(self) -> None:
        """Close the connections; what the topics hold is told again."""
        self._kept.close()
        self._readers.clear()
        self._told.clear()

    def _is_new(self, event_id: bytes) -> bool:
        if event_id in self._told:
            return False
        self._told[event_id] = None
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        return True


def still_aside(
    stream: Stream, reason: str | None = None, config: Settings | None = None
) -> list[DeadLetter]:
    """Lines set aside that are not clean by now, oldest first, each once.

    Raises:
        KafkaError: Kafka does not answer.
    """
    config = config or settings()
    letters: dict[str, DeadLetter] = {}
    with contextlib.closing(TopicReader(stream.dead_letter.name, config)) as aside:
        for message in aside.messages():
            letter = DeadLetter(json.loads(message.value() or b""))
            letters[letter.event_id] = letter
    if letters:
        with contextlib.closing(TopicReader(stream.clean.name, config)) as clean:
            for message in clean.messages():
                letters.pop((message.key() or b"").decode(), None)
    return [letter for letter in letters.values() if reason in (None, letter.reason)]


def replay(stream: Stream, reason: str | None = None, config: Settings | None = None) -> Replayed:
    """Send the lines that are still aside to the raw topic again, and wait for their judgement.

    Raises:
        KafkaError: Kafka does not answer, or refuses a line.
    """
    config = config or settings()
    letters = still_aside(stream, reason, config)
    if not letters:
        return Replayed(0, 0, 0)
    with (
        contextlib.closing(TopicReader(stream.clean.name, config, last=0)) as clean,
        contextlib.closing(TopicReader(stream.dead_letter.name, config, last=0)) as aside,
    ):
        _send(stream, letters, config)
        return _judged({letter.event_id for letter in letters}, clean, aside)


def _send(stream: Stream, letters: Iterable[DeadLetter], config: Settings) -> None:
    refused: list[str] = []
    producer = _producer(config)
    for letter in letters:
        while True:
            try:
                producer.produce(
                    stream.raw.name,
                    letter.line,
                    letter.key,
                    on_delivery=lambda error, _: refused.append(str(error)) if error else None,
                )
                break
            except BufferError:
                producer.poll(1)
    unsent = producer.flush(_TIMEOUT)
    if unsent or refused:
        why = refused[0] if refused else "no answer"
        raise KafkaError(
            f"Kafka at {address(config)} did not take {unsent + len(refused)} lines ({why}): "
            "replay again when ./lakehouse status shows it up; what was taken does no harm"
        )


def _judged(sent: set[str], clean: TopicReader, aside: TopicReader) -> Replayed:
    found: dict[bool, set[str]] = {True: set(), False: set()}
    until = time.monotonic() + _TIMEOUT
    while time.monotonic() < until and len(found[True] | found[False]) < len(sent):
        for is_clean, reader in ((True, clean), (False, aside)):
            found[is_clean] |= sent & {(m.key() or b"").decode() for m in reader.messages()}
        time.sleep(_PAUSE)
    return Replayed(len(sent), len(found[True]), len(found[False] - found[True]))


def _producer(config: Settings) -> Producer:
    import logging

    from confluent_kafka import Producer

    silent = logging.getLogger(f"{__name__}.client")
    silent.setLevel(logging.CRITICAL)
    return Producer({"bootstrap.servers": address(config), "acks": "all"}, logger=silent)
