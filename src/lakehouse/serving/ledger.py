"""Who was seen where: identities of events at each hop of a stream, and the balance of the hops.

Pure: nothing here reads from a server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntFlag
from typing import TYPE_CHECKING, NamedTuple

from lakehouse.registry.catalog import PIPELINES, STREAMS
from lakehouse.serving.reconciliation import Line

if TYPE_CHECKING:
    from lakehouse.serving.log_files import LogRecords
    from lakehouse.workloads.weblogs.generator.manifest import Counts

EXAMPLES = 5
_LIVE_FLOWS = " and ".join(stream.log.live_flow for stream in STREAMS if stream.log)
GOLD_DAG = next(pipeline.dag_id for pipeline in PIPELINES if pipeline.compacted)


class Hop(IntFlag):
    """A place where an event is kept."""

    RAW = 1
    CLEAN = 2
    DEAD_LETTER = 4
    CASSANDRA = 8
    SILVER = 16
    GOLD = 32

    @property
    def title(self) -> str:
        """As reports call it."""
        return {Hop.DEAD_LETTER: "dead-letter", Hop.CASSANDRA: "Cassandra"}.get(
            self, str(self.name).lower()
        )


class Fingerprint(NamedTuple):
    """Of a set of identities: their number, and the exclusive or of their first 120 bits."""

    events: int
    first: int
    second: int


# where an event that is delivered again must not make another row
ONCE = (Hop.CASSANDRA, Hop.GOLD)
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
        self.delivered: Counter[Hop] = Counter()
        self.amounts: dict[Hop, Decimal] = {}
        self.reasons: Counter[str] = Counter()

    def add(
        self, hop: Hop, event: bytes, amount: Decimal | None = None, reason: str | None = None
    ) -> bool:
        """Record a delivery; duplicates only increase `delivered`.

        Returns:
            True if the event was not seen at this hop before.
        """
        self.delivered[hop] += 1
        # plain numbers: a flag would make each of a million steps ten times as slow
        bit, before = hop.value, self._hops.get(event, 0)
        if before & bit:
            return False
        self._hops[event] = before | bit
        if amount is not None:
            self.amounts[hop] = self.amount(hop) + amount
        if reason is not None:
            self.reasons[reason] += 1
        return True

    def add_all(self, hop: Hop, like: Hop, delivered: int, amount: Decimal) -> None:
        """Exactly the events of another hop were seen here."""
        bit, mark = hop.value, like.value
        for event, seen in self._hops.items():
            if seen & mark:
                self._hops[event] = seen | bit
        self.delivered[hop], self.amounts[hop] = delivered, amount

    def forget(self, hop: Hop) -> None:
        """As if nothing had been seen there."""
        bit = hop.value
        for event in [event for event, seen in self._hops.items() if seen & bit]:
            self._hops[event] &= ~bit
        del self.delivered[hop]
        self.amounts.pop(hop, None)

    def count(self, hops: Hop) -> int:
        """Different events that were seen at any of these hops."""
        return sum(n for seen, n in Counter(self._hops.values()).items() if seen & hops)

    def events(self, at: Hop, not_at: Hop) -> list[bytes]:
        """Events that were seen at one of the first hops and at none of the second."""
        wanted, unwanted = at.value, not_at.value
        return [e for e, seen in self._hops.items() if seen & wanted and not seen & unwanted]

    def amount(self, hop: Hop) -> Decimal:
        """Sum of the amounts of different events."""
        return self.amounts.get(hop, Decimal("0.00"))

    def doubles(self, hop: Hop) -> int:
        """How often an event was delivered that had been there before."""
        return self.delivered[hop] - self.count(hop)

    def fingerprint(self, hop: Hop) -> Fingerprint:
        """Of the events that were seen at a hop."""
        bit, events, first, second = hop.value, 0, 0, 0
        for event, seen in self._hops.items():
            if seen & bit:
                number = int.from_bytes(event)
                events += 1
                first ^= number >> 68
                second ^= number >> 8 & _BITS
        return Fingerprint(events, first, second)


def balance(
    stream: str, ledger: Ledger, written: Counts | None, log: LogRecords | None = None
) -> Iterator[StreamLine]:
    """Every balance of a stream, from the log to gold.

    Args:
        stream: its name.
        ledger: what was seen.
        written: what writers put into the log; None where nobody knows.
        log: the records of the log files, compared with raw; None if there are no files.
    """
    if log is not None:
        yield from _as_logged(stream, log)
    raw = ledger.count(Hop.RAW)
    # records that no manifest knows are no difference if they are in the files
    is_shared = written is not None and log is not None and raw > written.lines
    if written is not None:
        how = "lines in the manifests of writers"
        found = written.lines if is_shared else raw
        yield StreamLine(
            "log → raw", stream, "lines", written.lines, found, how, remedy=_LOG_REMEDY
        )
    yield from _carried(stream, ledger, Hop.RAW, Hop.CLEAN | Hop.DEAD_LETTER)
    if written is not None and not is_shared:
        yield from _as_written(stream, ledger, written)
    yield from _carried(stream, ledger, Hop.CLEAN, Hop.CASSANDRA)
    yield from _carried(stream, ledger, Hop.CLEAN, Hop.SILVER)
    yield from _carried(stream, ledger, Hop.SILVER, Hop.GOLD)
    for hop in ONCE:
        how = "different events in them"
        expected, found = ledger.count(hop), ledger.delivered[hop]
        yield StreamLine(f"in {hop.title}", stream, "rows", expected, found, how)
    if any(ledger.amounts.values()):
        for before, hop in (
            (Hop.CLEAN, Hop.CASSANDRA),
            (Hop.CLEAN, Hop.SILVER),
            (Hop.SILVER, Hop.GOLD),
        ):
            way, how = _way(before, hop), f"amounts in {before.title}"
            sums = ledger.amount(before), ledger.amount(hop)
            yield StreamLine(way, stream, "amounts", *sums, how)


_LOG_REMEDY = (
    "fewer: the flows may still be reading, see ./lakehouse watch; more: somebody else writes too"
)
_FILES_REMEDY = "the flows may still be reading: ./lakehouse watch, ./lakehouse status"
_REMEDIES = {
    Hop.CLEAN | Hop.DEAD_LETTER: "see ./lakehouse logs streaming",
    Hop.CASSANDRA: f"see the flows {_LIVE_FLOWS}, ./lakehouse watch",
    Hop.SILVER: "see the flow ToSilverState, which writes bundle by bundle",
    Hop.GOLD: f"./lakehouse run {GOLD_DAG} brings gold up to date",
}


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
    way, title, remedy = _way(before, after), _title(after), _REMEDIES[after]
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
    if written.revenue or ledger.amount(Hop.CLEAN):
        how = f"{written.purchases} purchases in the manifests of writers"
        found_amount = ledger.amount(Hop.CLEAN)
        yield StreamLine("log → clean", stream, "amounts", written.revenue, found_amount, how)


def _way(before: Hop, after: Hop) -> str:
    return f"{before.title} → {_title(after)}"


def _title(hops: Hop) -> str:
    return " + ".join(hop.title for hop in Hop if hop & hops)


def _examples(events: list[bytes]) -> tuple[str, ...]:
    return tuple(event.hex() for event in sorted(events)[:EXAMPLES])
