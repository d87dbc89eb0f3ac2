"""The writer of logs: traffic of the shop at a steady rate."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable

from lakehouse.contracts.streams import Stream
from lakehouse.platform.settings import Settings, settings
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM
from lakehouse.workloads.weblogs.generator import manifest as manifests
from lakehouse.workloads.weblogs.generator.entries import Entry, as_common
from lakehouse.workloads.weblogs.generator.malformed import KINDS
from lakehouse.workloads.weblogs.generator.manifest import Manifest
from lakehouse.workloads.weblogs.generator.moments import (
    MICROS,
    AccessMoments,
    ClickMoments,
    Moment,
)
from lakehouse.workloads.weblogs.generator.shop import Shop
from lakehouse.workloads.weblogs.generator.traffic import Traffic
from lakehouse.workloads.weblogs.generator.writing import (
    Recorder,
    Run,
    listening,
    now,
    only_writer,
)

_TICKS_A_SECOND = 50
_LATE_SECONDS = (10, 1800)
COMBINED, COMMON = "combined", "common"
OnSecond = Callable[[int, float], None]


@dataclasses.dataclass(frozen=True)
class Options:
    """What to write.

    Attributes:
        rate: lines a second, both logs together.
        duration: seconds; None goes on until somebody stops it.
        malformed: percent of lines that no reader can use.
        late: percent of lines whose moment lies 10 s to 30 min in the past.
        seed: the same seed gives the same lines at other moments.
        share_clicks: how many of the lines are clicks, 0 to 1.
        rotate_bytes: a log file is rotated when it is at least so big.
        format: of the access log, `combined` or `common`.
    """

    rate: float
    duration: float | None = None
    malformed: float = 0.0
    late: float = 0.0
    seed: int = 1
    share_clicks: float = 0.5
    rotate_bytes: int = 16 << 20
    format: str = COMBINED


class _Log:
    """Turns entries of one log into lines and writes them."""

    def __init__(self, recorder: Recorder, stream: Stream, options: Options, moment: Moment):
        self.recorder = recorder
        self._options, self._moment = options, moment
        self._kinds = KINDS[stream.name]
        # a generator of its own: the traffic is the same with and without bad and late lines
        self._rng = random.Random(f"{options.seed} {stream.name}")
        self._begun = False

    def lines(self, entries: list[Entry], begin: int, micros: int) -> tuple[list[bytes], bool]:
        """Lines at moments spread over `micros` from `begin`, and whether the first is good."""
        options, counts, chance = self._options, self.recorder.counts, self._rng.random
        malformed, late = options.malformed / 100, (options.malformed + options.late) / 100
        made, first_is_good = [], True
        for place, entry in enumerate(entries):
            at, drawn = begin + micros * place // len(entries), chance()
            if drawn < malformed and self._begun:
                made.append(self._broken(entry, at))
                first_is_good = first_is_good and place > 0
                continue
            if malformed <= drawn < late:
                at -= int(self._rng.uniform(*_LATE_SECONDS) * MICROS)
                counts.late += 1
            if entry.is_purchase:
                self.recorder.bought(entry.cents)
            made.append(entry.head + self._moment(at) + entry.tail)
            self._begun = True
        return made, first_is_good

    def _broken(self, entry: Entry, at: int) -> bytes:
        kind = self._rng.choice(self._kinds)
        reasons = self.recorder.counts.malformed
        assert reasons is not None
        reasons[kind.reason.name] = reasons.get(kind.reason.name, 0) + 1
        return kind.make(entry, self._moment(at), self._rng)


def write(
    options: Options,
    shop: Shop,
    on_second: OnSecond = lambda lines, seconds: None,
    config: Settings | None = None,
) -> Manifest:
    """Write until the duration is over or SIGINT or SIGTERM comes.

    Raises:
        PlatformError: another writer is at work, or a log cannot be written.
    """
    config = config or settings()
    with only_writer(config), listening() as stop:
        recorders = {
            stream.name: Recorder(stream, config, options.rotate_bytes)
            for stream in (ACCESS_LOG, CLICKSTREAM)
        }
        name = now().strftime("write-%Y%m%dT%H%M%S.%fZ")
        run = Run(name, "write", dataclasses.asdict(options), recorders, config)
        ticks = _Ticks(options)
        traffic = Traffic(shop, options.seed, options.share_clicks, options.rate)
        logs = (
            _Log(recorders[ACCESS_LOG.name], ACCESS_LOG, options, AccessMoments()),
            _Log(recorders[CLICKSTREAM.name], CLICKSTREAM, options, ClickMoments()),
        )
        while not stop.asked and (count := ticks.wait()) is not None:
            requests, clicks = traffic.take(count)
            if options.format == COMMON:
                requests = [as_common(entry) for entry in requests]
            for log, entries in zip(logs, (requests, clicks), strict=True):
                _append(run, log, entries)
            if run.save_if_due():
                on_second(run.lines, run.manifest.seconds)
        return run.end(manifests.INTERRUPTED if stop.asked else manifests.FINISHED)


def _append(run: Run, log: _Log, entries: list[Entry]) -> None:
    micros = MICROS // _TICKS_A_SECOND
    begin = time.time_ns() // 1000 - micros
    lines, first_is_good = log.lines(entries, begin, micros)
    # files are known by their first line: it must be one that no other file begins with
    if lines and first_is_good and log.recorder.log.due:
        run.rotate(log.recorder)
    log.recorder.write(lines)


class _Ticks:
    """The pace: by the monotonic clock, so that what one tick is late the next one is not."""

    def __init__(self, options: Options) -> None:
        self._rate = options.rate
        self._last = None if options.duration is None else round(options.duration * _TICKS_A_SECOND)
        self._number = 0
        self._began = time.monotonic()

    def wait(self) -> int | None:
        """Sleep until the next tick; how many lines are due then, None after the last."""
        if self._number == self._last:
            return None
        before = int(self._number * self._rate / _TICKS_A_SECOND)
        self._number += 1
        time.sleep(max(0.0, self._began + self._number / _TICKS_A_SECOND - time.monotonic()))
        return int(self._number * self._rate / _TICKS_A_SECOND) - before
