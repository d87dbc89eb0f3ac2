"""Who was seen where: identities of events at each hop of a stream, and the balance of the hops.

Pure: nothing here reads from a server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from lakehouse.contracts.counts import Counts
from lakehouse.contracts.streams import Route
from lakehouse.serving.reconciliation import Line

if TYPE_CHECKING:
    from lakehouse.serving.log_files import LogRecords

EXAMPLES = 5


@dataclass(frozen=True)
class Hop:
    """A place where an event is kept.

    Attributes:
        bit: its bit among the hops of a stream; several for a place that is one of several.
        title: its name in reports.
        is_once: an event that is delivered again must not make another row.
        remedy: what may be done if it lacks events.
    """

    bit: int
    title: str
    is_once: bool = False
    remedy: str = ""


RAW = Hop(1, "raw")
CLEAN = Hop(2, "clean")
DEAD_LETTER = Hop(4, "dead-letter")
VALIDATED = Hop(6, "clean + dead-letter", remedy="see ./lakehouse logs streaming")
TOPICS = (RAW, CLEAN, DEAD_LETTER)


@dataclass(frozen=True)
class Stage:
    """A hop that gets its events from another one.

    Attributes:
        before: where the events come from.
        after: where they go.
        route: the sink that `after` is; None for gold.
        has_amounts: it keeps the amounts of events that have one.
    """

    before: Hop
    after: Hop
    route: Route | None = None
    has_amounts: bool = True


class Fingerprint(NamedTuple):
    """Of a set of identities: their number, and the exclusive or of their first 120 bits."""

    events: int
    first: int
    second: int


_BITS = (1 << 60) - 1


@dataclass(frozen=True)
class StreamLine(Line):
    """A balance of a stream.

    Attributes:
        examples: some of the events that are missing or too many, as hexadecimal digits, and
            with their place once it is known.
        remedy: what may be done about a difference.
    """

    examples: tuple[str, ...] = ()
    remedy: str = ""


class Ledger:
    """The identities of one stream's events, and at which hops each was seen."""

    def __init__(self) -> None:
        self._hops: dict[bytes, int] = {}
        # by bit: to hash a hop at each of a million steps would take longer than the rest
        self._delivered: Counter[int] = Counter()
        self._amounts: dict[int, Decimal] = {}
        self.reasons: Counter[str] = Counter()

    def add(
        self, hop: Hop, event: bytes, amount: Decimal | None = None, reason: str | None = None
    ) -> bool:
        """Record a delivery; duplicates only increase what `delivered` returns.

        Returns:
            True if the event was not seen at this hop before.
        """
        bit, before = hop.bit, self._hops.get(event, 0)
        self._delivered[bit] += 1
        if before & bit:
            return False
        self._hops[event] = before | bit
        if amount is not None:
            self._amounts[bit] = self.amount(hop) + amount
        if reason is not None:
            self.reasons[reason] += 1
        return True

    def add_all(self, hop: Hop, like: Hop, delivered: int, amount: Decimal) -> None:
        """Exactly the events of another hop were seen here."""
        bit, mark = hop.bit, like.bit
        for event, seen in self._hops.items():
            if seen & mark:
                self._hops[event] = seen | bit
        self._delivered[bit], self._amounts[bit] = delivered, amount

    def forget(self, hop: Hop) -> None:
        """As if nothing had been seen there."""
        bit = hop.bit
        for event in [event for event, seen in self._hops.items() if seen & bit]:
            self._hops[event] &= ~bit
        del self._delivered[bit]
        self._amounts.pop(bit, None)

    def count(self, hop: Hop) -> int:
        """Different events that were seen at a hop."""
        return sum(n for seen, n in Counter(self._hops.values()).items() if seen & hop.bit)

    def delivered(self, hop: Hop) -> int:
        """Events that were seen at a hop, each as often as it was delivered."""
        return self._delivered[hop.bit]

    def events(self, at: Hop, not_at: Hop) -> list[bytes]:
        """Events that were seen at the first hop and not at the second."""
        wanted, unwanted = at.bit, not_at.bit
        return [e for e, seen in self._hops.items() if seen & wanted and not seen & unwanted]

    def amount(self, hop: Hop) -> Decimal:
        """Sum of the amounts of different events."""
        return self._amounts.get(hop.bit, Decimal("0.00"))

    @property
    def has_amounts(self) -> bool:
        """True if any event had an amount other than zero."""
        return any(self._amounts.values())

    def doubles(self, hop: Hop) -> int:
        """How often an event was delivered that had been there before."""
        return self.delivered(hop) - self.count(hop)

    def fingerprint(self, hop: Hop) -> Fingerprint:
        """Of the events that were seen at a hop."""
        bit, events, first, second = hop.bit, 0, 0, 0
        for event, seen in self._hops.items():
            if seen & bit:
                number = int.from_bytes(event)
                events += 1
                first ^= number >> 68
                second ^= number >> 8 & _BITS
        return Fingerprint(events, first, second)


