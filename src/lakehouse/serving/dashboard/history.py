"""Figures of minutes in memory, as much as a page may show; only what is new is read again."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from lakehouse.serving.funnel import Funnel

LONGEST = dt.timedelta(hours=24)
# rankings have thousands of names a minute: older ones are kept hour by hour
_MINUTES_OF_RANKINGS = dt.timedelta(hours=2)
_HOUR = dt.timedelta(hours=1)


class Figure(NamedTuple):
    """What was counted of one dimension; money in BRL."""

    events: int = 0
    bytes: int = 0
    amount: Decimal = Decimal(0)
    visitors: int = 0

    def plus(self, other: Figure) -> Figure:
        """Both together; the same visitor may be in both."""
        return Figure(
            self.events + other.events,
            self.bytes + other.bytes,
            self.amount + other.amount,
            self.visitors + other.visitors,
        )


ByMinute = dict[dt.datetime, dict[str, Figure]]


@dataclass(frozen=True)
class Ranked:
    """Events and amounts (BRL) by name."""

    events: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)

    def add(self, names: dict[str, Figure]) -> None:
        """Count one more minute."""
        for name, figure in names.items():
            self.events[name] += figure.events
            if figure.amount:
                self.amounts[name] += figure.amount  # type: ignore[assignment]


class History:
    """Figures by question, minute and dimension, of the last 24 hours.

    Threads may read while one writes: they get copies that nobody changes afterwards.

    Attributes:
        funnel: sessions by step.
    """

    def __init__(self) -> None:
        self.funnel = Funnel()
        self._lock = threading.Lock()
        self._minutes: dict[str, ByMinute] = defaultdict(dict)
        self._hours: dict[str, dict[dt.datetime, Ranked]] = defaultdict(dict)

    def merge(self, question: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put rows of a question about metrics in the place of those of the same minutes."""
        found: ByMinute = defaultdict(dict)
        for start, dimension, events, size, amount, visitors in rows:
            figure = Figure(events or 0, size or 0, amount or Decimal(0), visitors or 0)
            found[start.replace(tzinfo=dt.UTC)][dimension] = figure
        with self._lock:
            self._minutes[question].update(found)

    def merge_ranking(self, question: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """The same for a question about rankings."""
        self.merge(question, ((start, name, n, 0, amount, 0) for start, name, n, amount in rows))

    def fold(self, question: str, now: dt.datetime) -> None:
        """Add minutes of a ranking up to hours where nobody asks for single minutes any more."""
        before = _hour_of(now - _MINUTES_OF_RANKINGS)
        with self._lock:
            minutes = self._minutes[question]
            for start in [start for start in minutes if start < before]:
                hours = self._hours[question]
                hours.setdefault(_hour_of(start), Ranked()).add(minutes.pop(start))

    def forget(self, now: dt.datetime) -> None:
        """Let go of what is older than any page shows."""
        with self._lock:
            before = now - LONGEST - _HOUR
            for minutes in self._minutes.values():
                _drop(minutes, before)
            for hours in self._hours.values():
                _drop(hours, before)

    def minutes(self, question: str, since: dt.datetime) -> ByMinute:
        """Figures of a question, by minute and dimension, in order of time."""
        with self._lock:
            found = self._minutes[question]
            return {start: dict(found[start]) for start in sorted(found) if start >= since}

    def newest(self, question: str) -> dt.datetime | None:
        """The newest minute that there are figures of."""
        with self._lock:
            return max(self._minutes[question], default=None)

    def ranking(self, question: str, since: dt.datetime) -> Ranked:
        """Events and amounts by name; of hours that began before, all that is in them."""
        together = Ranked()
        with self._lock:
            for start, hour in self._hours[question].items():
                if start + _HOUR > since:
                    together.events.update(hour.events)
                    together.amounts.update(hour.amounts)
            for start, names in self._minutes[question].items():
                if start >= since:
                    together.add(names)
        return together


def _drop(kept: dict[dt.datetime, Any], before: dt.datetime) -> None:
    for start in [start for start in kept if start < before]:
        del kept[start]


def _hour_of(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def total(by_minute: ByMinute) -> dict[str, Figure]:
    """Sums over all minutes, by dimension."""
    sums: dict[str, Figure] = {}
    for dimensions in by_minute.values():
        for name, figure in dimensions.items():
            sums[name] = sums.get(name, Figure()).plus(figure)
    return sums
