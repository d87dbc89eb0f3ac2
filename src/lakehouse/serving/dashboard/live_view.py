"""Cards of the live page for a viewer's choices, computed from cached readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lakehouse.serving.dashboard import figures, words
from lakehouse.serving.dashboard.figures import Figure as Picture
from lakehouse.serving.dashboard.history import ByMinute, Figure, History, total
from lakehouse.serving.dashboard.letters import Letters
from lakehouse.serving.dashboard.live_reading import Latest
from lakehouse.serving.stream_watch import Look

STATUS_CLASSES = ("2xx", "3xx", "4xx", "5xx")
ERRORS = ("4xx", "5xx")
EVERYWHERE = "all"
_PRODUCT, _CATEGORY = "product_id", "product_category"
# minutes shown, to the minutes of a bar
BARS = {15: 1, 60: 1, 360: 5, 1440: 15}
RANKED = 8
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Choice:
    """What a viewer wants to see.

    Attributes:
        minutes: back from now, one of `BARS`.
        statuses: classes of status shown, as 2xx.
        state: a customer's state, or `EVERYWHERE`.
        by_amount: rank products by revenue instead of events.
    """

    minutes: int = 60
    statuses: tuple[str, ...] = STATUS_CLASSES
    state: str = EVERYWHERE
    by_amount: bool = False


@dataclass(frozen=True)
class Card:
    """A figure and the sentence that says the same to those who do not see it."""

    picture: Picture
    sentence: str


class LiveView:
    """The page at one moment.

    Args:
        history: figures of minutes.
        now: the moment that they are of.
        choice: of the viewer.
        categories: of products, by their id.
    """

    def __init__(
        self,
        history: History,
        now: dt.datetime,
        choice: Choice,
        categories: Mapping[str, str] | None = None,
    ) -> None:
        self._history = history
        self._now = now
        self._choice = choice
        self._categories = categories or {}
        self._width = BARS[choice.minutes] * _MINUTE
        self._since = _start_of(now - choice.minutes * _MINUTE, self._width)

    def has_events(self) -> bool:
        """Whether anything happened in the range."""
        return bool(self._minutes("requests_by_minute") or self._minutes("events_by_minute"))

    def empty(self) -> str:
        """Why there is nothing, and which command brings some."""
        newest = [self._history.newest(q) for q in ("requests_by_minute", "events_by_minute")]
        known = [moment for moment in newest if moment]
        if known:
            when = f"{max(known):%H:%M} UTC, {words.ago(max(known), self._now)}"
            return f"Nothing came in this time; the newest figures are of {when}. Choose a longer "\
                f"time, or bring visitors: {words.WRITE_SOME}"  # fmt: skip
        return f"No events yet. {words.WRITE_SOME} brings some."

    def tiles(self) -> list[tuple[str, str]]:
        """Key figures: what, and how much."""
        statuses = total(self._statuses())
        requests = sum(figure.events for figure in statuses.values())
        errors = sum(statuses[name].events for name in ERRORS if name in statuses)
        bought = self._history.funnel.reached(self._since)["purchase"]
        sessions = self._history.funnel.sessions(self._since)
        visits = self._clicks()
        return [
            ("Requests", words.count(requests)),
            ("Errors (4xx, 5xx)", _percent(errors, requests)),
            ("Events", words.count(sum(f.events for f in visits.values()))),
            ("Revenue, BRL", words.count(float(sum(f.amount for f in visits.values())))),
            ("Conversion rate", _percent(bought, sessions)),
        ]

    def cards(self) -> dict[str, Card]:
        """Figures by name."""
        return {
            "requests": self._requests(),
            "status": self._status_mix(),
            "events": self._events(),
            "revenue": self._revenue(),
            "funnel": self._funnel(),
            "products": self._products(),
            "pages": self._pages(),
        }

    def _requests(self) -> Card:
        points = self._binned({"all": _sum(self._statuses(), "events")})
        return self._over_time(points, {"all": figures.BLUE}, "requests")

    def _status_mix(self) -> Card:
        mix = self._statuses()
        names = sorted({name for dimensions in mix.values() for name in dimensions})
        points = self._binned({name: _of(mix, name, "events") for name in names})
        card = self._over_time(points, figures.STATUS_COLOURS, "requests", share=True)
        sums = total(mix)
        every = sum(figure.events for figure in sums.values())
        told = ", ".join(f"{name} {_percent(sums[name].events, every)}" for name in names)
        return Card(card.picture, told or card.sentence)

    def _events(self) -> Card:
        points = self._binned({"all": {m: f.events for m, f in self._clicks().items()}})
        return self._over_time(points, {"all": figures.GREEN}, "events")

    def _revenue(self) -> Card:
        points = self._binned({"all": {m: float(f.amount) for m, f in self._clicks().items()}})
        return self._over_time(points, {"all": figures.ORANGE}, "BRL", money=True)

    def _funnel(self) -> Card:
        reached = self._history.funnel.reached(self._since)
        rows = [(step.replace("_", " "), sessions) for step, sessions in reached.items()]
        first = rows[0][1]
        if not first:
            return self._none("sessions")
        notes = [_percent(sessions, first) for _, sessions in rows]
        told = ", ".join(f"{name} {words.count(sessions)}" for name, sessions in rows)
        return Card(figures.ranking(rows, figures.GREEN, notes=notes), told)

    def _products(self) -> Card:
        ranked = self._history.ranking("top_products", self._since)
        by = ranked.amounts if self._choice.by_amount else ranked.events
        unit = "BRL" if self._choice.by_amount else "events"
        return self._ranking(
            [
                (words.product(name, self._categories.get(name)), float(value))
                for name, value in by.most_common(RANKED)
            ],
            figures.PURPLE,
            unit,
            money=self._choice.by_amount,
        )

    def _pages(self) -> Card:
        ranked = self._history.ranking("top_pages", self._since)
        rows = [(name, float(value)) for name, value in ranked.events.most_common(RANKED)]
        return self._ranking(rows, figures.BLUE, "requests")

    def _ranking(
        self, rows: list[tuple[str, float]], colour: str, unit: str, *, money: bool = False
    ) -> Card:
        if not rows:
            return self._none(unit)
        name, value = rows[0]
        picture = figures.ranking(rows, colour, money=money)
        return Card(picture, f"first {name}: {words.count(value)} {unit}")

    def _over_time(
        self,
        points: dict[str, list[tuple[dt.datetime, float]]],
        colours: Mapping[str, str],
        unit: str,
        *,
        share: bool = False,
        money: bool = False,
    ) -> Card:
        sums = sum(value for series in points.values() for _, value in series)
        if not sums:
            return self._none(unit)
        picture = figures.bars_over_time(
            points, colours, self._width, self._now, share=share, money=money
        )
        return Card(picture, f"{words.count(sums)} {unit}")

    def _none(self, unit: str) -> Card:
        sentence = f"No {unit} in this time"
        return Card(figures.nothing(sentence), sentence)

    def _binned(
        self, series: dict[str, dict[dt.datetime, float]]
    ) -> dict[str, list[tuple[dt.datetime, float]]]:
        """Sums of bars, with zero where nothing was."""
        starts = []
        moment = self._since
        while moment <= self._now:
            starts.append(moment)
            moment += self._width
        binned = {}
        for name, points in series.items():
            sums = dict.fromkeys(starts, 0.0)
            for minute, value in points.items():
                start = _start_of(minute, self._width)
                if start in sums:
                    sums[start] += value
            binned[name] = list(sums.items())
        return binned

    def _minutes(self, question: str) -> ByMinute:
        return self._history.minutes(question, self._since)

    def _statuses(self) -> ByMinute:
        return {
            minute: {n: f for n, f in dimensions.items() if n in self._choice.statuses}
            for minute, dimensions in self._minutes("status_mix").items()
        }

    def _clicks(self) -> dict[dt.datetime, Figure]:
        """Events and revenue by minute, everywhere or in the chosen state."""
        everywhere = self._choice.state == EVERYWHERE
        question = "events_by_minute" if everywhere else "revenue_by_state"
        return {
            minute: dimensions[self._choice.state]
            for minute, dimensions in self._minutes(question).items()
            if self._choice.state in dimensions
        }


def latency_card(look: Look | None) -> Card:
    """How long each hop takes, by stream."""
    hops = {
        f"{view.stream}<br>{hop}": (latency.p50, latency.p99)
        for view in (look.views if look else [])
        for hop, latency in view.latencies.items()
    }
    if not hops:
        sentence = "No event came lately"
        return Card(figures.nothing(sentence), sentence)
    slowest = max(hops, key=lambda name: hops[name][1])
    told = f"slowest {slowest.replace('<br>', ' ')}: 99 of 100 in {hops[slowest][1]:,.0f} ms"
    return Card(figures.latencies(hops), told)


def letters_card(letters: Letters | None, since: dt.datetime) -> Card:
    """Dead letters by reason, the most frequent first."""
    sums: dict[str, int] = {}
    for (minute, stream, reason), number in (letters or {}).items():
        if minute >= since:
            name = f"{stream}: {reason}"
            sums[name] = sums.get(name, 0) + number
    if not sums:
        sentence = "No line was set aside in this time"
        return Card(figures.nothing(sentence), sentence)
    rows = sorted(sums.items(), key=lambda row: -row[1])[:RANKED]
    picture = figures.ranking([(name, float(n)) for name, n in rows], figures.RED)
    return Card(picture, f"{words.count(sum(sums.values()))} lines set aside")


def states(history: History, since: dt.datetime) -> list[str]:
    """States of customers that there are figures of."""
    minutes = history.minutes("revenue_by_state", since)
    return sorted({name for dimensions in minutes.values() for name in dimensions if name})


def _start_of(moment: dt.datetime, width: dt.timedelta) -> dt.datetime:
    """The start of the bar that a moment is in; bars begin at full hours."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour + (moment - hour) // width * width