def balance(
    stream: str,
    ledger: Ledger,
    stages: Sequence[Stage],
    written: Counts | None,
    log: LogRecords | None = None,
) -> Iterator[StreamLine]:
    """Every balance of a stream, from its source to gold.

    Args:
        stream: its name.
        ledger: what was seen.
        stages: its stages behind the clean topic.
        written: what writers put into the log; None where nobody knows.
        log: the records of the log files, compared with raw; None if there are no files.
    """
    if log is not None:
        yield from _as_logged(stream, log)
    raw = ledger.count(RAW)
    # records that no manifest knows are no difference if they are in the files
    is_shared = written is not None and log is not None and raw > written.lines
    if written is not None:
        how = "lines in the manifests of writers"
        found = written.lines if is_shared else raw
        yield StreamLine(
            "log → raw", stream, "lines", written.lines, found, how, remedy=_LOG_REMEDY
        )
    yield from _carried(stream, ledger, RAW, VALIDATED)
    if written is not None and not is_shared:
        yield from _as_written(stream, ledger, written)
    for stage in stages:
        yield from _carried(stream, ledger, stage.before, stage.after)
    for hop in (stage.after for stage in stages if stage.after.is_once):
        how = "different events in them"
        expected, found = ledger.count(hop), ledger.delivered(hop)
        yield StreamLine(f"in {hop.title}", stream, "rows", expected, found, how)
    if ledger.has_amounts:
        for stage in (one for one in stages if one.has_amounts):
            before, after = stage.before, stage.after
            way, how = _way(before, after), f"amounts in {before.title}"
            sums = ledger.amount(before), ledger.amount(after)
            yield StreamLine(way, stream, "amounts", *sums, how)


def window_balance(stream: str, ledger: Ledger, topic: Hop, table: Hop) -> StreamLine:
    """Keys of a window's topic that are in a table; the table may keep them longer."""
    expected, lost = ledger.count(topic), ledger.events(topic, table)
    how = f"different keys in {topic.title}"
    way, found = _way(topic, table), expected - len(lost)
    return StreamLine(way, stream, "keys", expected, found, how, _keys(lost), table.remedy)


_LOG_REMEDY = (
    "fewer: the flows may still be reading, see ./lakehouse watch; more: somebody else writes too"
)
_FILES_REMEDY = "the flows may still be reading: ./lakehouse watch, ./lakehouse status"


def _as_logged(stream: str, log: LogRecords) -> Iterator[StreamLine]:
    """Each record of the log files is in raw, and once."""
    expected, how = log.total - log.expired, f"records in {len(log.files)} log files"
    found = expected - log.missing
    yield StreamLine("log → raw", stream, "records", expected, found, how, remedy=_FILES_REMEDY)
    if log.repeated:
        how = "records of log files that are in raw with two identities"
        yield StreamLine("log → raw", stream, "published twice", 0, log.repeated, how)


def _carried(stream: str, ledger: Ledger, before: Hop, after: Hop) -> Iterator[StreamLine]:
    """What one hop has, the next one has, and nothing else."""
    lost, strange = ledger.events(before, after), ledger.events(after, before)
    expected = ledger.count(before)
    way, title, remedy = _way(before, after), after.title, after.remedy
    how = f"different events in {before.title}"
    yield StreamLine(
        way, stream, "events", expected, expected - len(lost), how, _examples(lost), remedy
    )
    if strange:
        how = f"in {title}, and not in {before.title}: kept longer than the topic, or foreign"
        yield StreamLine(way, stream, "unknown before", 0, len(strange), how, _examples(strange))


def _as_written(stream: str, ledger: Ledger, written: Counts) -> Iterator[StreamLine]:
    """Bad lines got their reason, good ones kept their amounts, as the writers had it in mind."""
    if written.recovered:
        return
    if written.malformed is not None:
        for reason in sorted(written.malformed.keys() | ledger.reasons.keys()):
            expected, found = written.malformed.get(reason, 0), ledger.reasons[reason]
            how = "so written by the writers"
            yield StreamLine("log → dead-letter", stream, reason, expected, found, how)
    if written.revenue or ledger.amount(CLEAN):
        how = f"{written.purchases} purchases in the manifests of writers"
        found_amount = ledger.amount(CLEAN)
        yield StreamLine("log → clean", stream, "amounts", written.revenue, found_amount, how)


def _way(before: Hop, after: Hop) -> str:
    return f"{before.title} → {after.title}"


def _examples(events: list[bytes]) -> tuple[str, ...]:
    return tuple(event.hex() for event in sorted(events)[:EXAMPLES])


def _keys(keys: list[bytes]) -> tuple[str, ...]:
    return tuple(key.decode(errors="replace") for key in sorted(keys)[:EXAMPLES])
