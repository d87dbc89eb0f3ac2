"""A run of a writer: one at a time, its manifest always near the truth, its end always orderly."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import FrameType
from typing import Any

from lakehouse.contracts.counts import Counts
from lakehouse.contracts.streams import Stream
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings
from lakehouse.workloads.weblogs.generator import manifest as manifests
from lakehouse.workloads.weblogs.generator import replayed
from lakehouse.workloads.weblogs.generator.logfile import LogFile
from lakehouse.workloads.weblogs.generator.manifest import Manifest

_SAVE_EVERY = 1.0


class WriterAtWorkError(PlatformError):
    """The logs have another writer."""


class StopAsked:
    """Whether somebody asked to stop: SIGINT and SIGTERM are heard between two lines only."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Note the signal."""
        self.asked = True


@contextmanager
def listening() -> Iterator[StopAsked]:
    """Hear SIGINT and SIGTERM for a while."""
    stop = StopAsked()
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def only_writer(config: Settings) -> Iterator[None]:
    """Be the only writer of these logs; what a killed one left is counted first.

    Raises:
        WriterAtWorkError: another writes now.
    """
    folder = manifests.folder(config)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder.parent / "writer.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for killed in manifests.recover(folder):
            if killed.kind == replayed.KIND:
                replayed.settle(killed, config)
        yield
    except BlockingIOError as error:
        raise WriterAtWorkError(
            "another ./lakehouse stream write or replay is at work: wait for its end, or end it "
            "with Ctrl-C"
        ) from error
    finally:
        os.close(descriptor)


def is_writing(config: Settings) -> bool:
    """True if the logs grow now; if not, what killed writers left uncounted is counted."""
    try:
        with only_writer(config):
            return False
    except WriterAtWorkError:
        return True


class Recorder:
    """One log and what it received in this run."""

    def __init__(self, stream: Stream, config: Settings, rotate_bytes: int) -> None:
        self.log = LogFile(config.weblog_folder(stream.name) / stream.log_file, rotate_bytes)
        self.counts = Counts()
        self.mark()

    def write(self, lines: list[bytes]) -> None:
        """Append lines, each without its line break."""
        if lines:
            block = b"\n".join(lines) + b"\n"
            self.log.write(block)
            self.counts.lines += len(lines)
            self.counts.bytes += len(block)

    def bought(self, cents: int) -> None:
        """A good line told of a purchase."""
        self.counts.purchases += 1
        self.counts.revenue += Decimal(cents).scaleb(-2)

    def mark(self) -> None:
        """Note up to where is counted."""
        self.counts.file, self.counts.position = str(self.log.path), self.log.size


class Run:
    """The manifest of a run that goes on, and its logs."""

    def __init__(
        self,
        name: str,
        kind: str,
        options: dict[str, Any],
        recorders: dict[str, Recorder],
        config: Settings,
    ) -> None:
        self.recorders = recorders
        self._folder = manifests.folder(config)
        self._began = self._saved = time.monotonic()
        self.manifest = Manifest(
            name,
            kind,
            manifests.RUNNING,
            options,
            now().isoformat(timespec="seconds"),
            streams={stream: recorder.counts for stream, recorder in recorders.items()},
        )
        self.save()

    @property
    def lines(self) -> int:
        """Lines written so far."""
        return sum(recorder.counts.lines for recorder in self.recorders.values())

    def rotate(self, recorder: Recorder) -> None:
        """Begin a new file; the manifest is exact before and after."""
        self.save()
        recorder.log.rotate()
        self.save()

    def save_if_due(self) -> bool:
        """Keep the manifest near the truth; whether it was written."""
        due = time.monotonic() - self._saved >= _SAVE_EVERY
        if due:
            self.save()
        return due

    def end(self, state: str) -> Manifest:
        """Close the logs and write the manifest for good."""
        self.manifest.state = state
        self.save()
        for recorder in self.recorders.values():
            recorder.log.close()
        return self.manifest

    def save(self) -> None:
        """Write the manifest."""
        for recorder in self.recorders.values():
            recorder.mark()
        self._saved = time.monotonic()
        self.manifest.seconds = round(self._saved - self._began, 3)
        manifests.save(self.manifest, self._folder)


def now() -> dt.datetime:
    """The present moment, UTC."""
    return dt.datetime.now(dt.UTC)
