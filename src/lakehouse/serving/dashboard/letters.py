"""Dead letters as they come: how many, of which stream, for which reason, in which minute."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections import Counter

from lakehouse.contracts.streams import STREAMS
from lakehouse.platform.kafka import KafkaError
from lakehouse.platform.probes import require_listener
from lakehouse.platform.settings import Settings
from lakehouse.serving.dashboard.history import LONGEST
from lakehouse.serving.dashboard.source import Clock, utc_now
from lakehouse.serving.topics import TopicReader

# (minute, stream, reason) → letters
Letters = Counter[tuple[dt.datetime, str, str]]


class LetterReader:
    """Counts what the dead-letter topics hold; each look reads only what has come since."""

    def __init__(self, config: Settings, clock: Clock = utc_now) -> None:
        self._config = config
        self._clock = clock
        self._kept = contextlib.ExitStack()
        self._readers: dict[str, TopicReader] = {}
        self._letters: Letters = Counter()

    def read(self) -> Letters:
        """Letters of the last 24 hours.

        Raises:
            KafkaError: Kafka does not answer.
        """
        host, port = self._config.kafka_host, self._config.kafka_port
        require_listener("Kafka", host, port, KafkaError)
        try:
            for stream in STREAMS:
                if stream.name not in self._readers:
                    reader = TopicReader(stream.dead_letter.name, self._config)
                    self._readers[stream.name] = self._kept.enter_context(
                        contextlib.closing(reader)
                    )
                for message in self._readers[stream.name].messages():
                    reason = str(json.loads(message.value() or b"")["reason"])
                    minute = _minute(message.timestamp()[1])
                    self._letters[minute, stream.name, reason] += 1
        except KafkaError:
            self.close()
            raise
        oldest = self._clock() - LONGEST
        self._letters = Counter({key: n for key, n in self._letters.items() if key[0] >= oldest})
        return Counter(self._letters)

    def close(self) -> None:
        """Close the connections; the next look counts from the beginning of the topics."""
        self._kept.close()
        self._readers.clear()
        self._letters.clear()


def _minute(milliseconds: int) -> dt.datetime:
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return moment.replace(second=0, microsecond=0)
