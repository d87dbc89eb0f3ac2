"""The proof of the streams: every line of the logs is at every hop once, by its identity.

Whatever has no moment to catch up before the balance is drawn is waited for; gold is only counted,
since a run of its DAG brings it up to date.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from lakehouse.contracts.counts import Counts
from lakehouse.contracts.functions import named
from lakehouse.contracts.sinks import AMOUNT, Seen, Sink, SparkTable, identity
from lakehouse.contracts.streams import Stream
from lakehouse.platform.settings import Settings, settings
from lakehouse.platform.topics import TopicReader, event_id
from lakehouse.registry import catalog, sinks
from lakehouse.registry.catalog import STREAMS
from lakehouse.serving import stream_tables as tables
from lakehouse.serving.ledger import (
    CLEAN,
    DEAD_LETTER,
    EXAMPLES,
    RAW,
    TOPICS,
    VALIDATED,
    Ledger,
    Stage,
    StreamLine,
    balance,
    window_balance,
)
from lakehouse.serving.log_files import count, read_log_files
from lakehouse.serving.stages import SILVER, stages, window_stages
from lakehouse.sinks.encoding.records import InvalidRecordError, parsed
from lakehouse.sinks.encoding.sql import key_of

_PAUSE = 1.0


@dataclasses.dataclass(frozen=True)
class Proof:
    """What was found of one stream.

    Attributes:
        stream: its name.
        lines: its balances.
        doubles: hops where events were delivered again, and how often; no harm, as they are known.
        forgotten: messages that the raw topic has let go of, so that nothing can be said of them.
        gone: records of raw that are in no log file: it was deleted, or they came meanwhile.
        unreadable: log files that could not be read, with the reason.
    """

    stream: str
    lines: list[StreamLine]
    doubles: dict[str, int]
    forgotten: int
    gone: int = 0
    unreadable: tuple[str, ...] = ()


def prove(
    written: dict[str, Counts],
    wait_seconds: float,
    on_progress: Callable[[str], None] = lambda what: None,
    config: Settings | None = None,
    streams: Iterable[Stream] | None = None,
) -> Iterator[Proof]:
    """Draw the balance of streams.

    Args:
        written: what writers put into the logs, by stream.
        wait_seconds: how long to wait for hops before gold to catch up, all in all.
        on_progress: hears what is waited for.
        config: the settings; those of the process if None.
        streams: the streams; all if None.

    Raises:
        PlatformError: a server does not answer.
    """
    config = config or settings()
    until = time.monotonic() + wait_seconds
    for stream in STREAMS if streams is None else streams:
        with contextlib.closing(_Prover(stream, config, until, on_progress)) as prover:
            yield prover.prove(written.get(stream.name))


def await_silver(
    written: dict[str, Counts],
    wait_seconds: float,
    on_progress: Callable[[str], None] = lambda what: None,
    config: Settings | None = None,
) -> bool:
    """Wait until silver holds every clean event of what was written; whether it does.

    Takes the arguments of `prove`, and raises the same.
    """
    config = config or settings()
    until = time.monotonic() + wait_seconds
    reached = []
    for stream in STREAMS:
        with contextlib.closing(_Prover(stream, config, until, on_progress)) as prover:
            reached.append(prover.await_silver(written.get(stream.name)))
    return all(reached)


def written_by(manifest: Path | None, config: Settings | None = None) -> dict[str, Counts]:
    """Counts of what writers produced, by stream; of all manifests if none is named."""
    found: dict[str, Counts] = {}
    for reference in catalog.WRITTEN:
        found |= named(reference)(manifest, config or settings())
    return found


def writer_at_work(config: Settings | None = None) -> bool:
    """True if a writer of any workload runs."""
    return any(named(reference)(config or settings()) for reference in catalog.WRITING)


class _Prover:
    """Fills a ledger from every hop of one stream."""

    def __init__(
        self, stream: Stream, config: Settings, until: float, on_progress: Callable[[str], None]
    ) -> None:
        self._stream, self._config, self._until = stream, config, until
        self._tell = on_progress
        self._ledger = Ledger()
        self._stages = stages(stream)
        self._sinks: dict[str, Sink[Any]] = {}
        self._log = read_log_files(stream, config) if stream.log else count([])
        self._oldest = math.inf
        self._raw = TopicReader(stream.raw.name, config)
        self._clean = TopicReader(stream.clean.name, config)
        self._dead = TopicReader(stream.dead_letter.name, config)

    def close(self) -> None:
        for reader in (self._raw, self._clean, self._dead):
            reader.close()
        for sink in self._sinks.values():
            sink.close()

    def prove(self, written: Counts | None) -> Proof:
        """Read every hop, waiting where it is behind."""
        name, forgotten = self._stream.name, self._raw.forgotten
        self._until_true(lambda: self._read_topics(written))
        for stage in self._stages:
            self._read_stage(stage)
        log = self._log if self._log.files else None
        found = balance(name, self._ledger, self._stages, written, log)
        lines = [self._with_files(line) for line in self._with_places(list(found))]
        lines += [self._prove_window(stage) for stage in window_stages(self._stream)]
        hops = (*TOPICS, *(stage.after for stage in self._stages))
        again = [hop for hop in hops if not hop.is_once]
        doubles = {hop.title: n for hop in again if (n := self._ledger.doubles(hop))}
        gone = self._log.strange if log else 0
        return Proof(name, lines, doubles, forgotten, gone, tuple(self._log.unreadable))

    def await_silver(self, written: Counts | None) -> bool:
        """Wait for the topics, then for silver; whether it holds what is clean."""
        silver = [one for one in self._stages if one.route and one.route.sink == SILVER]
        return self._until_true(lambda: self._read_topics(written)) and all(
            self._until_true(partial(self._has_all, stage)) for stage in silver
        )

    def _until_true(self, reached: Callable[[], bool]) -> bool:
        """Try until it is so, or the time is over."""
        while not reached():
            if time.monotonic() + _PAUSE > self._until:
                return False
            time.sleep(_PAUSE)
        return True

    def _read_topics(self, written: Counts | None) -> bool:
        """Read on; whether all that was written is raw, and all that is raw was judged."""
        ledger = self._ledger
        for message in self._raw.messages():
            self._oldest = min(self._oldest, message.timestamp()[1] / 1000)
            if ledger.add(RAW, event_id(message.key(), message.value())):
                self._log.publish(message.key() or b"", message.value() or b"")
        if self._raw.forgotten:
            self._log.expire(self._oldest, self._raw.forgotten)
        for message in self._clean.messages():
            event = identity((message.key() or b"").decode())
            ledger.add(CLEAN, event, amount_of(message.value() or b""))
        for message in self._dead.messages():
            letter = json.loads(message.value() or b"{}")
            ledger.add(DEAD_LETTER, identity(letter["event_id"]), reason=letter["reason"])
        raw, validated = ledger.count(RAW), ledger.count(VALIDATED)
        owed = max(written.lines if written else 0, raw + self._log.missing)
        self._tell(f"{self._stream.name}: {raw:,} raw, {validated:,} validated of {owed:,} lines")
        return min(raw, validated) >= owed

    def _read_stage(self, stage: Stage) -> None:
        """Read what a hop holds, waiting for a sink; gold waits for a run of its DAG."""
        has_all = partial(self._has_all, stage)
        if self._until_true(has_all) if stage.route else has_all():
            return
        if isinstance(held := self._held(stage), SparkTable):
            # one by one, to be able to name those that are missing
            for event, amount in tables.in_lake(self._stream, held.name):
                self._ledger.add(stage.after, event, amount)

    def _held(self, stage: Stage) -> Iterator[Seen] | SparkTable:
        if stage.route is None:
            return SparkTable(tables.gold_place(self._stream))
        return self._sink(stage.route.sink).identities(stage.route)

    def _sink(self, name: str) -> Sink[Any]:
        if name not in self._sinks:
            self._sinks[name] = sinks.connect(name, self._config)
        return self._sinks[name]

    def _has_all(self, stage: Stage) -> bool:
        """True if a hop holds the events of the one before."""
        held = self._held(stage)
        if isinstance(held, SparkTable):
            return self._matches(stage, held.name)
        self._ledger.forget(stage.after)
        for event, amount in held:
            self._ledger.add(stage.after, event, amount)
        owed = len(self._ledger.events(stage.before, stage.after))
        self._tell(f"{self._stream.name}: {stage.after.title} lacks {owed:,} events")
        return not owed

    def _matches(self, stage: Stage, place: str) -> bool:
        """Whether a place in the lake holds exactly the events of the hop before."""
        held = tables.holding(self._stream, place)
        wanted = self._ledger.fingerprint(stage.before)
        self._tell(
            f"{self._stream.name}: {stage.after.title} holds {held.fingerprint.events:,} "
            f"of {wanted.events:,} events"
        )
        if held.fingerprint != wanted:
            return False
        self._ledger.add_all(stage.after, stage.before, held.rows, held.amount)
        return True

    def _prove_window(self, stage: Stage) -> StreamLine:
        """Compare the keys of a window's topic with those of a table."""
        ledger, route = Ledger(), stage.route
        assert route and route.keyed
        table = route.keyed
        with contextlib.closing(TopicReader(route.topic.name, self._config)) as topic:

            def has_all() -> bool:
                for message in topic.messages():
                    # rows of other tables, and rows that were rejected, have no such key
                    with contextlib.suppress(InvalidRecordError):
                        key = key_of(table, parsed(message.value() or b""))
                        ledger.add(stage.before, identity(key))
                held = self._held(stage)
                ledger.forget(stage.after)
                for event, _ in () if isinstance(held, SparkTable) else held:
                    ledger.add(stage.after, event)
                return not ledger.events(stage.before, stage.after)

            self._until_true(has_all)
        return window_balance(self._stream.name, ledger, stage.before, stage.after)

    def _with_files(self, line: StreamLine) -> StreamLine:
        if line.subject != "records" or line.balanced:
            return line
        return dataclasses.replace(line, examples=self._log.examples(EXAMPLES))

    def _with_places(self, lines: list[StreamLine]) -> list[StreamLine]:
        """Say where in the log each example stands."""
        wanted = {bytes.fromhex(event) for line in lines for event in line.examples}
        if not wanted:
            return lines
        found: dict[str, str] = {}
        with contextlib.closing(TopicReader(self._stream.raw.name, self._config)) as reader:
            for message in reader.messages():
                event = event_id(message.key(), message.value())
                if event in wanted:
                    found[event.hex()] = (message.key() or b"").decode(errors="replace")
        return [
            dataclasses.replace(
                line,
                examples=tuple(f"{e} at {found.get(e, 'no known place')}" for e in line.examples),
            )
            for line in lines
        ]


def amount_of(value: bytes) -> Decimal | None:
    """The amount in a clean message; most have none, and are not parsed for it."""
    if f'"{AMOUNT}"'.encode() not in value:
        return None
    amount = json.loads(value, parse_float=Decimal).get(AMOUNT)
    return None if amount is None else Decimal(amount)
