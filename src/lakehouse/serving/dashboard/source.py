"""A server that figures come from: its last answer stays while it is silent."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from lakehouse.platform.errors import PlatformError

T = TypeVar("T")
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """The moment in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Reading(Generic[T]):
    """What a source last said.

    Attributes:
        value: its last good answer, nothing if there was none yet.
        taken_at: when that was, UTC.
        silent_since: when it first failed to answer since then, UTC; nothing where it answers.
        reason: why it does not answer, and what to do.
    """

    value: T | None = None
    taken_at: dt.datetime | None = None
    silent_since: dt.datetime | None = None
    reason: str = ""


class Source(Generic[T]):
    """Asks one server again and again; many may read what it said, none of them waits for it.

    Args:
        name: what people call the server.
        remedy: the command that starts it.
        ask: one question; whatever it raises of `PlatformError` or `OSError` means: silent.
        clock: tells the moment.
    """

    def __init__(
        self, name: str, remedy: str, ask: Callable[[], T], clock: Clock = utc_now
    ) -> None:
        self.name = name
        self.remedy = remedy
        self._ask = ask
        self._clock = clock
        self._reading: Reading[T] = Reading()
        self._lock = threading.Lock()

    @property
    def reading(self) -> Reading[T]:
        """What it last said."""
        with self._lock:
            return self._reading

    def refresh(self) -> None:
        """Ask once; a failure keeps the answer before and notes since when."""
        try:
            new = Reading(self._ask(), self._clock())
        except (PlatformError, OSError) as error:
            last = self.reading
            since = last.silent_since or self._clock()
            new = Reading(last.value, last.taken_at, since, str(error).split("\n")[0])
        with self._lock:
            self._reading = new