def _of(by_minute: ByMinute, name: str, field: str) -> dict[dt.datetime, float]:
    return {m: getattr(d[name], field) for m, d in by_minute.items() if name in d}


def _sum(by_minute: ByMinute, field: str) -> dict[dt.datetime, float]:
    return {m: sum(getattr(f, field) for f in d.values()) for m, d in by_minute.items()}


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none yet"


def select(statuses: Iterable[str]) -> tuple[str, ...]:
    """Chosen classes of status in their order; all where none is chosen."""
    chosen = tuple(name for name in STATUS_CLASSES if name in set(statuses))
    return chosen or STATUS_CLASSES


def latest_table(latest: Latest) -> tuple[list[str], list[list[Any]]]:
    """Titles and rows of the newest events; products by category and short id."""
    columns = [name for name in latest.columns if name != _CATEGORY]
    titles = ["product" if name == _PRODUCT else name.replace("_", " ") for name in columns]
    rows = [dict(zip(latest.columns, row, strict=True)) for row in latest.rows]
    return titles, [[_cell(name, row) for name in columns] for row in rows]


def _cell(name: str, row: Mapping[str, Any]) -> Any:
    value = row[name]
    if isinstance(value, dt.datetime):
        return f"{value:%H:%M:%S.%f}"[:-3]
    if name == _PRODUCT and value:
        return words.product(value, row.get(_CATEGORY))
    return value
