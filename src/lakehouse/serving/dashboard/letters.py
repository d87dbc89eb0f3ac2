"""Dead letters as they come: how many, of which stream, for which reason, in which minute."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from lakehouse.platform.kafka import KafkaError
from lakehouse.platform.probes import require_listener
from lakehouse.platform.settings import Settings
from lakehouse.serving.dashboard.history import LONGEST
from lakehouse.serving.dashboard.source import Clock, utc_now
from lakehouse.serving.dead_letters import LetterReader

# (minute, stream, reason) → letters
Letters = Counter[tuple[dt.datetime, str, str]]


class LetterCounter:
    """Counts what the dead-letter topics hold; each look reads only what has come since."""

    def __init__(self, config: Settings, clock: Clock = utc_now) -> None:
        self._config = config
        self._clock = clock
        self._reader = LetterReader(config)
        self._letters: Letters = Counter()

    def read(self) -> Letters:
        """Letters of the last 24 hours.

        Raises:
            KafkaError: Kafka does not answer.
        """
        host, port = self._config.kafka_host, self._config.kafka_port
        require_listener("Kafka", host, port, KafkaError)
        try:
            for letter in self._reader.new():
                minute = letter.at.replace(second=0, microsecond=0)
                self._letters[minute, letter.stream, letter.reason] += 1
        except KafkaError:
            self.close()
            raise
        oldest = self._clock() - LONGEST
        self._letters = Counter({key: n for key, n in self._letters.items() if key[0] >= oldest})
        return Counter(self._letters)

    def close(self) -> None:
        """Close the connections; the next look counts from the beginning of the topics."""
        self._reader.close()
        self._letters.clear()
