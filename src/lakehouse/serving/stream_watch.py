"""The streams as they are now: rates, lags, and how long each hop takes.

Every figure is taken from what Kafka and the sinks hold; a server that does not answer leaves its
figures out and is named.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from lakehouse.contracts.sinks import Sink
from lakehouse.contracts.streams import Stream, Topic
from lakehouse.platform.errors import PlatformError, UnavailableError
from lakehouse.platform.kafka import Kafka
from lakehouse.platform.probes import require_listener
from lakehouse.platform.settings import Settings, settings
from lakehouse.platform.topics import TopicReader
from lakehouse.registry import sinks
from lakehouse.registry.catalog import STREAMS
from lakehouse.serving.consumer_groups import Places, committed

if TYPE_CHECKING:
    from confluent_kafka import Message

# messages looked at for a latency, the newest ones
_SAMPLE = 2_000
# lines that are older when they reach Kafka were late already, or are replayed
_LIVE_SECONDS = 10.0


@dataclass(frozen=True)
class Latency:
    """How long a hop took lately, in milliseconds."""

    p50: float
    p99: float
    events: int


@dataclass
class View:
    """One stream at one moment.

    Attributes:
        stream: its name.
        messages: messages taken so far, by topic.
        rates: messages a second by topic, since the view before.
        lags: messages that a reader has not taken yet, by reader.
        latencies: by hop.
    """

    stream: str
    messages: dict[str, int] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    lags: dict[str, int] = field(default_factory=dict)
    latencies: dict[str, Latency] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """All streams at one moment.

    Attributes:
        views: by stream.
        silent: servers that did not answer.
        problems: streams whose topics or table could not be read while the server answered.
    """

    views: list[View]
    silent: list[str]
    problems: list[str] = field(default_factory=list)


class Watcher:
    """Looks again and again; rates are taken from one look to the next.

    Args:
        config: the settings; those of the process if None.
        sample: how many of the newest messages a latency is taken from.
    """

    def __init__(self, config: Settings | None = None, sample: int = _SAMPLE) -> None:
        self._config = config or settings()
        self._sample = sample
        self._before: dict[str, tuple[float, int]] = {}
        self._sinks: dict[str, Sink[Any]] = {}

    def close(self) -> None:
        """Close the connections."""
        for sink in self._sinks.values():
            sink.close()
        self._sinks = {}

    def look(self) -> Look:
        """The streams now."""
        views = {stream.name: View(stream.name) for stream in STREAMS}
        silent: list[str] = []
        problems: list[str] = []
        names = dict.fromkeys(route.sink for stream in STREAMS for route in stream.routes)
        asked: list[Callable[[dict[str, View]], list[str]]] = [self._ask_kafka]
        asked += [partial(self._ask_sink, name) for name in names]
        for ask in asked:
            try:
                problems += ask(views)
            except PlatformError as error:
                silent.append(str(error))
        return Look(list(views.values()), silent, problems)

    def _ask_kafka(self, views: dict[str, View]) -> list[str]:
        require_listener("Kafka", self._config.kafka_host, self._config.kafka_port)
        kafka = Kafka(self._config)
        places = committed(self._config)
        return _errors(lambda stream: self._read_topics(kafka, stream, views[stream.name], places))

    def _read_topics(
        self, kafka: Kafka, stream: Stream, view: View, places: dict[str, Places]
    ) -> None:
        ends = {topic.name: kafka.end_offsets(topic.name) for topic in stream.topics}
        for topic in stream.topics:
            view.messages[topic.name] = sum(ends[topic.name].values())
            view.rates[topic.name] = self._rate(topic, view.messages[topic.name])
        view.lags = dict(_lags(ends, places))
        raw, clean, aside = (
            kafka.count(topic.name) for topic in (stream.raw, stream.clean, stream.dead_letter)
        )
        view.lags["streaming driver"] = max(0, raw - clean - aside)
        view.latencies.update(self._latencies(stream))

    def _rate(self, topic: Topic, end: int) -> float:
        now = time.monotonic()
        then, before = self._before.get(topic.name, (now, end))
        self._before[topic.name] = (now, end)
        return (end - before) / (now - then) if now > then else 0.0

    def _latencies(self, stream: Stream) -> Iterator[tuple[str, Latency]]:
        form = stream.log.timestamp if stream.log else ""
        lines = self._newest(stream.raw) if form else []
        raw = [_age_in_log(message, form) for message in lines]
        live = [age for age in raw if age is not None and 0 <= age < _LIVE_SECONDS]
        clean = [_age_in_raw(message) for message in self._newest(stream.clean)]
        read = [age for age in clean if age is not None]
        for hop, ages in (("log → raw", live), ("raw → clean", read)):
            if ages:
                yield hop, latency(ages)

    def _newest(self, topic: Topic) -> list[Message]:
        with contextlib.closing(TopicReader(topic.name, self._config, last=self._sample)) as reader:
            return list(reader.messages())

    def _ask_sink(self, name: str, views: dict[str, View]) -> list[str]:
        if name not in self._sinks:
            self._sinks[name] = sinks.connect(name, self._config)
        sink, title = self._sinks[name], sinks.module(name).TITLE

        def read(stream: Stream) -> None:
            route = stream.goes_to(name)
            if route and (ages := list(sink.lag(route))):
                views[stream.name].latencies[f"raw → {title}"] = latency(ages)

        return _errors(read)


def _errors(read: Callable[[Stream], None]) -> list[str]:
    """Read each stream; a stream without topics or tables leaves the others their values."""
    errors = []
    for stream in STREAMS:
        try:
            read(stream)
        except UnavailableError:
            raise
        except PlatformError as error:
            errors.append(f"{stream.name}: {error}")
    return errors


def latency(ages: Iterable[float]) -> Latency:
    """Median and 99th percentile of ages in seconds, as milliseconds."""
    ordered = sorted(ages)
    middle, last = len(ordered) // 2, min(len(ordered) - 1, len(ordered) * 99 // 100)
    return Latency(ordered[middle] * 1000, ordered[last] * 1000, len(ordered))


def _lags(
    ends: dict[str, dict[int, int]], committed_places: dict[str, Places]
) -> Iterator[tuple[str, int]]:
    """Messages behind each group's place, where it reads topics of this stream."""
    for group, places in sorted(committed_places.items()):
        behind = [
            ends[topic].get(number, 0) - place
            for (topic, number), place in places.items()
            if topic in ends
        ]
        if behind:
            yield group, sum(behind)


def _age_in_log(message: Message, form: str) -> float | None:
    """Seconds from the timestamp of a line until it reached Kafka; None if it has none."""
    words = (message.value() or b"")[:100].split()
    try:
        text = b" ".join(words[: form.count(" ") + 1]).decode()
        moment = dt.datetime.strptime(text, form)
    except ValueError:
        return None
    return message.timestamp()[1] / 1000 - moment.replace(tzinfo=dt.UTC).timestamp()


def _age_in_raw(message: Message) -> float | None:
    """Seconds from a line's arrival in Kafka until its clean message; None if it has none."""
    try:
        received = json.loads(message.value() or b"")["received_at"]
        return message.timestamp()[1] / 1000 - dt.datetime.fromisoformat(received).timestamp()
    except (ValueError, KeyError, TypeError):
        return None
