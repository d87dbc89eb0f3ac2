"""All sources of the pages, each asked by a thread of its own, once for all viewers."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings
from lakehouse.serving import last_verify
from lakehouse.serving.dashboard import freshness, words
from lakehouse.serving.dashboard.freshness import Checks
from lakehouse.serving.dashboard.health import Health, HealthReader
from lakehouse.serving.dashboard.history import History
from lakehouse.serving.dashboard.letters import LetterCounter, Letters
from lakehouse.serving.dashboard.live_reading import Latest, LiveReader
from lakehouse.serving.dashboard.products import ProductCategories
from lakehouse.serving.dashboard.source import Source
from lakehouse.serving.last_verify import LastVerify
from lakehouse.serving.stream_watch import Look, Watcher

# how often the live page asks, and what is new is read while anybody looks: who asks just before
# something is new waits a turn more
REFRESH_SECONDS = 0.5
# nobody has asked for so long: pages are closed
_LOOKED_SECONDS = 30.0
_STREAMS = words.command("up stream")
_BATCH = words.command("up batch")


@dataclass(frozen=True)
class _Pace:
    """Seconds between two questions while somebody looks, and while nobody does."""

    busy: float
    idle: float


class Board:
    """What the pages show; `start` sets the threads going.

    Args:
        config: where the servers are.
    """

    def __init__(self, config: Settings) -> None:
        self.config = config
        self.history = History()
        self._reader = LiveReader(config, self.history)
        self._watcher = Watcher(config)
        letters, health = LetterCounter(config), HealthReader(config)
        self.live: Source[dict[str, Latest]] = Source("Cassandra", _STREAMS, self._reader.read)
        self.letters: Source[Letters] = Source("Kafka", _STREAMS, letters.read)
        self.streams: Source[Look] = Source("Kafka and Cassandra", _STREAMS, self._look)
        self.health: Source[list[Health]] = Source("the servers", _BATCH, health.read)
        self.written: Source[dict[str, dt.datetime]] = Source(
            "HDFS", _BATCH, lambda: freshness.written(config)
        )
        self.checks: Source[dict[str, Checks]] = Source(
            "Spark Thrift", _BATCH, freshness.last_checks
        )
        categories = ProductCategories(self.history)
        self.products: Source[dict[str, str]] = Source("Spark Thrift", _BATCH, categories.read)
        self._seen_at = 0.0
        self._wake: list[threading.Event] = []
        self._round = 0

    @property
    def version(self) -> int:
        """Grows when the live figures were read again."""
        return self._round

    def named(self) -> list[Source[Any]]:
        """The sources whose silence pages tell of, each server once."""
        return [self.live, self.letters, self.written, self.checks]

    def verified(self) -> dict[str, LastVerify | None]:
        """What `verify` found last, by proof."""
        return {proof: last_verify.last(proof, self.config) for proof in last_verify.PROOFS}

    def start(self) -> None:
        """Ask every source again and again, from now on."""
        for refresh, pace in (
            (self._refresh_live, _Pace(REFRESH_SECONDS, 30)),
            (self.letters.refresh, _Pace(3, 60)),
            (self.streams.refresh, _Pace(5, 60)),
            (self.health.refresh, _Pace(5, 60)),
            (self.written.refresh, _Pace(20, 120)),
            (self.checks.refresh, _Pace(15, 120)),
            (self.products.refresh, _Pace(3, 60)),
        ):
            wake = threading.Event()
            self._wake.append(wake)
            threading.Thread(target=self._repeat, args=(refresh, pace, wake), daemon=True).start()

    def look(self) -> None:
        """Somebody looks: from now on for a while the sources are asked often."""
        idle = not self._is_watched()
        self._seen_at = time.monotonic()
        if idle:
            for wake in self._wake:
                wake.set()

    def _is_watched(self) -> bool:
        return time.monotonic() - self._seen_at < _LOOKED_SECONDS

    def _repeat(self, refresh: Callable[[], None], pace: _Pace, wake: threading.Event) -> None:
        while True:
            try:
                refresh()
            except Exception:
                # a page without figures is better than one that never has any again
                logging.getLogger(__name__).exception("a source could not be read")
            if self._is_watched():
                time.sleep(pace.busy)
            else:
                wake.wait(pace.idle)
                wake.clear()

    def _refresh_live(self) -> None:
        self.live.refresh()
        self._round += 1

    def _look(self) -> Look:
        look = self._watcher.look()
        if look.silent:
            # half a picture would hide what was known before
            raise PlatformError(look.silent[0])
        return look
