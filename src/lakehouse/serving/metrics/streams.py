"""Figures of the streams: messages, lags, latencies, dead letters, and how requests end."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakehouse.contracts.streams import REASONS
from lakehouse.platform.cassandra import open_session
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import STREAMS
from lakehouse.serving import funnel
from lakehouse.serving.dead_letters import LetterReader
from lakehouse.serving.funnel import Funnel
from lakehouse.serving.live import answer, question_named
from lakehouse.serving.metrics import declared
from lakehouse.serving.metrics.declared import Sample
from lakehouse.serving.stream_watch import View, Watcher

if TYPE_CHECKING:
    from cassandra.cluster import Session

_MINUTES = 5
_HOUR = dt.timedelta(hours=1)
# metrics of a minute are final three minutes after it
_UNSETTLED = dt.timedelta(minutes=4)
_ENDINGS = question_named("status_mix").cql
# messages looked at for a latency: enough for a percentile, and cheap every few seconds
_SAMPLE = 300


class Flow:
    """Messages, lags and latencies by hop."""

    def __init__(self, config: Settings) -> None:
        self._watcher = Watcher(config, sample=_SAMPLE)

    def read(self) -> Iterator[Sample]:
        """The figures of now.

        Raises:
            PlatformError: a server does not answer; at the end, as the others' figures hold.
        """
        look = self._watcher.look()
        for view in look.views:
            yield from _of(view)
        if errors := [*look.silent, *look.problems]:
            raise PlatformError("; ".join(errors))

    def close(self) -> None:
        """Close the connections."""
        self._watcher.close()


def _of(view: View) -> Iterator[Sample]:
    for topic, messages in view.messages.items():
        yield Sample(declared.TOPIC_MESSAGES.name, messages, (view.stream, topic))
    for group, lag in view.lags.items():
        yield Sample(declared.CONSUMER_LAG.name, lag, (view.stream, group))
    for hop, latency in view.latencies.items():
        for quantile, milliseconds in (("0.5", latency.p50), ("0.99", latency.p99)):
            labels = (view.stream, hop, quantile)
            yield Sample(declared.HOP_LATENCY.name, milliseconds / 1000, labels)


class DeadLetters:
    """Lines set aside, counted on from where the last reading ended."""

    def __init__(self, config: Settings) -> None:
        self._reader = LetterReader(config)
        self._counts: Counter[tuple[str, str]] = Counter()

    def read(self) -> Iterator[Sample]:
        """The figures of now.

        Raises:
            KafkaError: Kafka does not answer.
        """
        for letter in self._reader.new():
            self._counts[letter.stream, letter.reason] += 1
        for stream in STREAMS:
            for reason in REASONS:
                labels = (stream.name, reason.name)
                yield Sample(declared.DEAD_LETTERS.name, self._counts[labels], labels)

    def close(self) -> None:
        """Close the connections; what was counted is counted again."""
        self._reader.close()
        self._counts.clear()


class Requests:
    """How the requests of the last minutes ended."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._kept = contextlib.ExitStack()
        self._session: Session | None = None

    def read(self) -> Iterator[Sample]:
        """The figures of now.

        Raises:
            CassandraError: Cassandra does not answer.
        """
        end = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0, tzinfo=None)
        counts: Counter[str] = Counter()
        if self._session is None:
            self._session = self._kept.enter_context(open_session(self._config))
        for day, start, until in minutes_by_day(end):
            found = answer(self._session, _ENDINGS, {"day": day, "start": start, "end": until})
            for row in found.rows:
                figures = dict(zip(found.columns, row, strict=True))
                counts[figures["dimension"]] += figures["event_count"]
        for status_class, count in counts.items():
            yield Sample(declared.REQUESTS.name, count, (status_class,))

    def close(self) -> None:
        """Close the connection."""
        self._kept.close()
        self._session = None


class FunnelSessions:
    """Sessions of the last hour by the step of the funnel that they reached."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._kept = contextlib.ExitStack()
        self._session: Session | None = None
        self._funnel = Funnel()
        self._read_until: dt.datetime | None = None

    def read(self) -> Iterator[Sample]:
        """The figures of now.

        Raises:
            CassandraError: Cassandra does not answer.
        """
        now = dt.datetime.now(dt.UTC)
        if self._session is None:
            self._session = self._kept.enter_context(open_session(self._config))
        since = self._read_until - _UNSETTLED if self._read_until else now - _HOUR
        funnel.read(self._session, self._funnel, max(since, now - _HOUR), now)
        self._read_until = now
        for step, sessions in self._funnel.reached(now - _HOUR).items():
            yield Sample(declared.FUNNEL_SESSIONS.name, sessions, (step,))

    def close(self) -> None:
        """Close the connection."""
        self._kept.close()
        self._session = None


def minutes_by_day(end: dt.datetime) -> Iterator[tuple[dt.date, dt.datetime, dt.datetime]]:
    """The minutes before a moment, a partition of figures at a time: day, start, end."""
    start = end - dt.timedelta(minutes=_MINUTES)
    midnight = end.replace(hour=0, minute=0)
    if start < midnight < end:
        yield start.date(), start, midnight
        start = midnight
    yield start.date(), start, end
