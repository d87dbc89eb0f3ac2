"""Moments as the two logs write them, UTC; cheap for many lines of the same second."""

from __future__ import annotations

import time
from collections.abc import Callable

MICROS = 1_000_000
Moment = Callable[[int], bytes]


def _second(micros: int, form: str) -> str:
    return time.strftime(form, time.gmtime(micros // MICROS))


class AccessMoments:
    """`24/Nov/2026:06:30:00 +0000`."""

    def __init__(self) -> None:
        self._known = (-1, b"")

    def __call__(self, micros: int) -> bytes:
        """The moment, given in microseconds since 1970."""
        second = micros // MICROS
        if second != self._known[0]:
            self._known = (second, _second(micros, "%d/%b/%Y:%H:%M:%S +0000").encode())
        return self._known[1]


class ClickMoments:
    """`2026-11-24 06:30:00.123456`."""

    def __init__(self) -> None:
        self._known = (-1, "")

    def __call__(self, micros: int) -> bytes:
        """The moment, given in microseconds since 1970."""
        second, part = divmod(micros, MICROS)
        if second != self._known[0]:
            self._known = (second, _second(micros, "%Y-%m-%d %H:%M:%S"))
        return f"{self._known[1]}.{part:06d}".encode()
