"""The published clickstream as lines of the clickstream log.

The lines lie in a file of their own from its first byte on, so that the same data gives the same
places, and so the same identities of events, however often it is replayed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any

from lakehouse.contracts.model import Column, Layer, Table
from lakehouse.contracts.streams import Stream
from lakehouse.platform.settings import Settings, settings
from lakehouse.sources.files import SourceFile, find_source_file
from lakehouse.sources.validation import open_records, validate
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM, NAMESPACE
from lakehouse.workloads.weblogs.generator import manifest as manifests
from lakehouse.workloads.weblogs.generator import replayed
from lakehouse.workloads.weblogs.generator.entries import click
from lakehouse.workloads.weblogs.generator.manifest import Manifest
from lakehouse.workloads.weblogs.generator.writing import Recorder, Run, listening, only_writer

_COLUMNS = ("UserID", "SessionID", "Timestamp", "EventType", "ProductID", "Amount", "Outcome")
PUBLISHED = Table(
    Layer.SOURCE,
    "clickstream",
    "What a visitor did, as published",
    tuple(Column(name, "STRING", "as published") for name in _COLUMNS),
    namespace=NAMESPACE,
    file="ecommerce_clickstream_transactions.csv",
)
_TICKS_A_SECOND = 50
_AT_ONCE = 2_000
_NEVER = 1 << 62
_CENT = Decimal("0.01")

Line = tuple[bytes, int | None]


def replay(
    folder: Path,
    rate: float | None = None,
    limit: int | None = None,
    on_second: Callable[[int, float], None] = lambda lines, seconds: None,
    config: Settings | None = None,
) -> Manifest:
    """Write the published clickstream into the log.

    Args:
        folder: where its file lies, itself or up to two folders down.
        rate: lines a second; None is as fast as may be.
        limit: lines at most.
        on_second: hears of lines and seconds once a second.
        config: the settings; those of the process if None.

    Returns:
        what is in the log now of this data: as much as the longest replay of it wrote.

    Raises:
        SourceFileError: the file is missing or damaged; nothing was written.
        PlatformError: another writer is at work, or the log cannot be written.
    """
    source = find_source_file(folder, PUBLISHED)
    validate(source)
    lines = _lines(source, limit)
    options = {"rate": rate, "limit": limit, "file": str(source.path)}
    return write_log(CLICKSTREAM, _identity(source), lines, options, on_second, config)


def write_log(
    stream: Stream,
    identity: str,
    lines: Iterator[Line],
    options: dict[str, Any],
    on_second: Callable[[int, float], None],
    config: Settings | None,
) -> Manifest:
    """Write published lines into the log of a stream.

    Args:
        stream: whose log.
        identity: the same for replays whose lines have the same places.
        lines: lines, each with the cents of its purchase or None.
        options: the options of the replay, for its manifest; `rate` is in them.
        on_second: called with lines and seconds once a second.
        config: the settings; those of the process if None.

    Raises:
        PlatformError: another writer is at work, or the log cannot be written.
    """
    config = config or settings()
    with only_writer(config), listening() as stop:
        recorder = Recorder(stream, config, _NEVER)
        recorder.log.rotate()
        recorder.counts.malformed = None
        name = replayed.running_name(identity)
        run = Run(name, replayed.KIND, options, {stream.name: recorder}, config)
        for batch in _paced(lines, options["rate"]):
            recorder.write([line for line, _ in batch])
            for cents in (cents for _, cents in batch if cents is not None):
                recorder.bought(cents)
            if run.save_if_due():
                on_second(run.lines, run.manifest.seconds)
            if stop.asked:
                break
        made = run.end(manifests.INTERRUPTED if stop.asked else manifests.FINISHED)
        # what is written later must not stand in a file that another replay would continue
        return replayed.settle(made, config)


def _identity(source: SourceFile) -> str:
    return identity_of(next(_lines(source, 1), (b"", None))[0])


def identity_of(first: bytes) -> str:
    """A name for replays whose lines have the same places: those that begin with the same line."""
    return hashlib.sha256(first).hexdigest()[:16]


def _lines(source: SourceFile, limit: int | None) -> Iterator[tuple[bytes, int | None]]:
    """Lines, each with the cents of its purchase or None."""
    with open_records(source) as (header, records):
        for row in islice(records, limit):
            # a line break inside of a value would be two lines
            plain = [text.replace("\r", " ").replace("\n", " ") for text in row]
            value = dict(zip(header, plain, strict=True))
            tail = click(
                value["UserID"],
                value["SessionID"],
                value["EventType"],
                product=value["ProductID"],
                amount=value["Amount"],
                outcome=value["Outcome"],
            )
            yield value["Timestamp"].encode() + tail, _cents(value)


def _cents(value: dict[str, str]) -> int | None:
    if value["EventType"] != "purchase":
        return None
    try:
        return int(Decimal(value["Amount"] or 0).quantize(_CENT, ROUND_HALF_UP).scaleb(2))
    except InvalidOperation:
        return 0


def _paced(lines: Iterator[Line], rate: float | None) -> Iterator[list[Line]]:
    began, written = time.monotonic(), 0
    while True:
        due = _AT_ONCE if rate is None else int((time.monotonic() - began) * rate) - written
        batch = list(islice(lines, min(max(due, 0), _AT_ONCE)))
        if not batch and due > 0:
            return
        written += len(batch)
        yield batch
        if rate is not None:
            time.sleep(1 / _TICKS_A_SECOND)
